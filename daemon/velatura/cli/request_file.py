"""``--request FILE``: the wire's request (docs/reference/protocol.md, section 5) with paths in place of blobs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from velatura.cli.files import read_file
from velatura.contract.validation import alternatives
from velatura.errors import BadPicture, BadRequest
from velatura_link.messages import FILE, new_id
from velatura_link.request import (
    EncodedFile,
    Payload,
    Pixels,
    RegionRef,
    Request,
    StyleRef,
    decode_request,
)
from velatura_link.request_validation import check_request
from velatura_link.session import Limits

STYLE_FILES = ("picture", "file", "code", "before", "mask")
"""Keys of a style that refer to something."""


def request_in(path: Path) -> Request:
    """The request in the JSON file at ``path``; paths in it start at its folder.

    Where the wire has a reference, the file has a path, or the reference with a path as its ``blob``: that of a file of
    raw pixels where it describes a raster. Raises :class:`BadPicture` for files that are not there, and
    :class:`BadRequest` and :class:`~velatura_link.errors.Refused` for what is no request.
    """
    data = bytes(read_file(path, BadRequest).view)
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"{path} is not JSON: {error}.") from error
    if not isinstance(said, dict):
        raise BadRequest(f"{path} holds no request.", hint="A request is an object: {…}")
    references = _References(path.parent)
    request = _resolved(said, str(path), references)
    # Where no engine is named, the default one paints.
    check_request({"engine": "default", **request}, Limits())
    return decode_request(request, references.payload)


class _References:
    """References by the blob ids that stand for paths while the request is checked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: dict[bytes, Path] = {}
        self._files: dict[Path, EncodedFile] = {}

    def reference(self, said: object) -> object:
        """What the file says in place of a reference, as the wire has it."""
        if isinstance(said, str):
            said = {"blob": said, "encoding": FILE}
        if isinstance(said, Mapping) and isinstance(said.get("blob"), str):
            blob = new_id()
            self._paths[blob] = self._folder / said["blob"]
            return {**said, "blob": blob}
        return said

    def payload(self, reference: Mapping[str, Any]) -> Payload:
        """What a reference leads to. Raises :class:`BadPicture` and :class:`BadRequest`."""
        path = self._paths[reference["blob"]]
        file = self._files.setdefault(path, read_file(path))
        if reference.get("encoding") == FILE:
            return file
        shape = {
            key: reference[key] for key in ("width", "height", "channels", "depth", "transfer")
        }
        try:
            return Pixels(file.view, **shape)
        except ValueError as error:
            raise BadPicture(
                f"{path} does not hold the raster that is described: {error}"
            ) from error


def _resolved(said: Mapping[str, Any], where: str, references: _References) -> dict[str, Any]:
    """The map of a submit."""
    _check_keys(said, Request, where)
    request = dict(said)
    if request.get("content") is not None:
        request["content"] = references.reference(request["content"])
    if isinstance(request.get("styles"), list):
        request["styles"] = [_style(each, where, references) for each in request["styles"]]
    if isinstance(request.get("regions"), list):
        request["regions"] = [_region(each, where, references) for each in request["regions"]]
    if isinstance(request.get("inputs"), dict):
        # A text may be meant as one: files are maps here, as they are on the wire.
        request["inputs"] = {
            name: each if isinstance(each, str) else references.reference(each)
            for name, each in request["inputs"].items()
        }
    return request


def _region(said: object, where: str, references: _References) -> object:
    if not isinstance(said, dict):
        return said
    _check_keys(said, RegionRef, where)
    styles = said.get("styles") or []
    return {
        **said,
        "mask": references.reference(said.get("mask")),
        "styles": [_style(each, where, references) for each in styles]
        if isinstance(styles, list)
        else styles,
    }


def _style(said: object, where: str, references: _References) -> object:
    if not isinstance(said, dict):
        return said
    _check_keys(said, StyleRef, where)
    return {
        key: references.reference(each) if key in STYLE_FILES and each is not None else each
        for key, each in said.items()
    }


def _check_keys(said: Mapping[str, Any], kind: type, where: str) -> None:
    """A person who writes a file misspells words, which a daemon has to ignore."""
    known = [each.name for each in fields(kind)]
    for key in said:
        if key not in known:
            raise BadRequest(f"{where} has an unknown key “{key}”.", hint=alternatives(key, known))
