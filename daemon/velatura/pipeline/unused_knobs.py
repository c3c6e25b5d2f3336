"""Common knobs that someone set and that make no difference: said, so that nobody looks for it in the picture."""

from __future__ import annotations

from velatura.contract import registry
from velatura.contract.common_params import CommonKnob, CommonParams
from velatura.contract.engine import Engine
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura_link.text import Text

_OF_CONTENT: tuple[CommonKnob, ...] = ("detail", "finest", "colours", "tileable")
"""Knobs that need a picture to paint over."""


def tell_unused(engine: Engine, scene: Scene, run: Run) -> None:
    """Note each common knob of ``scene`` that is not as it is by itself, and that the engine does without."""
    used = set(registry.common_knobs(engine))
    if scene.content is None:
        used -= set(_OF_CONTENT)
    plain = CommonParams.model_validate({})
    for knob, field in CommonParams.model_fields.items():
        if knob not in used and getattr(scene.common, knob) != getattr(plain, knob):
            run.note("{setting} has no effect with this engine.", setting=Text(field.title or knob))
