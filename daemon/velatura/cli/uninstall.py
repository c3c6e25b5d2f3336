"""`velatura uninstall [krita|gimp|service …]`: take out what `velatura install` put in."""

from __future__ import annotations

import argparse
from pathlib import Path

from velatura.cli.install import (
    RUNNING_KRITA,
    SERVICE,
    Told,
    chosen,
    configure,
    kinds_of,
    machine_of,
    show,
    the_service,
)
from velatura.hosts import places
from velatura.hosts.changes import Change, apply, pending
from velatura.hosts.places import Host, Machine
from velatura.hosts.plugins import removing
from velatura.hosts.service import run as run_all

__all__ = ["configure", "run"]


def run(options: argparse.Namespace) -> int:
    names, machine = chosen(options), machine_of(options)
    told = []
    # A host may be gone and its plugin still there.
    for host in places.candidates(machine, kinds_of(names)):
        changes = pending(removing(host, machine))
        if changes:
            told.append(_out_of(host, machine, changes, dry=options.dry_run))
    if SERVICE in names or (not names and options.prefix is None):
        told += _end_service(dry=options.dry_run)
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


def _end_service(*, dry: bool) -> list[Told]:
    found = the_service()
    changes = pending(Change(change.path, None) for change in found.changes)
    if not changes:
        return []
    told = Told("service", "removed", "nothing starts the daemon by itself any more", changes)
    if not dry:
        trouble = run_all(found.stopping)
        apply(changes, Path.home())
        if trouble := trouble or run_all(found.refreshing):
            told.notes.append(trouble)
    return [told]
