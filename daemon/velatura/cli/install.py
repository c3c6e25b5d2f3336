"""`velatura install [krita|gimp|service …]`: the plugins into the hosts, the daemon into the user's session."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from velatura import __version__
from velatura.cli.display import print_json
from velatura.cli.engines import known_engines
from velatura.cli.session import COMMAND, connection_file
from velatura.errors import BadRequest, VelaturaError
from velatura.hosts import places
from velatura.hosts.changes import Change, apply, pending
from velatura.hosts.places import KINDS, TITLES, Host, Kind, Machine
from velatura.hosts.plugins import installing
from velatura.hosts.service import Service, service
from velatura.hosts.service import run as run_all
from velatura_link.places import config_dir, runtime_dir

SERVICE = "service"
RUNNING_KRITA = (
    "If Krita is open, quit it and run this again: Krita overwrites its settings when it quits."
)


class NoHost(VelaturaError):
    """There is nothing to install into."""

    code = "no_host"


@dataclass
class Told:
    """What was done, or would be, to one host or to the service: ``state`` in a word or two, ``where`` it is."""

    title: str
    state: str
    where: str
    changes: Sequence[Change]
    notes: list[str] = field(default_factory=list)


def configure(parser: argparse.ArgumentParser) -> None:
    configure_for(parser, "krita, gimp, service (default: every host that is found)")


def configure_for(parser: argparse.ArgumentParser, names: str) -> None:
    """Arguments of `install` and of `uninstall`; ``names`` says what can be named."""
    parser.add_argument("names", nargs="*", metavar="WHAT", help=names)
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be done, without doing it"
    )
    parser.add_argument(
        "--prefix",
        type=Path,
        metavar="DIR",
        help="use DIR as the home folder, even if no host has been started there yet",
    )


def run(options: argparse.Namespace) -> int:
    names = chosen(options)
    told = [
        _into(host, machine_of(options), dry=options.dry_run) for host in _hosts(options, names)
    ]
    if SERVICE in names:
        told.append(_start_service(dry=options.dry_run))
    show(told, options)
    return 0


def chosen(options: argparse.Namespace, own: Sequence[str] = (SERVICE,)) -> tuple[str, ...]:
    """What the person named: hosts, or of their ``own``. Raises :class:`BadRequest` for what there is not."""
    there = (*KINDS, *own)
    for name in options.names:
        if name not in there:
            raise BadRequest(f"There is no “{name}” here.", hint=f"There are: {', '.join(there)}.")
        if options.prefix is not None and name in own:
            raise BadRequest(
                f"The {name} belongs to the user and cannot be installed under a prefix."
            )
    return tuple(options.names)


def kinds_of(names: Sequence[str]) -> tuple[Kind, ...]:
    """The kinds of hosts among what was named; all when nothing was."""
    return tuple(kind for kind in KINDS if kind in names or not names)


def machine_of(options: argparse.Namespace) -> Machine:
    """This machine, with another home if the person gave one."""
    machine = Machine.here()
    return machine if options.prefix is None else machine.below(options.prefix.absolute())


def the_service() -> Service:
    """The service of this machine and user."""
    return service(Machine.here(), COMMAND, runtime_dir(), config_dir())


def show(told: Sequence[Told], options: argparse.Namespace) -> None:
    """Tell a person, or a program."""
    if options.json:
        done = [
            {**vars(each), "changes": [str(change.path) for change in each.changes]}
            for each in told
        ]
        print_json({"dry_run": options.dry_run, "done": done})
        return
    for each in told:
        would = "would be " if options.dry_run and each.changes else ""
        print(f"{each.title}: {would}{each.state}, {each.where}")
        if options.dry_run:
            for change in each.changes:
                print(f"  {change.words}")
        for note in each.notes:
            print(f"  {note}")


def _hosts(options: argparse.Namespace, names: Sequence[str]) -> list[Host]:
    kinds, machine = kinds_of(names), machine_of(options)
    if options.prefix is not None:
        return places.usual(machine, kinds)
    found = places.find(machine, kinds)
    missing = [kind for kind in kinds if not any(host.kind == kind for host in found)]
    if missing and (names or not found):
        raise NoHost(
            f"{' and '.join(TITLES[kind] for kind in missing)} cannot be found here.",
            hint="Start the one you use once, so that it creates its folders, or name a home folder: --prefix DIR.",
        )
    return found


def _into(host: Host, machine: Machine, *, dry: bool) -> Told:
    changes = pending(
        installing(
            host,
            machine,
            command=COMMAND,
            connection=connection_file(),
            manifest=known_engines() if host.kind == "gimp" else {},
        )
    )
    title = f"{host.title}: plugin {__version__}"
    if not changes:
        return Told(title, "already there", str(host.plugin), ())
    state = "upgraded" if host.plugin.exists() else "installed"
    told = Told(title, state, str(host.plugin), changes)
    if any(change.path.name == "kritarc" for change in changes):
        told.notes.append(RUNNING_KRITA)
    if host.sandboxed:
        told.notes.append("It cannot start the daemon itself: run `velatura install service`.")
    if not dry:
        apply(changes, machine.home)
    return told


def _start_service(*, dry: bool) -> Told:
    found = the_service()
    changes = pending(found.changes)
    told = Told("service", "installed" if changes else "already there", found.promise, changes)
    if not dry:
        apply(changes, Path.home())
        if trouble := run_all(found.starting):
            told.state = "written but not started"
            told.notes.append(trouble)
    return told
