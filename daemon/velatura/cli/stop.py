"""`velatura stop`: end the daemon."""

from __future__ import annotations

import argparse
import time

from velatura.cli.display import print_json

PATIENCE = 5.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--now", action="store_true", help="cancel its jobs")


def run(options: argparse.Namespace) -> int:
    from velatura.cli.session import connect_to_running, connection_file
    from velatura_link.errors import Disconnected

    try:
        client = connect_to_running()
    except Disconnected:
        client = None
    if client is None:
        said = "No daemon is running."
    else:
        with client:
            client.stop(now=options.now)
        deadline = time.monotonic() + PATIENCE
        while connection_file().exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        gone = not connection_file().exists()
        said = "Stopped." if gone else "It stops when its jobs are done."
    if options.json:
        print_json({"stopped": said == "Stopped.", "message": said})
    else:
        print(said)
    return 0
