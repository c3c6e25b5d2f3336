"""Choices and pixels as the request that the daemon gets. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from velatura_link.request import Payload, Pixels, RegionRef, Request, Scalar, StyleRef

from ..document.formats import Bounds
from ..texts import tr
from .choices import DEFAULT_ENGINE, LIVE_ENGINE, Choices, StyleChoice
from .knobs import Knob, knobs_of, own_values, scaled
from .lens import Window
from .shares import percents
from .views import WHOLE, View

QUICK_ENGINES = (DEFAULT_ENGINE, LIVE_ENGINE, "identity")
_AT_ONCE = 1 << 20
"""Pixels that a quick engine paints on a processor while one looks."""

Manifest = Mapping[str, Mapping[str, Any]]
FindStyle = Callable[[StyleChoice], StyleRef]
"""The style on the wire: a name of the daemon's, or a file's bytes."""


@dataclass(frozen=True)
class Scene:
    """The pixels of one wish. ``masks`` belong to the choices' regions in order, None where one is gone.

    ``selection`` limits what is painted; ``scale`` is how much smaller than the document the content is; ``inputs``
    are what else the chosen engine is given, and ``params`` knobs of it that go with that.
    """

    content: Pixels
    masks: Sequence[Pixels | None] = ()
    selection: Pixels | None = None
    scale: float = 1.0
    inputs: Mapping[str, Payload | Scalar] = field(default_factory=dict)
    params: Mapping[str, Scalar] = field(default_factory=dict)


def engine_names(manifest: Manifest) -> tuple[str, ...]:
    """Engines that a layer can be given to, in the manifest's order, the default first."""
    able = [
        name
        for name, entry in manifest.items()
        if not entry["descriptor"].get("hidden") and entry["descriptor"].get("content") != "none"
    ]
    return tuple(sorted(able, key=lambda name: name != Choices().engine))


def engine_knobs(manifest: Manifest, engine: str) -> tuple[Knob, ...]:
    """The engine's own knobs; none for an engine that the daemon does not have."""
    return knobs_of(manifest[engine]["schema"]) if engine in manifest else ()


def common_knobs(manifest: Manifest, engine: str) -> tuple[Knob, ...]:
    """The knobs that every engine has."""
    return knobs_of(manifest[engine]["common"]) if engine in manifest else ()


def needs_style(manifest: Manifest, engine: str) -> bool:
    """Whether the engine paints nothing without a style."""
    return engine in manifest and bool(manifest[engine]["descriptor"].get("fewest_styles"))


def final(manifest: Manifest, choices: Choices, scene: Scene, find: FindStyle) -> Request:
    """What Apply asks for."""
    return _request(manifest, choices.engine, choices, scene, find)


def takes_long(choices: Choices, bounds: Bounds) -> bool:
    """Whether a person waits for the painting, about a second or more."""
    return choices.engine not in QUICK_ENGINES or bounds.width * bounds.height > _AT_ONCE


def paints(choices: Choices) -> bool:
    """Whether there is a style to paint in."""
    return bool(choices.styles or choices.regions)


def is_quick(choices: Choices) -> bool:
    """Whether the engine paints a part of the picture while one looks."""
    return choices.engine in QUICK_ENGINES


def detail(
    manifest: Manifest, choices: Choices, scene: Scene, find: FindStyle, window: Window
) -> Request:
    """A window of what Apply asks for; painted by the quick engine where the chosen one takes its time."""
    quick = choices.engine if is_quick(choices) or LIVE_ENGINE not in manifest else LIVE_ENGINE
    return replace(_request(manifest, quick, choices, scene, find), window=window)


def warming(manifest: Manifest, style: str) -> Request:
    """The least that makes the daemon load the quick engine."""
    side = 64
    content = Pixels(bytes(side * side * 4), side, side, 4, "u8")
    engine = LIVE_ENGINE if LIVE_ENGINE in manifest else DEFAULT_ENGINE
    return Request(engine=engine, content=content, styles=(StyleRef(name=style),))


def live(manifest: Manifest, choices: Choices, scene: Scene, find: FindStyle) -> Request:
    """What is shown while sliders move: the quick engine, at the size of the view, with those knobs that both have."""
    quick = LIVE_ENGINE if LIVE_ENGINE in manifest else choices.engine
    return _request(manifest, quick, choices, scene, find)


def _request(
    manifest: Manifest, engine: str, choices: Choices, scene: Scene, find: FindStyle
) -> Request:
    own, every = engine_knobs(manifest, engine), common_knobs(manifest, engine)
    params = {**own_values(own, choices.engine_params)}
    if engine == choices.engine:
        params.update(scene.params)
    common = own_values(every, choices.common)
    styles = tuple(
        _taken(replace(find(each.style), weight=each.weight), each.view) for each in choices.mixture
    )
    regions = tuple(
        RegionRef(mask, (_taken(find(region.style), region.view),), region.strength)
        for region, mask in zip(choices.regions, scene.masks, strict=True)
        if mask is not None
    )
    if scene.selection is not None:
        regions = (*regions, RegionRef(scene.selection, styles))
        styles = ()
    return Request(
        engine=engine,
        params=scaled(own, params, scene.scale),
        common=scaled(every, common, scene.scale),
        content=scene.content,
        strength=choices.strength,
        seed=choices.seed,
        styles=styles,
        regions=regions,
        inputs=scene.inputs if engine == choices.engine else {},
    )


def _taken(style: StyleRef, view: View) -> StyleRef:
    crop = None if view.crop == WHOLE else view.crop
    return replace(style, crop=crop, rotation=view.rotation, scale=view.scale)


def title_of(manifest: Manifest, choices: Choices, name: Callable[[StyleChoice], str]) -> str:
    """What a result is called: its styles, with their shares where these differ, and the engine."""
    names = [name(style) for style in choices.styles]
    weights = [each.weight for each in choices.mixture]
    if len(set(weights)) > 1:
        shares = percents(weights)
        names = [f"{each} {share} %" for each, share in zip(names, shares, strict=True)]
    others = (region.style for region in choices.regions if region.style not in choices.styles)
    names += [name(style) for style in others]
    known = choices.engine in manifest
    engine = tr(manifest[choices.engine]["descriptor"]["title"]) if known else choices.engine
    return " — ".join(part for part in (" + ".join(dict.fromkeys(names)), engine) if part)
