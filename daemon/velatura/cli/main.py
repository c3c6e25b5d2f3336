"""The command line: `velatura COMMAND …`. One file for each command; this one finds them and maps errors once.

Exit codes: 0 done, 1 the daemon or an engine failed, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from velatura import __version__
from velatura.errors import BadRequest, Cancelled, OutOfMemory, VelaturaError
from velatura.serve.worker.threads import with_short_spins
from velatura_link.errors import LinkError, Refused

COMMANDS = {
    "stylize": "paint pictures in the style of others",
    "repaint": "repaint a result from the recipe in its file, and say what differs",
    "serve": "run the daemon in the foreground",
    "status": "show whether the daemon is running and what it is doing",
    "stop": "stop the daemon once its jobs are done",
    "doctor": "check the installation and say what to do next",
    "engines": "list the engines, or the knobs of one",
    "styles": "manage the style library: list, add, remove, show",
    "presets": "manage presets: save, list, show, export, add, remove",
    "models": "manage model weights: list, add, show where one is stored",
    "install": "install the plugins into Krita and GIMP, or the service that starts the daemon",
    "uninstall": "remove the plugins, the service, or the daemon that a plugin from a zip installed",
    "package": "pack a plugin into a zip file, for people without a terminal",
    "train": "train weights of your own on folders of pictures",
}

BAD_INPUT = frozenset(
    {
        "bad_request",
        "exists",
        "unknown_engine",
        "bad_params",
        "too_large",
        "bad_picture",
        "bad_weights",
        "weights_missing",
    }
)


class SystemTrouble(VelaturaError):
    """What the operating system refused: a full disk, a folder that may not be written to."""

    code = "system"


class Parser(argparse.ArgumentParser):
    """Raises :class:`BadRequest` with one sentence instead of printing its usage and leaving."""

    def error(self, message: str) -> NoReturn:
        named = re.match(r"argument (\S+): (.*)", message, re.DOTALL)
        if named is not None:
            verb = named[2].startswith("must ")
            message = f"{named[1]}{'' if verb else ':'} {named[2]}"
        raise BadRequest(
            f"{message[0].upper()}{message[1:].rstrip('.')}.", hint=f"See `{self.prog} --help`."
        )


def build_parser(wanted: str | None = None) -> Parser:
    """The parser of all commands. Only the module of the one ``wanted`` is loaded, to add its arguments."""
    parser = Parser(
        prog="velatura",
        description="Style transfer with a resident daemon that keeps its networks loaded.",
    )
    parser.add_argument("--version", action="version", version=f"velatura {__version__}")
    # For the help alone: the flag is taken out before, since it may stand anywhere.
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print one JSON object instead of text and progress bars; may be placed anywhere",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == wanted:
            module = importlib.import_module(f"velatura.cli.{name}")
            module.configure(command)
            command.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code. Without ``arguments`` the process is the command's own."""
    if arguments is None:
        os.environ.update(with_short_spins(os.environ))
    given = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in given
    # A terminal that lacks a letter gets a question mark instead of a traceback.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = _attempt([word for word in given if word != "--json"], as_json=as_json)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output had enough; Python would complain when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or 1
    sys.exit(code)


def _attempt(given: Sequence[str], *, as_json: bool) -> int:
    """The exit code of a command; what went wrong has been told."""
    try:
        return _run(given, as_json=as_json)
    except (VelaturaError, LinkError) as error:
        return complain(error, as_json=as_json)
    except KeyboardInterrupt:
        complain(Cancelled("Interrupted."), as_json=as_json)
        return 130
    except BrokenPipeError:
        return 1
    except MemoryError:
        trouble = OutOfMemory(
            "This machine does not have enough memory for that.",
            hint="Use --size N to paint it smaller.",
        )
        return complain(trouble, as_json=as_json)
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        return complain(SystemTrouble(f"{where}{error.strerror or error}."), as_json=as_json)


def _run(given: Sequence[str], *, as_json: bool) -> int:
    wanted = next((word for word in given if not word.startswith("-")), None)
    if wanted is not None and wanted not in COMMANDS:
        raise BadRequest(
            f"There is no command “{wanted}”.", hint=f"There are: {', '.join(COMMANDS)}."
        )
    options = build_parser(wanted).parse_args(given, argparse.Namespace(json=as_json))
    code: int = options.run(options)
    return code


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
