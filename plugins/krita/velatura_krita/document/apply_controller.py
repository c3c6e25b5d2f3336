"""From the Apply button to a run: what is painted, why it cannot be, and what becomes of a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from velatura_link.errors import LinkError
from velatura_link.refining import Refining, refining_in

from ..model import request_builder
from ..model.choices import Choices
from ..model.preconditions import first_problem
from ..model.settings import Settings, keep_in_document
from ..model.state import Message, State
from ..texts import tr
from .job_runner import JobRunner
from .kept_result import KeptResult, id_of, kept_result
from .layer_reader import Source
from .layer_writer import can_mask
from .refinement import can_refine, refinement_of
from .sources import Edited, edited_result, layer_of, sources_of
from .style_collection import StyleCollection


class ApplyController:
    """Acts on the document in front. ``draft`` has a quick picture of a source shown while the real one is painted.

    ``start`` starts the daemon; what was asked for meanwhile is done by :meth:`offered`.
    """

    def __init__(
        self,
        krita: Any,
        state: State,
        settings: Settings,
        runner: JobRunner,
        styles: StyleCollection,
        start: Callable[[], object],
        draft: Callable[[Source, Choices, Any], object],
    ) -> None:
        self._krita = krita
        self._state = state
        self._settings = settings
        self._runner = runner
        self._styles = styles
        self._start = start
        self._draft = draft
        self._apply_soon = False

    # ---- painting

    def apply(self, *, on_selection: bool | None = None) -> None:
        """Paint what the choices say, in the selection if there is one; ``on_selection`` insists on one."""
        document, manifest = self._krita.activeDocument(), self._state.offer.value.manifest
        choices = request_builder.with_source(manifest, self._state.choices.value)
        blank = document is not None and choices.source == "canvas"
        active = self._layer_below(document) if blank else self.active_layer()
        if document is None or (active is None and not blank) or self.busy:
            return
        selection = document.selection()
        if on_selection and selection is None:
            self._complain(tr("Nothing is selected."), tr("Select an area first."))
            return
        edited = self._edited(document)
        if edited is None and self._state.edited.value is not None:
            self._state.edited.set(None)
            self._complain(
                tr("The layer that this result was painted from no longer exists."),
                tr("The next Apply paints the active layer."),
            )
            return
        sources = edited.sources if edited else sources_of(document, self._view(), active, choices)
        if not self._can_paint(document, sources, choices):
            return
        self._settings.keep_choices(choices)
        keep_in_document(document, choices)
        self._state.edited.set(None)
        self._draft(sources[0], choices, selection)
        replaces = None if edited is None else edited.result
        self._runner.begin(self._key, sources, choices, selection, self._styles.find, replaces)

    def offered(self) -> None:
        """The daemon is there: do what was asked for before."""
        if self._apply_soon:
            self._apply_soon = False
            self.apply()

    def stop(self) -> None:
        """Give up what is painted."""
        self._runner.stop(self._key)

    def finish(self) -> None:
        """Stop painting, and keep what is there."""
        self._runner.finish(self._key)

    @property
    def can_finish(self) -> bool:
        """Whether the engine that paints, or would, gives what is there when it is stopped."""
        engine = self._runner.engine(self._key) or self._state.choices.value.engine
        entry = self._state.offer.value.manifest.get(engine)
        return entry is not None and bool(entry["descriptor"].get("interruptible"))

    @property
    def busy(self) -> bool:
        """Whether the document in front is being painted."""
        return self._runner.busy(self._key)

    # ---- results

    def keep(self) -> None:
        """The result stays."""
        self._runner.keep(self._key)

    def discard(self) -> None:
        """Take the result out of the document."""
        self._runner.discard(self._key)

    def look(self) -> None:
        """Whether the active layer is a result that can be edited, and whether anything can be refined.

        Krita tells nobody of another active layer.
        """
        self._state.editable.set(self._kept() is not None)
        self._state.refinable.set(bool(self._refinable()))

    def edit(self) -> Choices | None:
        """What made the active layer, to be chosen again; the next Apply replaces the layer."""
        kept, layer = self._kept(), self.active_layer()
        if kept is None:
            return None
        self._state.edited.set(id_of(layer))
        self._state.message.set(
            Message(tr("Editing “{name}”: Apply replaces it.", name=layer.name()), action="new")
        )
        return kept.choices

    def refine(self) -> None:
        """Let the active layer, or else the results that wait, go on through the engine that refines."""
        document, results = self._krita.activeDocument(), self._refinable()
        refining, manifest = self._refining, self._state.offer.value.manifest
        if document is None or refining is None or not results or self.busy:
            return
        try:
            refinements = [
                refinement_of(
                    document,
                    node,
                    kept,
                    refining,
                    request_builder.title_of(manifest, kept.choices, self._state.name_of),
                )
                for node, kept in results
            ]
        except LinkError as error:
            self._complain(error.message, error.hint)
            return
        choices = self._styles.settled(refinements[0].choices)
        sources = [each.source for each in refinements]
        if not self._can_paint(document, sources, choices):
            return
        self._state.edited.set(None)
        self._runner.begin(
            self._key, sources, choices, None, self._styles.find, refinements=refinements
        )

    @property
    def _refining(self) -> Refining | None:
        return refining_in(self._state.offer.value.manifest)

    def _refinable(self) -> list[tuple[Any, KeptResult]]:
        """What Refine acts on: the active layer if it can be refined, or else every result that waits."""
        document, refining = self._krita.activeDocument(), self._refining
        if document is None or refining is None:
            return []
        manifest, active = self._state.offer.value.manifest, document.activeNode()
        layers = [layer_of(active)] if active is not None else []
        for nodes in (layers, self._runner.pending(self._key)):
            there = [each for each in nodes if each is not None and each.parentNode() is not None]
            found = [(each, kept_result(document, each)) for each in there]
            able = [
                (node, kept)
                for node, kept in found
                if kept is not None and can_refine(manifest, refining, kept)
            ]
            if able:
                return able
        return []

    def stop_editing(self) -> None:
        """The next Apply makes a new result again."""
        self._state.edited.set(None)
        self._state.message.set(None)

    def _kept(self) -> KeptResult | None:
        document = self._krita.activeDocument()
        node = document.activeNode() if document is not None else None
        layer = layer_of(node) if node is not None else None
        return kept_result(document, layer) if layer is not None else None

    def _edited(self, document: Any) -> Edited | None:
        wanted = self._state.edited.value
        return None if wanted is None else edited_result(document, wanted)

    # ---- what is in front

    def _layer_below(self, document: Any) -> Any:
        """The layer above which a new picture comes; None without an active one."""
        node = document.activeNode()
        return layer_of(node) if node is not None else None

    def active_layer(self) -> Any:
        """The layer that is active, or whose mask is; None, and a sentence that says so, when there is none."""
        document = self._krita.activeDocument()
        node = document.activeNode() if document is not None else None
        if node is None:
            self._complain(tr("No layer is active."), tr("Open a picture and choose a layer."))
            return None
        layer = layer_of(node)
        if layer is None:
            self._complain(tr("A selection is active, not a layer."), tr("Choose a layer first."))
        return layer

    @property
    def _key(self) -> str:
        document = self._krita.activeDocument()
        return "" if document is None else id_of(document.rootNode())

    def _view(self) -> Any:
        window = self._krita.activeWindow()
        return None if window is None else window.activeView()

    def _can_paint(self, document: Any, sources: Sequence[Source], choices: Choices) -> bool:
        manifest = self._state.offer.value.manifest
        if not manifest:
            self._apply_soon = True
            self._start()
            return False
        if not sources and choices.source == "frames":
            self._complain(
                tr("The layer has no frames in the playback range."),
                tr("Choose an animated layer, or “Active layer” as the source."),
            )
            return False
        if not sources and choices.source == "canvas":
            self._complain(
                tr("The selection lies outside the picture."),
                tr("Select a part of it, or nothing."),
            )
            return False
        if not sources:
            self._complain(
                tr("The layer is empty."),
                tr("Choose a layer that has pixels, or “What is visible” as the source."),
            )
            return False
        if choices.output == "group" and not can_mask(document):
            self._complain(
                tr("Krita 5.2 or newer is needed for a group with a mask."),
                tr("Choose “New layer”, which also keeps to the selection."),
            )
            return False
        offered = self._state.offer.value.styles
        obstacle = first_problem(manifest, offered, choices, self._state.name_of)
        if obstacle is not None:
            self._complain(obstacle.text, obstacle.hint)
        return obstacle is None

    def _complain(self, text: str, hint: str = "") -> None:
        self._state.message.set(Message(text, hint, bad=True))
