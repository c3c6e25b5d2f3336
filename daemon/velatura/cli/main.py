"""The command line: `velatura COMMAND …`. One file for each command; this one finds them and maps errors once.

Exit codes: 0 done, 1 the daemon or an engine failed, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence

from velatura import __version__
from velatura.errors import VelaturaError
from velatura_link.errors import LinkError, Refused

COMMANDS = ("stylize", "serve", "status", "stop", "doctor", "engines", "styles", "models")

BAD_INPUT = frozenset(
    {
        "bad_request",
        "unknown_engine",
        "bad_params",
        "too_large",
        "bad_picture",
        "bad_weights",
        "weights_missing",
    }
)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; each command's module adds its own arguments."""
    parser = argparse.ArgumentParser(
        prog="velatura", description="Style transfer by a resident daemon with warm networks."
    )
    parser.add_argument("--version", action="version", version=f"velatura {__version__}")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of text and bars"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = importlib.import_module(f"velatura.cli.{name}")
        summary = module.SUMMARY
        command = commands.add_parser(name, help=summary, description=summary)
        command.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
        module.configure(command)
        command.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    options = build_parser().parse_args(arguments)
    try:
        code = options.run(options)
    except (VelaturaError, LinkError) as error:
        code = complain(error, as_json=options.json)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def complain(error: VelaturaError | LinkError, *, as_json: bool) -> int:
    """Tell a person, or a program, what went wrong; returns the exit code."""
    code = error.code if isinstance(error, VelaturaError | Refused) else "daemon"
    if as_json:
        print(json.dumps({"error": {"code": code, "message": error.message, "hint": error.hint}}))
    else:
        print(f"velatura: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
    return 2 if code in BAD_INPUT else 1


if __name__ == "__main__":
    main()
