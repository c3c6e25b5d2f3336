"""Keys for what was computed from rasters, files and settings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

from pydantic import BaseModel

from velatura.imaging.raster import Raster


def fingerprint(*rasters: Raster | None) -> str:
    """SHA-256 over pixels, shapes and transfers, in order; 64 hexadecimal digits.

    None is content too: a picture with a mask is something else than the picture.
    """
    digest = hashlib.sha256()
    for raster in rasters:
        digest.update(repr(raster and raster.shape).encode())
        if raster is not None:
            digest.update(raster.to_memoryview())
    return digest.hexdigest()


def key_of(value: object) -> str:
    """What ``value`` is made of, as text: rasters by their pixels, files by name, size and time, dataclasses, knobs,
    mappings and sequences by what is in them, numbers and words as they are.

    Raises :class:`TypeError` for anything else, since what cannot be told apart must not be remembered, and
    :class:`OSError` for a file that is not there.
    """
    if isinstance(value, Raster):
        return fingerprint(value)
    if isinstance(value, Path):
        found = value.stat()
        return f"{value} {found.st_size} {found.st_mtime_ns}"
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if is_dataclass(value):
        told = [f"{each.name}={key_of(getattr(value, each.name))}" for each in fields(value)]
        return f"{type(value).__name__}({', '.join(told)})"
    if isinstance(value, Mapping):
        told = [f"{key!r}: {key_of(value[key])}" for key in sorted(value)]
        return f"{{{', '.join(told)}}}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(key_of(each) for each in value)}]"
    if value is None or isinstance(value, str | bytes | int | float | bool):
        return repr(value)
    raise TypeError(f"{type(value).__name__} has no key")
