"""What installing a plugin into a host changes, and what removing it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from velatura.hosts import ini
from velatura.hosts.changes import Change
from velatura.hosts.payload import DAEMON, Entry, daemon_json, payload
from velatura.hosts.places import FLATPAKS, Host, Machine

ENABLED = ("python", "enable_velatura_krita")
OVERRIDDEN = ("Context", "filesystems")
HOMES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
RUNTIME = "xdg-run/velatura:create"
"""What a Flatpak needs to see: the folder of the connection file and the sockets."""


def installing(
    host: Host,
    machine: Machine,
    *,
    command: Sequence[str],
    connection: Path,
    manifest: Mapping[str, Any],
) -> list[Change]:
    """Put the plugin into ``host``, enabled. ``command`` starts the daemon, whose connection file is ``connection``."""
    told = daemon_json(_at_home(command, machine) if host.moves_home else command, connection)
    whole = payload(host.kind, manifest).with_file(DAEMON, told)
    start = f"{whole.folder}/"
    inside = tuple(
        Entry(entry.name.removeprefix(start), entry.content, entry.executable)
        for entry in whole.inside
    )
    changes = [Change(host.folder / file.name, file.content) for file in whole.files]
    changes.append(Change(host.plugin, inside))
    return [*changes, *_settings(host, enabled=True), *_permissions(host, machine, allowed=True)]


def removing(host: Host, machine: Machine) -> list[Change]:
    """Take the plugin out of ``host`` again, with everything that came with it."""
    changes = [Change(host.plugin, None)]
    if host.kind == "krita":
        changes.append(Change(host.folder / "pykrita" / "velatura_krita.desktop", None))
        changes.append(Change(host.folder / "actions" / "velatura_krita.action", None))
    return [*changes, *_settings(host, enabled=False), *_permissions(host, machine, allowed=False)]


def is_enabled(host: Host) -> bool:
    """Whether the host loads the plugin when it finds it; GIMP always does."""
    if host.settings is None:
        return True
    return ini.value_of(read_text(host.settings), *ENABLED) == "true"


def may_see_runtime(host: Host, machine: Machine) -> bool:
    """Whether a host in a Flatpak sees the daemon's folder; others always do."""
    if not host.sandboxed:
        return True
    said = ini.value_of(read_text(_overrides(host, machine)), *OVERRIDDEN)
    return RUNTIME in (said or "").split(";")


def _at_home(command: Sequence[str], machine: Machine) -> list[str]:
    """``command`` with the person's home for one: the daemon's styles and weights are the same from every host."""
    words = [f"HOME={machine.home}"]
    for name in HOMES:
        if value := machine.environment.get(name):
            words.append(f"{name}={value}")
        else:
            words[:0] = ["-u", name]
    return ["/usr/bin/env", *words, *command]


def _settings(host: Host, *, enabled: bool) -> Iterator[Change]:
    if host.settings is None:
        return
    path = host.settings.resolve()
    text = read_text(path)
    if enabled:
        yield _edited(path, ini.with_value(text, *ENABLED, "true"))
    else:
        yield _edited(path, ini.without_value(text, *ENABLED))


def _permissions(host: Host, machine: Machine, *, allowed: bool) -> Iterator[Change]:
    """What `flatpak override --user` would write; it has no way to take a permission back without a trace."""
    if not host.sandboxed:
        return
    path = _overrides(host, machine)
    text = read_text(path)
    said = (ini.value_of(text, *OVERRIDDEN) or "").split(";")
    listed = [each for each in said if each and each != RUNTIME]
    if allowed:
        listed.append(RUNTIME)
    if listed:
        wanted = ini.with_value(text, *OVERRIDDEN, "".join(f"{each};" for each in listed))
    else:
        wanted = ini.without_value(text, *OVERRIDDEN)
    yield _edited(path, wanted)


def _overrides(host: Host, machine: Machine) -> Path:
    data = machine.folder("XDG_DATA_HOME", ".local/share")
    return data / "flatpak" / "overrides" / FLATPAKS[host.kind]


def _edited(path: Path, text: str) -> Change:
    """``path`` with ``text``; nobody needs an empty file."""
    return Change(path, text.encode("utf-8", "surrogateescape") or None)


def read_text(path: Path) -> str:
    """A settings file exactly as it is, whatever bytes are in it; empty when there is none."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
