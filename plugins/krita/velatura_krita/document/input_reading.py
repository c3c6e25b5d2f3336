"""Inputs on their way to an engine: files as they are, layers as they are seen over the one that is painted."""

from __future__ import annotations

from dataclasses import replace

from velatura_link.errors import LinkError
from velatura_link.request import Payload, Scalar

from ..model.choices import Choices, InputChoice
from ..model.extra_inputs import given
from ..model.request_builder import Manifest
from ..model.settings import input_files
from ..qt import QtCore
from ..texts import tr
from .cooperative_tasks import Steps
from .layer_reader import Source, read_layer, source_of


def read_inputs(
    source: Source, manifest: Manifest, choices: Choices
) -> Steps[dict[str, Payload | Scalar]]:
    """What of ``choices`` the engine is given; raises :class:`LinkError` for a picture or a layer that is gone."""
    found: dict[str, Payload | Scalar] = {}
    for name, chosen in given(manifest, choices).items():
        if chosen.value is not None:
            found[name] = chosen.value
        elif chosen.file is not None:
            try:
                found[name] = input_files().read(chosen.file)
            except OSError as error:
                raise _gone(chosen) from error
        else:
            node = source.document.nodeByUniqueID(QtCore.QUuid(chosen.node))
            if node is None:
                raise _gone(chosen)
            layer = source_of(source.document, node, in_place=False)
            layer = replace(layer, bounds=source.bounds, whole=True)
            found[name] = yield from read_layer(layer)
    return found


def _gone(chosen: InputChoice) -> LinkError:
    return LinkError(
        tr("“{name}” is not there any more.", name=chosen.title),
        hint=tr("Choose another picture, or the same one again."),
    )
