"""The contract of an engine: what every way of stylising says about itself and does.

An engine is one module in ``velatura/engines``. Its :class:`Descriptor` states as data what it takes and gives, its
``Params`` are its knobs; plugins, the command line and the wire are made from both, so a new engine changes none of
them. Bit depth, alpha, strength, masks, tiles and sizes are done once around every engine
(:mod:`velatura.pipeline.render`) and never inside one. ``docs/explanation/engines.md`` shows how very different
methods fit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from velatura.contract.common_params import CommonKnob
from velatura.imaging.raster import Raster

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.contract.run import Run
    from velatura.contract.scene import Scene
    from velatura.contract.tile import ContentTile, FilterTile
    from velatura.imaging.colour import Floats

StyleKind = Literal["picture", "code", "checkpoint", "bank", "pair"]
InputKind = Literal["raster", "flow", "file", "state", "number", "text"]
OutputKind = Literal["raster", "file", "state"]
Duration = Literal["instant", "seconds", "minutes"]


class Input(BaseModel):
    """One more thing an engine can be given through ``Scene.inputs``."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: InputKind
    """``flow`` is a raster of three f32 channels (dx, dy in pixels, confidence) whose vectors grow with the picture;
    ``state`` is the output of that name that the frame before gave."""
    title: str
    required: bool = False
    when: dict[str, str | int | float | bool] = {}
    """Knobs and the choices with which it is needed, and without which it makes no difference."""


class Output(BaseModel):
    """One thing that an engine gives."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: OutputKind = "raster"
    """``state`` is what the next frame of a sequence hands back as the input of that name."""
    title: str
    suffix: str = ""
    """What a file of it is called after the dot: ``safetensors``; rasters are written as pictures are."""


PICTURE = Output(name="picture", title="Picture")
"""What every engine gives first: the painted layer."""


class Descriptor(BaseModel):
    """What an engine is, as data. Everything outside the engine decides by this alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    purpose: str = ""
    """What it is for, in a few words of an artist's, said before the title: “Fast — Glaze”."""
    summary: str
    source: str
    """The paper: an arXiv number, a DOI or a full reference."""
    group: str = "Paint in a style"
    """The heading under which menus list it."""
    rank: int = 100
    """Its place in lists, the lowest first; the first engine that is not hidden is the default one."""

    content: Literal["required", "optional", "none"] = "required"
    """``none`` for engines that start from nothing; the request then says the output's size. Only an
    :class:`Iterative` engine can do without one.
    """
    styles: tuple[StyleKind, ...] = ("picture",)
    """What a style may be; empty for engines without one (activation maximisation)."""
    fewest_styles: int = 1
    """How many styles a region needs; 0 for an engine that can do without."""
    most_styles: int = 0
    """How many styles a region may have; 0 for any number."""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = (PICTURE,)
    frames: Literal["independent", "ordered"] = "independent"
    """Whether each frame of a sequence needs what the frame before it gave."""
    common: tuple[CommonKnob, ...] | None = None
    """Which common knobs make a difference; None for those that do for an engine of its kind."""

    regions: Literal["native", "composite"] = "composite"
    """Whether the engine blends several regions itself or is run once for each."""
    tiles: bool = False
    """Whether a picture may be painted a tile at a time with the same result as in one piece."""
    halo: int = 0
    """Pixels of surroundings a tile needs on each side: the radius of the network's receptive field."""
    multiple: int = 1
    """Sides of a tensor given to the engine are multiples of this many pixels."""
    least: int = 64
    """The shortest side of such a tensor: five halvings leave two pixels, enough to pad by reflection."""
    native_side: int = 0
    """Short side in pixels at which strokes are as large as the style has them. Larger pictures are painted in levels
    from there up, each over the one before, and smaller ones there and then reduced (:mod:`velatura.pipeline.levels`).
    0 for an engine that paints a picture of any size at once. For :class:`FeedForward` alone.
    """
    memory: int = 1024
    """Bytes that painting a tile takes at most for each of its pixels, its surroundings counted."""

    duration: Duration = "seconds"
    """How long a picture of a megapixel takes on a processor: so short that it can follow a slider, or not."""
    preview: str = ""
    """The engine that paints its quick preview; empty for itself."""
    phases: dict[str, str] = {}
    """Titles of phases that :meth:`Run.step` is told of, beyond those of :mod:`velatura.contract.phases`."""
    deterministic: Literal["bitwise", "close", "no"] = "bitwise"
    """How equal two runs on one device are: the same bytes, within 2/255, or neither."""
    weights: tuple[str, ...] = ()
    """Names in the model catalogue of what the engine loads."""
    interruptible: bool = False
    """Whether it can be asked to stop early and give what it has by then: see :meth:`Run.ends_early`."""
    refines: str = ""
    """The input with which it goes on from what another engine painted; empty where it is not offered for that."""
    hidden: bool = False
    """Left out of menus: made for tests."""


