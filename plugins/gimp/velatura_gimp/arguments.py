"""What an argument of a procedure is, and those that no engine decides alone. Knows nothing of GIMP."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Any, Literal

from .texts import tr

Kind = Literal["double", "int", "boolean", "choice", "string", "file", "save", "layer"]
"""``file`` is one to be read, ``save`` one to be written."""
Place = Literal["own", "common", "params", "inputs", "outputs"]

DEFAULT_STYLE = "starry-night"
NEW_LAYER, IN_PLACE, NEW_IMAGE = "new-layer", "in-place", "new-image"
CHOSEN, VISIBLE, NOTHING = "chosen", "visible", "nothing"
LARGEST_INT = 2**31 - 1
_LARGEST_SIDE = 1 << 16


@dataclass(frozen=True)
class Argument:
    """One argument of a procedure. ``place`` and ``knob`` say where in a request its value goes.

    ``title``, ``blurb`` and the labels in ``choices`` (value, label) are English. ``low`` and ``high`` are of numbers.
    """

    name: str
    kind: Kind
    title: str
    blurb: str
    default: Any = None
    low: float = -inf
    high: float = inf
    choices: tuple[tuple[str, str], ...] = ()
    place: Place = "own"
    knob: str = ""
    unit: str = ""
    zero: str = ""
    """The word for 0, where 0 is no amount."""

    @property
    def label(self) -> str:
        """The title in the person's language, and the unit."""
        return f"{tr(self.title)} ({tr(self.unit)})" if self.unit else tr(self.title)


STYLE = Argument(
    "style",
    "string",
    "Style",
    "Name of a style in the library; several, separated by commas, are mixed, as NAME or NAME:WEIGHT.",
    DEFAULT_STYLE,
)
STYLE_FILE = Argument(
    "style-file",
    "file",
    "Style from a file",
    "A picture to imitate instead of one from the library.",
)
STYLE_LAYER = Argument(
    "style-layer", "layer", "Style from a layer", "A layer to imitate instead of a file."
)
BEFORE_FILE = Argument(
    "before-file",
    "file",
    "Before, from a file",
    "The style's picture as it was before it was painted: the two together show what painting does.",
)
BEFORE_LAYER = Argument(
    "before-layer",
    "layer",
    "Before, from a layer",
    "A layer that shows the style's picture before it was painted, instead of a file.",
)
CHECKPOINT_FILE = Argument(
    "checkpoint", "file", "Model file", "The file of a trained model: .safetensors, .pth or .pt."
)
MODEL = Argument(
    "model",
    "string",
    "Model",
    "Name of a model that Velatura has, instead of a file; NAME#NUMBER is one style of several in it.",
    "",
)
STYLE_INDEX = Argument(
    "style-index",
    "int",
    "Style of the model",
    "Which of the model's styles to use; the first is 0.",
    0,
    0,
    LARGEST_INT,
)
STRENGTH = Argument(
    "strength",
    "double",
    "Strength",
    "How much of the painting is laid over the layer.",
    1.0,
    0.0,
    1.0,
)
SEED = Argument("seed", "int", "Seed", "Random seed.", 0, 0, LARGEST_INT)
USE_SELECTION = Argument(
    "use-selection",
    "boolean",
    "Only in the selection",
    "Paint only where something is selected, as far as it is selected.",
    True,
)
REST_STYLE = Argument(
    "rest-style",
    "string",
    "Style outside",
    "Style, as above, for everything outside the selection. Without one, that stays as it is.",
    "",
)
MASK_STYLE = Argument(
    "mask-style",
    "string",
    "Style in the layer mask",
    "Style, as above, for where the layer's mask is white. Without one, the mask is not used as a region.",
    "",
)
OUTPUT = Argument(
    "output",
    "choice",
    "Result",
    "A new layer above this one, or this layer itself.",
    NEW_LAYER,
    choices=((NEW_LAYER, "New layer"), (IN_PLACE, "This layer")),
)
NEW_OUTPUT = Argument(
    "output",
    "choice",
    "Result",
    "A new layer on top of the image, or an image of its own.",
    NEW_LAYER,
    choices=((NEW_LAYER, "New layer"), (NEW_IMAGE, "New image")),
)
SOURCE = Argument(
    "source",
    "choice",
    "What is painted",
    "The chosen layers, each by itself, or what is visible, which becomes a new layer on top.",
    CHOSEN,
    choices=((CHOSEN, "The chosen layers"), (VISIBLE, "What is visible")),
)
OPTIONAL_SOURCE = replace(
    SOURCE,
    blurb="The chosen layers, each by itself; the picture as it is seen; or nothing, for a new picture.",
    choices=(*SOURCE.choices, (NOTHING, "Nothing: a new picture")),
)
WIDTH = Argument(
    "width",
    "int",
    "Width",
    "Width of the new picture. Automatic is the selection's, or else the image's.",
    0,
    0,
    _LARGEST_SIDE,
    unit="px",
    zero="Automatic",
)
HEIGHT = replace(
    WIDTH,
    name="height",
    title="Height",
    blurb="Height of the new picture. Automatic is the selection's, or else the image's.",
)
REQUEST = Argument(
    "request",
    "string",
    "Request",
    'What to do, as JSON, for example {"engine": "glaze", "styles": [{"name": "scream"}]}.',
    "{}",
)
