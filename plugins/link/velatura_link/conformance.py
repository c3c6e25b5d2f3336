"""Checks a running server against docs/reference/protocol.md: ``python -m velatura_link.conformance``.

The server needs the engine ``identity``: it gives its content, after ``steps`` of ``pause`` seconds each.
Every check is one function here or in the modules beside it, and has a connection of its own.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from .checks import CHECKS
from .checks.bench import Bench, CheckResult
from .client import transport_named
from .connection import FILE_NAME, Connection, read_connection
from .places import runtime_dir


def run(
    connection: Connection,
    transport: str = "link",
    *,
    name: str = "",
    report: Callable[[CheckResult], None] | None = None,
) -> list[CheckResult]:
    """Every check whose name contains ``name``, one after another; ``report`` is told of each as it ends."""
    make = transport_named(transport)
    results = []
    for check in CHECKS:
        title = check.__name__.replace("_", " ")
        if name not in title and name not in check.__name__:
            continue
        result = _run_one(check, title, Bench(connection, make))
        results.append(result)
        if report is not None:
            report(result)
    return results


def main(arguments: Iterable[str] | None = None) -> int:
    """The command line; 0 when every check passed."""
    parser = argparse.ArgumentParser(
        prog="python -m velatura_link.conformance", description=__doc__
    )
    parser.add_argument("--connection", type=Path, default=None, help="the connection file")
    parser.add_argument("--transport", choices=("link", "pyzmq"), default="link")
    parser.add_argument(
        "-k", default="", metavar="NAME", help="only checks with this in their name"
    )
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    path = options.connection or runtime_dir() / FILE_NAME
    connection = read_connection(path)
    if connection is None:
        print(f"There is no connection file at {path}; start the server first.", file=sys.stderr)
        return 2
    results = run(connection, options.transport, name=options.k, report=_print)
    passed = sum(result.problem is None for result in results)
    print(f"{passed} passed, {len(results) - passed} failed")
    return 0 if results and passed == len(results) else 1


def _run_one(check: Callable[[Bench], None], title: str, bench: Bench) -> CheckResult:
    began = time.monotonic()
    problem = None
    try:
        check(bench)
    # A check that stumbles over anything has found something.
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    finally:
        bench.close()
    return CheckResult(title, problem, time.monotonic() - began)


def _print(result: CheckResult) -> None:
    verdict = "passed" if result.problem is None else "FAILED"
    print(f"{verdict}  {result.seconds:5.2f} s  {result.name}", flush=True)
    if result.problem is not None:
        print(f"        {result.problem}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
