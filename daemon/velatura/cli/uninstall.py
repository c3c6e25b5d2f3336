"""`velatura uninstall [krita|gimp|service|daemon …]`: take out what `velatura install`, or a zip, put in."""

from __future__ import annotations

import argparse
from pathlib import Path

from velatura.cli.install import (
    RUNNING_KRITA,
    SERVICE,
    Told,
    chosen,
    configure_for,
    kinds_of,
    machine_of,
    show,
    the_service,
)
from velatura.hosts import environments, places
from velatura.hosts.changes import Change, apply, pending
from velatura.hosts.places import Host, Machine
from velatura.hosts.plugins import removing
from velatura.hosts.service import run as run_all
from velatura_link.environment import Environment
from velatura_link.errors import LaunchFailed
from velatura_link.launch import read_launcher
from velatura_link.places import runtime_dir

DAEMON = "daemon"
STILL_STARTED = (
    "The service still tries to start it: `velatura uninstall service` removes the service."
)
PIPS_OWN = "pip's cache still has what was downloaded for it: `pip cache purge` empties the cache."


def configure(parser: argparse.ArgumentParser) -> None:
    configure_for(
        parser,
        "krita, gimp, service, daemon (the one that a plugin from a zip installed); default: all",
    )


def run(options: argparse.Namespace) -> int:
    names, machine = chosen(options, (SERVICE, DAEMON)), machine_of(options)
    told = []
    # A host may be gone and its plugin still there.
    for host in places.candidates(machine, kinds_of(names)):
        changes = pending(removing(host, machine))
        if changes:
            told.append(_out_of(host, machine, changes, dry=options.dry_run))
    if SERVICE in names or (not names and options.prefix is None):
        told += _end_service(dry=options.dry_run)
    if DAEMON in names or (not names and options.prefix is None):
        told += _daemons(machine, dry=options.dry_run)
    show(told, options)
    if not told and not options.json:
        print("Nothing was installed.")
    return 0


def _out_of(host: Host, machine: Machine, changes: list[Change], *, dry: bool) -> Told:
    told = Told(f"{host.title}: plugin", "removed", str(host.plugin), changes)
    if host.kind == "krita":
        told.notes.append(RUNNING_KRITA)
    if not dry:
        apply(changes, machine.home)
    return told


def _is_started_by_service(environment: Environment) -> bool:
    """Whether what starts the daemon in the session is still there, and would look for it in ``environment``."""
    try:
        program, *_ = read_launcher(runtime_dir())
    except LaunchFailed:
        return False
    return Path(program).is_relative_to(environment.where)


def _daemons(machine: Machine, *, dry: bool) -> list[Told]:
    """What plugins from a zip installed; whatever else there is of a daemon stays."""
    told = []
    for each in environments.find(machine):
        where = f"{each.where}, {environments.size_of(each)}"
        change = Change(each.where, None)
        title = f"daemon {each.version or 'that was left unfinished'}"
        notes = [PIPS_OWN, *([STILL_STARTED] if _is_started_by_service(each) else [])]
        told.append(Told(title, "removed", where, [change], notes))
        if not dry:
            environments.remove(each)
    return told


def _end_service(*, dry: bool) -> list[Told]:
    found = the_service()
    changes = pending(Change(change.path, None) for change in found.changes)
    if not changes:
        return []
    told = Told("service", "removed", "the daemon is no longer started automatically", changes)
    if not dry:
        trouble = run_all(found.stopping)
        apply(changes, Path.home())
        if trouble := trouble or run_all(found.refreshing):
            told.notes.append(trouble)
    return [told]
