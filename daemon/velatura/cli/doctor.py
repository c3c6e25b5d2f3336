"""`velatura doctor`: what is there, what is wrong, and what to do about it."""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from velatura import __version__
from velatura.cli.display import print_json
from velatura.errors import VelaturaError
from velatura.library.places import cache_dir
from velatura_link.environment import Environment
from velatura_link.torch_build import size_of_bytes

LEAST_DISK = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``advice`` is the next step when it is not well."""

    subject: str
    well: bool
    found: str
    advice: str = ""


def configure(parser: argparse.ArgumentParser) -> None: ...


def run(options: argparse.Namespace) -> int:
    findings = list(examine())
    if options.json:
        print_json(
            {"well": all(f.well for f in findings), "findings": [asdict(f) for f in findings]}
        )
    else:
        for finding in findings:
            print(f"{'ok ' if finding.well else 'BAD'}  {finding.subject:10} {finding.found}")
            if finding.advice:
                print(f"                {finding.advice}")
    return 0 if all(finding.well for finding in findings) else 1


def examine() -> Iterator[Finding]:
    """Look at everything, from the ground up."""
    yield Finding(
        "velatura", True, f"{__version__} on Python {platform.python_version()}, {sys.executable}"
    )
    for subject, look in (
        ("torch", _torch),
        ("engines", _engines),
        ("weights", _weights),
        ("cache", _cache),
        ("daemon", _daemon),
    ):
        yield _guarded(subject, look)
    yield from _hosts()


def _guarded(subject: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as error:  # whatever is broken, the rest should still be looked at
        hint = error.hint if isinstance(error, VelaturaError) else ""
        return Finding(subject, False, f"{type(error).__name__}: {error}", hint)


def _torch() -> Finding:
    import torch

    from velatura.hosts.installed_torch import installed_torch
    from velatura.runtime.devices import choose_dtype, device_title, pick_device

    device = pick_device("auto")
    installed = installed_torch(Path(torch.__file__).parents[1])
    build = f"{installed.title}, " if installed is not None else ""
    found = f"{torch.__version__}, {build}{device_title(device)}, {choose_dtype(device)}"
    smaller = installed.smaller if installed is not None else None
    if smaller is None:
        return Finding("torch", True, found)
    way = "A new environment, filled with `uv pip install --torch-backend=cpu`, takes"
    if Path(sys.prefix) == Environment.usual().where:
        way = "*Repair Velatura's painter* in Krita or GIMP makes one that suits this machine and takes"
    advice = f"{way} about {size_of_bytes(smaller.disk)} in all."
    return Finding("torch", True, f"{found}; there is no graphics card for it", advice)


def _engines() -> Finding:
    from velatura.cli.engines import known_engines
    from velatura.contract import manifest as manifests

    manifest = known_engines(retry=True)
    left_out = [f"{name}: {_reason(name)}" for name in manifests.left_out(manifest)]
    if left_out:
        found, advice = "; ".join(left_out), "Mend or uninstall the packages that add them."
        return Finding("engines", False, f"left out: {found}", advice)
    there = sorted(name for name, each in manifest.items() if not each["descriptor"]["hidden"])
    return Finding("engines", True, ", ".join(there))


def _reason(name: str) -> str:
    """Why the engine ``name`` cannot be loaded."""
    from velatura.contract import manifest as manifests

    try:
        manifests.facts_of(name)
    except Exception as error:  # whatever is wrong with a module of anybody's
        return str(error)
    return "it can be loaded now; run `velatura stop`"


def _weights() -> Finding:
    from velatura.cli.engines import known_engines
    from velatura.library import models

    names = {
        name for engine in known_engines().values() for name in engine["descriptor"]["weights"]
    }
    missing = sorted(name for name in names if models.find(name) is None)
    if not missing:
        return Finding("weights", True, f"{', '.join(sorted(names))} are here")
    return Finding(
        "weights",
        True,
        f"{', '.join(missing)} will be downloaded at first use",
        "Or set VELATURA_MODELS to a folder that has them, or run `velatura models add FILE`.",
    )


def _cache() -> Finding:
    folder = cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    return Finding(
        "cache",
        free >= LEAST_DISK,
        f"{folder}, {free / (1 << 30):.1f} GiB free",
        "" if free >= LEAST_DISK else "Free some space, or set VELATURA_CACHE to another disk.",
    )


def _daemon() -> Finding:
    from velatura.cli.session import connect_to_running, running
    from velatura.serve.broker.endpoints import is_open_to_others
    from velatura_link.errors import Disconnected

    try:
        client = connect_to_running()
    except Disconnected as error:
        return Finding(
            "daemon",
            False,
            f"it left a connection file but does not answer. {error.message}",
            "It may have been killed; the next `velatura stylize` starts another.",
        )
    if client is None:
        return Finding("daemon", True, "not running; it starts when needed")
    with client:
        status = client.status()
    workers = ", ".join(f"{w['device']} ({w['state']})" for w in status["workers"])
    same = status["version"] == __version__
    connection = running()
    port = connection is not None and any(map(is_open_to_others, connection.endpoints))
    reach = "; every user of this machine can connect to its port" if port else ""
    return Finding(
        "daemon",
        same and bool(status["workers"]),
        f"version {status['version']}, workers: {workers or 'none'}{reach}",
        "" if same else "It is another version: run `velatura stop`, then try again.",
    )


def _hosts() -> Iterator[Finding]:
    """Krita and GIMP, each with its plugin, and the environments that plugins from a zip made."""
    from velatura.cli.session import connection_file
    from velatura.hosts import environments, inspection, places

    machine = places.Machine.here()
    for environment in environments.find(machine):

        def judge(environment: Environment = environment) -> Finding:
            sight = environments.look(environment, machine)
            return Finding("from a zip", sight.well, sight.found, sight.advice)

        yield _guarded("from a zip", judge)
    hosts = places.find(machine)
    if not hosts:
        yield Finding("hosts", True, "neither Krita nor GIMP was found")
    for host in hosts:

        def look(host: places.Host = host) -> Finding:
            sight = inspection.look(host, machine, connection_file())
            return Finding(host.kind, sight.well, sight.found, sight.advice)

        yield _guarded(host.kind, look)
