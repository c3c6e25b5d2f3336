"""Inputs on their way to an engine: files as they are, layers as they are seen over the one that is painted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.errors import LinkError
from velatura_link.request import Payload, Scalar

from ..model.choices import Choices
from ..model.extra_inputs import given
from ..model.input_choice import InputChoice
from ..model.settings import input_files
from ..model.style_kinds import takes_pair
from ..qt import QtCore
from ..texts import tr
from .cooperative_tasks import Steps
from .formats import Bounds
from .layer_reader import Source, read_layer, source_of


def read_inputs(
    source: Source, manifest: Manifest, choices: Choices
) -> Steps[dict[str, Payload | Scalar]]:
    """What of ``choices`` the engine is given; raises :class:`LinkError` for a picture or a layer that is gone."""
    found: dict[str, Payload | Scalar] = {}
    for name, chosen in given(manifest, choices).items():
        if chosen.value is not None:
            found[name] = chosen.value
        else:
            found[name] = yield from _read(chosen, source.document, source.bounds)
    return found


def read_befores(
    document: Any, manifest: Manifest, choices: Choices
) -> Steps[dict[InputChoice, Payload]]:
    """The unpainted pictures of pairs, where the engine makes use of them; raises as :func:`read_inputs` does."""
    found: dict[InputChoice, Payload] = {}
    if takes_pair(manifest, choices.engine):
        views = [each.view for each in choices.mixture]
        views += [region.view for region in choices.regions]
        for before in [view.before for view in views]:
            if before is not None and before not in found:
                found[before] = yield from _read(before, document)
    return found


def _read(chosen: InputChoice, document: Any, bounds: Bounds | None = None) -> Steps[Payload]:
    """A file as it is, or a layer as it is seen over ``bounds``, by default all of it."""
    if chosen.file is not None:
        try:
            return input_files().read(chosen.file)
        except OSError as error:
            raise _gone(chosen) from error
    node = document.nodeByUniqueID(QtCore.QUuid(chosen.node))
    if node is None:
        raise _gone(chosen)
    layer = source_of(document, node, in_place=False)
    return (yield from read_layer(replace(layer, bounds=bounds or layer.bounds, whole=True)))


def _gone(chosen: InputChoice) -> LinkError:
    return LinkError(
        tr("“{name}” no longer exists.", name=chosen.title),
        hint=tr("Choose another picture, or the same one again."),
    )
