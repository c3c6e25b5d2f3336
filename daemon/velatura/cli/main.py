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

COMMANDS = {
    "stylize": "paint a picture in the manner of others",
    "serve": "run the daemon in the foreground",
    "status": "say whether the daemon runs and what it does",
    "stop": "end the daemon once its jobs are done",
    "doctor": "check the installation and say what to do next",
    "engines": "list the engines, or the knobs of one",
    "styles": "the library of styles: list, add, remove, show",
    "models": "list model weights, add a file, say where one lies",
}

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


def build_parser(wanted: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands. Only the module of the one ``wanted`` is loaded, to add its arguments."""
    parser = argparse.ArgumentParser(
        prog="velatura", description="Style transfer by a resident daemon with warm networks."
    )
    parser.add_argument("--version", action="version", version=f"velatura {__version__}")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of text and bars"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == wanted:
            command.add_argument(
                "--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
            )
            module = importlib.import_module(f"velatura.cli.{name}")
            module.configure(command)
            command.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    wanted = next((word for word in given if not word.startswith("-")), None)
    options = build_parser(wanted).parse_args(given)
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
