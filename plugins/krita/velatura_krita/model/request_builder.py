"""Choices and pixels as the request that the daemon gets. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from velatura_link import engines
from velatura_link.engines import Manifest
from velatura_link.request import Payload, Pixels, RegionRef, Request, Scalar, StyleRef

from ..texts import tr
from . import style_kinds
from .choices import SOURCES, Choices, SourceKind, StyleChoice
from .extra_inputs import missing
from .input_choice import InputChoice
from .knobs import Knob, knobs_of, own_values, scaled
from .shares import percents
from .style_view import WHOLE, StyleView
from .viewport import Window

_AT_ONCE = 1 << 20
"""Pixels that an instant engine paints on a processor while one looks."""

FindStyle = Callable[[StyleChoice], StyleRef]
"""The style on the wire: a name of the daemon's, or a file's bytes. Raises ``OSError`` for a file that is gone."""


@dataclass(frozen=True)
class Scene:
    """The pixels of one request. ``masks`` belong to the choices' regions in order, None where one is gone.

    Without a ``content``, ``size`` is the (width, height) of the result, and ``depth`` and ``transfer`` are what its
    pixels are. ``selection`` limits what is painted;
    ``scale`` is how much smaller than the document the content is; ``inputs`` are what else the chosen engine is
    given, and ``params`` knobs of it that go with that; ``befores`` are the unpainted pictures of pairs.
    """

    content: Pixels | None
    masks: Sequence[Pixels | None] = ()
    selection: Pixels | None = None
    scale: float = 1.0
    inputs: Mapping[str, Payload | Scalar] = field(default_factory=dict)
    params: Mapping[str, Scalar] = field(default_factory=dict)
    befores: Mapping[InputChoice, Payload] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    depth: str | None = None
    transfer: str | None = None


def with_engine(manifest: Manifest, choices: Choices) -> Choices:
    """``choices`` with the daemon's default engine where none is chosen yet."""
    if choices.engine:
        return choices
    return replace(choices, engine=engines.default_engine(manifest) or "")


def source_kinds(manifest: Manifest, engine: str) -> tuple[SourceKind, ...]:
    """What can be given to ``engine`` to paint: a layer, nothing but the size of a new picture, or either."""
    use = engines.content_use(manifest, engine)
    if use == "none":
        return ("canvas",)
    return SOURCES if use == "optional" else tuple(each for each in SOURCES if each != "canvas")


def with_source(manifest: Manifest, choices: Choices) -> Choices:
    """``choices`` with a source that the engine can paint from, and an output that there can be of it."""
    able = source_kinds(manifest, choices.engine)
    source = choices.source if choices.source in able else able[0]
    in_no_place = source == "canvas" and choices.output == "in-place"
    return replace(choices, source=source, output="layer" if in_no_place else choices.output)


def engine_knobs(manifest: Manifest, engine: str) -> tuple[Knob, ...]:
    """The engine's own knobs; none for an engine that the daemon does not have."""
    return knobs_of(manifest[engine]["schema"]) if engine in manifest else ()


def common_knobs(manifest: Manifest, engine: str) -> tuple[Knob, ...]:
    """The knobs that every engine has."""
    return knobs_of(manifest[engine]["common"]) if engine in manifest else ()


def final(manifest: Manifest, choices: Choices, scene: Scene, find: FindStyle) -> Request:
    """What Apply asks for."""
    return _request(manifest, choices.engine, choices, scene, find)


def takes_long(manifest: Manifest, choices: Choices, pixels: int) -> bool:
    """Whether a person waits for a painting of so many pixels, about a second or more."""
    return not engines.is_instant(manifest, choices.engine) or pixels > _AT_ONCE


