"""What a person asks for on the command line, as a request: read and checked before anything is painted."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

from velatura.cli.engines import engine_named
from velatura.cli.files import read_file
from velatura.cli.inputs import inputs_of, read_inputs
from velatura.cli.preset_options import COMMON, preset_fields
from velatura.cli.region_options import paints_of, regions_of
from velatura.cli.style_options import view_of, viewed
from velatura.contract.manifest import Manifest
from velatura.errors import BadRequest, UnknownEngine
from velatura_link import engines
from velatura_link.messages import ID_BYTES
from velatura_link.request import EncodedFile, RegionRef, Request, StyleRef, encode_request
from velatura_link.request_validation import check_request
from velatura_link.session import Limits

UNREAD = EncodedFile(b"-")
"""Stands for a content that is yet to be read."""

SAID_BY_FILE = (
    *("style", "style_crop", "style_rotation", "style_scale", "region", "map", "paint", "regions"),
    *("preset", "engine", "set", *COMMON, "input", "strength", "seed", "depth", "device"),
)
"""Options that a request in a file has no need of."""

DEFAULT = "default"
"""Stands for the engine that the manifest has first."""


def request_of(options: argparse.Namespace, known: Callable[[], Manifest]) -> Request:
    """What ``options`` ask for, but for the content; ``known`` gives the manifest.

    Everything that can be known to be wrong before anything is painted is refused here. Raises :class:`BadRequest`,
    :class:`BadParams`, :class:`BadPicture`, :class:`UnknownEngine` and :class:`~velatura_link.errors.Refused`.
    """
    if options.request is not None:
        from velatura.cli.request_file import request_in

        _check_alone(options)
        request = request_in(options.request)
        inputs = {}
    else:
        view = view_of(options.style_crop, options.style_rotation, options.style_scale)
        regions = (*regions_of(options.region), *_mapped(options))
        request = Request(
            **preset_fields(options),
            regions=tuple(replace(each, styles=viewed(each.styles, view)) for each in regions),
            seed=options.seed or 0,
            depth=options.depth,
            device=options.device,
        )
        inputs = inputs_of(options.input)
    check(request, content=bool(options.contents))
    manifest = known()
    engine = engine_of(request, manifest)
    kinds = {each["name"]: each["kind"] for each in engines.inputs_of(manifest, engine)}
    request = replace(
        request, engine=engine, inputs={**request.inputs, **read_inputs(inputs, engine, kinds)}
    )
    return _with_size(options, _with_models(request, manifest), manifest)


def _check_alone(options: argparse.Namespace) -> None:
    """Raise :class:`BadRequest` for an option beside ``--request`` that the file says, or leaves to its defaults."""
    for name in SAID_BY_FILE:
        if getattr(options, name) not in (None, []):
            raise BadRequest(
                f"--{name.replace('_', '-')} cannot be combined with --request.",
                hint="Set it in the request file, or leave --request out.",
            )


def check(request: Request, *, content: bool = False) -> None:
    """Raise :class:`~velatura_link.errors.Refused` for a request that no daemon would take.

    ``content`` says that there will be one. Where no engine is named, the default one will be.
    """
    if content and request.content is None:
        request = replace(request, content=UNREAD)
    if request.engine is None:
        request = replace(request, engine=DEFAULT)
    check_request(encode_request(request, lambda payload: bytes(ID_BYTES)), Limits())


def engine_of(request: Request, manifest: Manifest) -> str:
    """The engine that paints ``request``: the one that it or its preset names, else the default one.

    Raises :class:`UnknownEngine`, also where there is no default one, and :class:`BadRequest` for a preset that is not
    there.
    """
    name = request.engine
    if name is None and request.preset is not None:
        from velatura.library import presets

        name = presets.show(request.preset).engine
    name = name or engines.default_engine(manifest)
    if name is None:
        raise UnknownEngine(
            "No engine was named, and the daemon has no default one.",
            hint=f"Name one with --engine: {', '.join(manifest)}."
            if manifest
            else "`velatura doctor` checks the installation.",
        )
    engine_named(name, manifest)
    return name


def _mapped(options: argparse.Namespace) -> tuple[RegionRef, ...]:
    """The parts that a map's colours are."""
    if (options.map is None) != (not options.paint):
        raise BadRequest(
            "--map is a picture with a colour for each part, and --paint says what a colour means.",
            hint="Give both: --map map.png --paint blue=painting.jpg",
        )
    if options.map is None:
        return ()
    return paints_of(options.paint, read_file(options.map, what="The map"))


def _with_models(request: Request, manifest: Manifest) -> Request:
    """``request`` with names of styles as those of models where its engine paints with nothing else."""
    kinds = set(engines.style_kinds(manifest, request.engine or ""))
    if not kinds & {"checkpoint", "bank"} or kinds & {"picture", "code", "pair"}:
        return request

    def named(style: StyleRef) -> StyleRef:
        return style if style.name is None else replace(style, name=None, model=style.name)

    return replace(
        request,
        styles=tuple(map(named, request.styles)),
        regions=tuple(
            replace(region, styles=tuple(map(named, region.styles))) for region in request.regions
        ),
    )


def _with_size(options: argparse.Namespace, request: Request, manifest: Manifest) -> Request:
    """``request`` with the size of a result that is painted over nothing.

    Raises :class:`BadRequest` for a content, or a size, that the engine does not take, or needs.
    """
    use = engines.content_use(manifest, request.engine or "")
    there = bool(options.contents) or request.content is not None
    if there and use == "none":
        raise BadRequest(
            f"The engine {request.engine} starts from nothing and takes no content image.",
            hint="Leave it out, and say how large the result is: --size 1024x768",
        )
    if not there and use == "required":
        raise BadRequest(
            f"The engine {request.engine} paints over a content image, and none was given.",
            hint="Name a picture, several, or a folder of them.",
        )
    size = options.size
    if there:
        if size is not None and size.height is not None:
            raise BadRequest(
                "With a content image, --size is the long side of the result.",
                hint=f"--size {max(size.width, size.height)}",
            )
        return request
    if size is None and request.size is None:
        raise BadRequest(
            f"The engine {request.engine} starts from nothing and needs a size.",
            hint="Say how large the result is: --size 1024x768",
        )
    if size is None:
        return request
    return replace(request, size=(size.width, size.height or size.width))
