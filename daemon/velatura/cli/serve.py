"""`velatura serve`: be the daemon."""

from __future__ import annotations

import argparse

from velatura import __version__
from velatura.cli.arguments import number, whole_number
from velatura.cli.display import Stopwatch, print_json
from velatura.errors import BadRequest
from velatura.serve import logs
from velatura.serve.config import GIB, Config


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        default="auto",
        help="cuda, cuda:1, mps, xpu or cpu (default: the fastest)",
    )
    parser.add_argument(
        "--idle-stop",
        type=number,
        metavar="SECONDS",
        help="stop after this long without a client (default: never)",
    )
    parser.add_argument(
        "--quota",
        type=whole_number,
        default=4 * GIB,
        metavar="BYTES",
        help="how many bytes of pixels to keep in the cache directory (default: 4 GiB)",
    )
    parser.add_argument(
        "--engines",
        type=lambda text: tuple(text.split(",")),
        metavar="NAME,…",
        help="load only these engines",
    )
    parser.add_argument(
        "--tcp",
        action="store_true",
        help="also listen on a loopback port, for clients that cannot use a Unix socket; every user of this machine"
        " can connect to it, and can stop the daemon without its secret",
    )
    parser.add_argument(
        "--log-level",
        choices=logs.LEVELS,
        default="info",
        metavar="LEVEL",
        help=f"what to log on standard error: {', '.join(logs.LEVELS)} (default: info)",
    )


def run(options: argparse.Namespace) -> int:
    from velatura.serve.broker.broker import Broker

    if options.idle_stop is not None and not options.idle_stop > 0:
        raise BadRequest(
            f"--idle-stop must be a number of seconds above 0, not {options.idle_stop:g}."
        )
    if options.quota < 1:
        raise BadRequest(f"--quota must be at least 1 byte, not {options.quota}.")
    config = Config(
        device=options.device,
        idle_stop=options.idle_stop,
        quota=options.quota,
        engines=options.engines,
        tcp=options.tcp,
        log_level=options.log_level,
    )
    logs.configure(config.log_level)
    broker, watch = Broker(config), Stopwatch()
    if not options.json:
        print(
            f"Velatura {__version__} is serving from {config.runtime}; press Ctrl-C to stop it.",
            flush=True,
        )
    broker.run()
    if options.json:
        print_json({"runtime": config.runtime, "seconds": watch.seconds})
    return 0