def previewing_engine(manifest: Manifest, choices: Choices) -> str | None:
    """The engine that paints a quick preview of ``choices``; None where none can.

    It must be able to read the styles that are chosen, and there must be a layer to paint over.
    """
    quick = engines.preview_engine(manifest, choices.engine)
    if quick is None or with_source(manifest, choices).source == "canvas":
        return None
    if not style_kinds.enough_styles(manifest, replace(choices, engine=quick)):
        return None
    if quick == choices.engine:
        return quick if _has_all_for_preview(manifest, choices) else None
    chosen = (*choices.styles, *(region.style for region in choices.regions))
    models = any(style.is_model for style in chosen)
    return None if models and "model" not in style_kinds.kinds_taken(manifest, quick) else quick


def _has_all_for_preview(manifest: Manifest, choices: Choices) -> bool:
    """Whether an engine that paints its own preview has all it needs: what only Apply reads makes another picture."""
    if choices.engine_inputs or missing(manifest, choices) is not None:
        return False
    views = [each.view for each in choices.mixture] + [each.view for each in choices.regions]
    halves = any(view.before is None for view in views)
    return not (halves and style_kinds.needs_pair(manifest, choices.engine))


def detail(
    manifest: Manifest, choices: Choices, scene: Scene, find: FindStyle, window: Window
) -> Request:
    """A window of what Apply asks for: painted by the chosen engine if it is instant, else by the previewing one."""
    quick = choices.engine
    if not engines.is_instant(manifest, quick):
        quick = previewing_engine(manifest, choices) or quick
    return replace(_request(manifest, quick, choices, scene, find), window=window)


def warming(manifest: Manifest, style: str) -> Request | None:
    """The least that makes the daemon load what paints previews by default; None where nothing does."""
    side = 64
    content = Pixels(bytes(side * side * 4), side, side, 4, "u8")
    engine = engines.preview_engine(manifest, engines.default_engine(manifest) or "")
    if engine is None:
        return None
    return Request(engine=engine, content=content, styles=(StyleRef(name=style),))


def live(manifest: Manifest, choices: Choices, scene: Scene, find: FindStyle) -> Request:
    """What is shown while sliders move, by the previewing engine: with those knobs that it and the chosen one have."""
    quick = previewing_engine(manifest, choices) or choices.engine
    return _request(manifest, quick, choices, scene, find)


def _request(
    manifest: Manifest, engine: str, choices: Choices, scene: Scene, find: FindStyle
) -> Request:
    own, every = engine_knobs(manifest, engine), common_knobs(manifest, engine)
    params = {**own_values(own, choices.engine_params)}
    if engine == choices.engine:
        params.update(scene.params)
    common = own_values(every, choices.common)
    kinds = engines.style_kinds(manifest, engine)

    def taken(style: StyleChoice, view: StyleView, weight: float = 1.0) -> StyleRef:
        return _taken(replace(find(style), weight=weight), view, kinds, scene.befores)

    styles = tuple(taken(each.style, each.view, each.weight) for each in choices.mixture if kinds)
    regions = tuple(
        RegionRef(mask, (taken(region.style, region.view),), region.strength)
        for region, mask in zip(choices.regions, scene.masks, strict=True)
        if mask is not None and kinds
    )
    if scene.selection is not None:
        regions = (*regions, RegionRef(scene.selection, styles))
        styles = ()
    return Request(
        engine=engine,
        params=scaled(own, params, scene.scale),
        common=scaled(every, common, scene.scale),
        content=scene.content,
        size=scene.size,
        depth=scene.depth,
        transfer=scene.transfer,
        strength=choices.strength,
        seed=choices.seed,
        styles=styles,
        regions=regions,
        inputs=scene.inputs if engine == choices.engine else {},
    )


def _taken(
    style: StyleRef, view: StyleView, kinds: Sequence[str], befores: Mapping[InputChoice, Payload]
) -> StyleRef:
    if style.model is not None or style.file is not None:
        return replace(style, index=view.index if "bank" in kinds else None)
    crop = None if view.crop == WHOLE else view.crop
    paired = "pair" in kinds and view.before is not None
    return replace(
        style,
        crop=crop,
        rotation=view.rotation,
        scale=view.scale,
        before=befores.get(view.before) if paired and view.before is not None else None,
    )


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
