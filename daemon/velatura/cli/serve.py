"""`velatura serve`: be the daemon."""

from __future__ import annotations

import argparse

from velatura.serve.config import GIB, Config


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        default="auto",
        help="cuda, cuda:1, mps, xpu or cpu (default: the best there is)",
    )
    parser.add_argument(
        "--idle-stop",
        type=float,
        metavar="SECONDS",
        help="stop when nobody was connected for so long (default: stay)",
    )
    parser.add_argument(
        "--quota",
        type=int,
        default=4 * GIB,
        metavar="BYTES",
        help="bytes of pixels kept in the cache directory (default: 4 GiB)",
    )
    parser.add_argument(
        "--engines",
        type=lambda text: tuple(text.split(",")),
        metavar="NAME,…",
        help="load no other engines than these",
    )


def run(options: argparse.Namespace) -> int:
    from velatura.serve.broker import Broker

    Broker(
        Config(
            device=options.device,
            idle_stop=options.idle_stop,
            quota=options.quota,
            engines=options.engines,
        )
    ).run()
    return 0