class EngineParams(BaseModel):
    """An engine's knobs: flat scalars and choices, each with title, description, range, unit and default.

    ``json_schema_extra`` has what else a person is shown (docs/explanation/engines.md): ``unit``, ``labels`` of
    choices, and ``zero``, the word for a 0 that is no number but a rule.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


ParamsT = TypeVar("ParamsT", bound=EngineParams)
PreparedT = TypeVar("PreparedT")


class Engine(ABC):
    """One way to stylise a scene. Subclass one of the four kinds below, never this."""

    descriptor: ClassVar[Descriptor]
    Params: ClassVar[type[EngineParams]]
    networks: ClassVar[bool] = True
    """Whether engines of this kind compute with torch on a device."""


class FeedForward(Engine, Generic[ParamsT, PreparedT]):
    """Looks at the whole scene once, then paints any tile of it in one pass."""

    @abstractmethod
    def prepare(self, scene: Scene, params: ParamsT, run: Run) -> PreparedT:
        """Everything that tiles share: style codes and whole-picture statistics, small tensors on ``run.device``."""

    def handed_on(self, prepared: PreparedT) -> Any:
        """What of ``prepared`` the next finer level wants: small tensors or facts, None for nothing. It is kept between
        jobs, so neither a network nor the run belongs there.
        """
        return None

    def prepare_finer(self, scene: Scene, coarser: Any, params: ParamsT, run: Run) -> PreparedT:
        """:meth:`prepare` for a larger picture that is laid over a smaller one, of which ``coarser`` was
        :meth:`handed_on`: for engines that need not find out again what they know of the styles.
        """
        return self.prepare(scene, params, run)

    @abstractmethod
    def apply(self, tile: ContentTile, prepared: PreparedT, run: Run) -> Tensor:
        """Paint ``tile.tensor``, (1, 3, h, w) sRGB 0..1 float32, sides multiples of ``descriptor.multiple``; as large.

        ``tile`` also says where in the picture it lies, for whatever is bound to a place.
        """

    def finish(self, prepared: PreparedT, run: Run) -> Mapping[str, Raster | Tensor | bytes]:
        """The outputs beside the picture, by name, once all tiles are painted; bytes become a file."""
        return {}


class Iterative(Engine, Generic[ParamsT]):
    """Works on the whole picture in many steps and calls ``run.step`` in its loop.

    One whose picture is worth keeping after any step says so (``descriptor.interruptible``), and asks
    ``run.ends_early`` after each.
    """

    @abstractmethod
    def stylize(
        self, scene: Scene, params: ParamsT, run: Run
    ) -> Tensor | Mapping[str, Raster | Tensor | bytes]:
        """Return (1, 3, h, w) sRGB 0..1 float32 of the scene's size; a dict if it has more outputs.

        The dict's ``picture`` is such a tensor; bytes become a file.
        """


class Filter(Engine, Generic[ParamsT]):
    """Works on a neighbourhood of each pixel in float RGB, a tile and its halo at a time, without a network."""

    networks = False

    def halo(self, scene: Scene, params: ParamsT) -> int:
        """How many pixels of surroundings ``apply`` needs on each side; ``descriptor.halo`` unless knobs decide."""
        return self.descriptor.halo

    @abstractmethod
    def apply(self, tile: FilterTile, scene: Scene, params: ParamsT, run: Run) -> Floats:
        """Return ``tile.pixels``, (h, w, 3) sRGB 0..1 float32, painted, as large; what lies in the halo is cut off."""


class Pixelwise(Engine, Generic[ParamsT]):
    """Works on pixels in their own depth, without a network and without torch."""

    networks = False

    @abstractmethod
    def render(self, band: Raster, scene: Scene, params: ParamsT, run: Run) -> Raster:
        """Return ``band``, some whole rows of the content, painted: same size, depth and channels."""
