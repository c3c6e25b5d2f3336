"""What is chosen in the dialog: an engine, its values, and where it paints. No widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gi.repository import Gimp

from velatura_link.engines import Manifest, content_use, shown_engines
from velatura_link.errors import LinkError

from .arguments import NOTHING, SOURCE, Argument
from .canvas import Canvas, canvas_of
from .choices import Choices, Values
from .job_builder import arguments_for, canvas_for, is_visible
from .layers import visible_layer
from .library import Descriptor
from .request_spec import starts_from_nothing
from .texts import tr


class DialogState:
    """Choices for ``layers`` of ``image``, or for a new picture; with ``replaces`` that layer is made again."""

    def __init__(
        self,
        manifest: Manifest,
        image: Gimp.Image | None,
        layers: Sequence[Gimp.Layer],
        start: Choices,
        replaces: Gimp.Layer | None,
    ) -> None:
        self.manifest = manifest
        self.image = image
        self.layers = layers
        self.replaces = replaces
        self.engine = ""
        self.arguments: list[Argument] = []
        self.values = Values((), {})
        self._take(start.engine, start.values)

    @property
    def descriptor(self) -> Descriptor:
        """That of the engine."""
        found: Descriptor = self.manifest[self.engine]["descriptor"]
        return found

    @property
    def is_new(self) -> bool:
        """Whether a new picture is made, and none is painted over."""
        return starts_from_nothing(self.arguments, self.values.current)

    @property
    def choices(self) -> Choices:
        """What is chosen now."""
        return Choices(self.engine, dict(self.values.current))

    def engines(self) -> list[str]:
        """Names of the engines that can be chosen, the one that is chosen among them."""
        names = [name for name in shown_engines(self.manifest) if self._can_paint(name)]
        return list(dict.fromkeys((*names, self.engine)))

    def switch(self, engine: str) -> None:
        """Go on with another engine, and whatever it has in common with the one before."""
        self._take(engine, self.values.current)

    def canvas(self) -> Canvas | None:
        """Where the new picture goes; None when one is painted over."""
        if self.is_new:
            return canvas_for(self.image, self.values.current, self.replaces)
        # Nothing can be painted then, but the dialog shows as much.
        return canvas_of(self.image, 0, 0) if not self.layers else None

    def painted_layer(self) -> Gimp.Layer:
        """What is painted over: the first of the layers, or what is seen of the image."""
        if is_visible(self.values.current) and self.image is not None:
            return visible_layer(self.image, self.replaces)
        return self.layers[0]

    @property
    def shows_visible(self) -> bool:
        """Whether all that is seen is painted."""
        return is_visible(self.values.current)

    def require_layer(self) -> None:
        """Raise :class:`LinkError` where a layer is needed and there is none."""
        if not self.layers and not self.is_new:
            raise LinkError(tr("No layer is chosen."), hint=tr("Choose a layer."))

    def reset_knobs(self) -> None:
        """Give all settings of how it is painted their defaults."""
        self.values.reset(
            each.name for each in self.arguments if each.place in ("params", "common")
        )

    def _take(self, engine: str, values: Mapping[str, Any]) -> None:
        self.engine = engine
        self.arguments = arguments_for(self.manifest, engine)
        self.values = Values.of(self.arguments, values)
        if not self.layers:
            # Without a layer a new picture is made, where that can be chosen.
            self.values.set(SOURCE.name, NOTHING)

    def _can_paint(self, engine: str) -> bool:
        """Whether there is what the engine needs: a layer, or nothing at all."""
        use = content_use(self.manifest, engine)
        if self.replaces is not None:
            return use != ("required" if self.is_new else "none")
        return bool(self.layers) or use != "required"
