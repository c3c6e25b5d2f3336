"""The connection file: where the daemon of this user listens, and the secret that proves it
(docs/reference/protocol.md, 2).
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .errors import LinkError, UntrustedFile
from .messages import PROTOCOL

FILE_NAME = "connection.json"
_SIZE_LIMIT = 64 << 10


@dataclass(frozen=True)
class Connection:
    """What the connection file says. ``endpoints`` stand in order of preference; ``secret`` is 64 hex digits."""

    instance: str
    endpoints: tuple[str, ...]
    secret: str = field(repr=False)
    pid: int = 0
    version: str = ""
    started: float = 0.0
    protocol: int = PROTOCOL

    @property
    def key(self) -> bytes:
        """The secret as bytes."""
        return bytes.fromhex(self.secret)


def read_connection(path: Path) -> Connection | None:
    """What ``path`` says, or None when there is no such file.

    Raises :class:`UntrustedFile` when it, or its directory, belongs to another user or is open to others, and
    :class:`LinkError` when it cannot be understood.
    """
    try:
        _check_owner(path.parent, path.parent.lstat())
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UntrustedFile(
            "The connection file {path} cannot be read: {error}.", path=str(path), error=str(error)
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode):
            raise UntrustedFile("{path} is not a file.", path=str(path))
        _check_owner(path, info)
        text = file.read(_SIZE_LIMIT)
    try:
        return _parse(json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise LinkError(
            "The connection file {path} is damaged.",
            hint="Stop the daemon and start it again.",
            path=str(path),
        ) from error


def write_connection(path: Path, connection: Connection) -> None:
    """Put ``connection`` at ``path`` in one step, readable by this user alone."""
    private_directory(path.parent)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(connection), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def private_directory(path: Path) -> None:
    """Make ``path`` a directory of mode 0700, or narrow one that is there.

    Raises :class:`UntrustedFile` when it belongs to another user or is a link.
    """
    missing = [parent for parent in (path, *path.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)
    if os.name != "posix":
        return
    info = path.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise UntrustedFile("{path} is not a directory of this user.", path=str(path))
    if stat.S_IMODE(info.st_mode) != 0o700:
        path.chmod(0o700)


def _check_owner(path: Path, info: os.stat_result) -> None:
    if os.name != "posix":
        return
    if info.st_uid != os.geteuid():
        raise UntrustedFile("{path} belongs to another user.", path=str(path))
    if info.st_mode & 0o077:
        raise UntrustedFile(
            "{path} is open to other users.",
            hint="Close it: chmod go-rwx '{path}'.",
            path=str(path),
        )


def _parse(fields: object) -> Connection:
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    endpoints, secret = fields["endpoints"], fields["secret"]
    if not isinstance(endpoints, list) or not all(isinstance(each, str) for each in endpoints):
        raise TypeError("endpoints")
    if not isinstance(secret, str) or len(bytes.fromhex(secret)) != 32:
        raise ValueError("secret")
    return Connection(
        instance=str(fields["instance"]),
        endpoints=tuple(endpoints),
        secret=secret,
        pid=int(fields.get("pid", 0)),
        version=str(fields.get("version", "")),
        started=float(fields.get("started", 0.0)),
        protocol=int(fields["protocol"]),
    )
