"""`velatura status`: what the daemon does."""

from __future__ import annotations

import argparse
from typing import Any

from velatura.cli.display import counted, print_json


def configure(parser: argparse.ArgumentParser) -> None: ...


def run(options: argparse.Namespace) -> int:
    from velatura.cli.session import connect_to_running
    from velatura_link.errors import Disconnected

    try:
        client = connect_to_running()
    except Disconnected:
        client = None
    if client is None:
        if options.json:
            print_json({"running": False})
        else:
            print("No daemon is running.")
        return 1
    with client:
        status = client.status()
    if options.json:
        keys = ("instance", "version", "uptime", "draining", "sessions", "jobs", "spool", "workers")
        print_json({"running": True, **{key: status.get(key) for key in keys}})
    else:
        show(status)
    return 0


def show(status: dict[str, Any]) -> None:
    """A status as lines."""
    jobs, spool = status["jobs"], status["spool"]
    state = "stops when its jobs are done" if status["draining"] else "running"
    print(f"Velatura {status['version']}, {state}, up {_duration(status['uptime'])}")
    print(f"  clients  {status['sessions'] - 1} besides this one")
    print(f"  jobs     {jobs['running']} running, {jobs['queued']} waiting")
    print(
        f"  spool    {_size(spool['bytes'])} of {_size(spool['quota'])} in "
        f"{counted(spool['blobs'], 'blob')}"
    )
    for worker in status["workers"]:
        print(f"  worker   {worker['device']}, {worker['state']}, process {worker['pid']}")
        for name, count in worker["counters"].items():
            shown = _size(count) if name.endswith("_bytes") else count
            print(f"             {name.removesuffix('_bytes').replace('_', ' ')}: {shown}")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _size(count: int) -> str:
    if count < 1 << 20:
        return f"{count / (1 << 10):.0f} KiB"
    return f"{count / (1 << 20):.0f} MiB"
