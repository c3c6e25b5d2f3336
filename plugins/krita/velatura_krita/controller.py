"""What the docker's buttons do: between Krita, the state that is shown, and the daemon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from velatura_link import __version__
from velatura_link.errors import LinkError

from .daemon.daemon_installer import DaemonInstaller
from .daemon.gui_thread_queue import GuiThreadQueue
from .daemon.link import Link
from .daemon.pending_styles import PendingStyles
from .daemon.places import Places
from .document.apply_controller import ApplyController
from .document.cooperative_tasks import CooperativeTasks
from .document.given_inputs import GivenInputs
from .document.job_runner import JobRunner
from .document.kept_result import id_of
from .document.layer_reader import Source, bounds_of
from .document.preview_control import PreviewControl
from .document.style_collection import StyleCollection
from .document.variation_painter import VariationPainter
from .model import request_builder, style_kinds
from .model.choices import Choices, StyleChoice
from .model.choosing import Choosing
from .model.offer import LinkState, Offer
from .model.picture_parts import Parts
from .model.preconditions import no_style
from .model.settings import Settings, document_choices, resource_folder
from .model.state import Message, State
from .model.variations import Variation, VariationBase
from .qt import QtCore, Signal
from .texts import learn, tr

_KEEP_MS = 300


class Controller(QtCore.QObject):
    """One for each window. Signals carry pictures; everything else is in ``state``."""

    intermediate = Signal(object)
    painted = Signal(object)
    varied = Signal(int, object)

    def __init__(self, krita: Any, places: Places, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.state = State()
        self._krita = krita
        self._settings = self.settings = Settings(krita)
        self._tasks = CooperativeTasks(self)
        self._remembered: dict[str, Choices] = {}
        self._document_key = ""
        self._may_start = False
        self._gui_queue = GuiThreadQueue(self)
        post = self._gui_queue.post
        self.installer = DaemonInstaller(places, post, self.state.message.set, self.start_daemon)
        self.link = Link(
            find=self.installer.find,
            start=self.installer.start,
            post=post,
            on_state=self._link_is,
            on_offer=self._offered,
            version=__version__,
        )
        self._runner = JobRunner(krita, self.state, self._settings, self.link, self._tasks, self)
        self._runner.intermediate.connect(self.intermediate)
        self._runner.painted.connect(self._painted)
        self._parts = Parts(self.state, self.change)
        self.state.choices.set(self._settings.choices())
        self.state.history.set(self._settings.history())
        self.state.live.set(self._settings.flag("live", default=True))
        self.state.autostart.set(self._settings.flag("autostart", default=True))
        # Krita writes no settings that come when it ends, so they are kept soon after every change.
        self._keeper = QtCore.QTimer(self)
        self._keeper.setSingleShot(True)
        self._keeper.setInterval(_KEEP_MS)
        self._keeper.timeout.connect(lambda: self._settings.keep_choices(self.state.choices.value))
        self.state.choices.watch(lambda choices: self._keeper.start())
        self.styles = StyleCollection(
            self.state,
            PendingStyles(resource_folder() / "velatura_styles"),
            self.link,
            self._settings,
            added=self._style_added,
            removed=self._style_removed,
            failed=self._style_failed,
            refused=self._style_refused,
        )
        self.choosing = Choosing(self.state, self.change, self.styles.settled)
        self.preview = PreviewControl(
            krita, self.state, self.link, self._tasks, self.styles.find, lambda: self.busy, self
        )
        self._varied = VariationPainter(
            self.link, self._tasks, self.varied.emit, lambda error: self._style_refused(error)
        )
        self.applying = ApplyController(
            krita,
            self.state,
            self._settings,
            self._runner,
            self.styles,
            self.link.start,
            self._draft,
        )
        self.inputs = GivenInputs(krita, self.state)
        self.link.look()

    # ---- the daemon

    def be_seen(self, visible: bool) -> None:
        """The docker is shown or hidden. When it is first shown, the daemon starts, unless that is not wanted."""
        self.preview.be_seen(visible)
        if visible and not self._may_start:
            self._may_start = True
            if self.state.link.value.kind == "absent":
                self._link_is(self.state.link.value)

    def set_autostart(self, on: bool) -> None:
        """Whether the daemon is started when the docker is first shown."""
        self.state.autostart.set(on)
        self._settings.keep_flag("autostart", on)

    def start_daemon(self) -> None:
        """Start it, or find out why that fails."""
        self.link.start()

    def close(self) -> None:
        """Krita ends: say goodbye."""
        self._runner.stop_all()
        self.installer.cancel()
        self._gui_queue.close()
        self.link.close()

    def _link_is(self, state: LinkState) -> None:
        before = self.state.link.value
        self.state.link.set(state)
        if self.installer.busy:
            return
        if state.kind == "absent" and not state.message and self._starts_by_itself:
            if self._may_start:
                self.link.start()
        elif state.kind == "absent":
            self.state.message.set(self.installer.absent(state.message, state.hint))
        elif state.kind == "starting":
            self.state.message.set(None)
        elif state.message:
            self.state.message.set(Message(state.message, state.hint, bad=state.kind == "lost"))
        elif state.kind == "ready" and before.kind != "ready":
            self.state.message.set(self.installer.offer())

    @property
    def _starts_by_itself(self) -> bool:
        return self.state.autostart.value and self.installer.can_start

    def _offered(self, offer: Offer) -> None:
        learn(offer.manifest)
        choices = self.state.choices.value
        self.state.choices.set(request_builder.with_engine(offer.manifest, choices))
        self.state.offer.set(offer)
        self.preview.show()
        if offer.manifest:
            self.applying.offered()

    def refresh(self) -> None:
        """Look again at what styles and presets there are."""
        self.styles.look()
        if self.state.link.value.kind == "ready":
            self.link.refresh()

    def add_style_layer(self) -> None:
        """Make a style of the active layer, or of the one whose mask is active."""
        layer = self.applying.active_layer()
        if layer is not None:
            self.styles.add_layer(layer)

    def _style_added(self, style: StyleChoice) -> None:
        self.choosing.styles((style,))

    def _style_removed(self, style: StyleChoice) -> None:
        choices = self.state.choices.value
        self.change(choices.with_styles(each for each in choices.styles if each != style))

    def _style_failed(self, error: OSError) -> None:
        self._complain(tr("The picture cannot be kept: {error}", error=error))

    def _style_refused(self, error: LinkError) -> None:
        self._complain(error.message, error.hint)

    # ---- choices

    def change(self, choices: Choices) -> None:
        """The person chose; the live preview follows."""
        manifest = self.state.offer.value.manifest
        self.state.choices.set(request_builder.with_engine(manifest, choices))
        self.preview.changed()

    def document_changed(self) -> None:
        """Another document is in front: its own choices come with it."""
        if self._document_key:
            self._remembered[self._document_key] = self.state.choices.value
        document = self._krita.activeDocument()
        self._document_key = key_of(document) if document is not None else ""
        self._runner.front(self._document_key)
        if self.state.edited.value is not None:
            self.applying.stop_editing()
        if document is None:
            self.preview.show()
            return
        found = self._remembered.get(self._document_key) or document_choices(document)
        found = found or replace(self.state.choices.value, regions=())
        self.state.choices.set(self.choosing.known(found))
        self.preview.changed()

    def vary(self, make: Callable[[VariationBase], tuple[Variation, ...]]) -> tuple[Variation, ...]:
        """Paint small pictures of what ``make`` makes of the present choices; none where nothing can be painted."""
        document, node = self.preview.source()
        choices, manifest = self.state.choices.value, self.state.offer.value.manifest
        if node is None or bounds_of(node).empty or not manifest:
            self._complain(tr("There is nothing to vary yet."), tr("Open a picture first."))
            return ()
        if not style_kinds.enough_styles(manifest, choices):
            obstacle = no_style(manifest, choices.engine)
            self._complain(obstacle.text, obstacle.hint)
            return ()
        if request_builder.previewing_engine(manifest, choices) is None:
            self._complain(
                tr("There are no previews of this engine."), tr("Press Apply to paint the picture.")
            )
            return ()
        bounds = bounds_of(node)
        styles = [tile.style for tile in self.state.tiles.value]
        ground = VariationBase(
            choices, min(bounds.width, bounds.height), styles, self.state.name_of
        )
        made = make(ground)
        self._varied.paint(document, node, made, manifest, self.styles.find)
        return made

    def kept(self, name: str) -> str:
        """What the docker kept under ``name``."""
        return self._settings.text(f"docker_{name}")

    def keep(self, name: str, text: str) -> None:
        """Keep how the docker is arranged."""
        self._settings.keep_text(f"docker_{name}", text)

    # ---- regions

    def add_region_layer(self) -> None:
        """A region where the active layer, group or mask is."""
        node = self._active_node()
        if node is not None:
            self._parts.add_layer(node)

    def add_region_selection(self) -> None:
        """A region where the selection is now."""
        document = self._krita.activeDocument()
        self._parts.add_selection(document.selection() if document is not None else None)

    # ---- painting

    def apply(self, *, on_selection: bool | None = None) -> None:
        """Paint; see :meth:`ApplyController.apply`."""
        self.applying.apply(on_selection=on_selection)

    def _draft(self, source: Source, choices: Choices, selection: Any) -> None:
        """What the quick painter makes of it is seen at once where the painting itself takes its time."""
        manifest, bounds = self.state.offer.value.manifest, source.bounds
        takes_long = request_builder.takes_long(manifest, choices, bounds.width * bounds.height)
        if self.state.live.value or not takes_long:
            self.preview.stop()
        elif not source.blank and request_builder.previewing_engine(manifest, choices) is not None:
            self.preview.draft(source.document, source.node, selection)

    def stop(self) -> None:
        """Give up what is painted in the document in front."""
        self.applying.stop()

    def edit_result(self) -> None:
        """Choose again what made the active layer; the next Apply replaces it."""
        choices = self.applying.edit()
        if choices is not None:
            self.change(self.choosing.known(choices))

    @property
    def busy(self) -> bool:
        """Whether the document in front is being painted."""
        return self.applying.busy

    def _complain(self, text: str, hint: str = "") -> None:
        self.state.message.set(Message(text, hint, bad=True))

    def _active_node(self) -> Any:
        document = self._krita.activeDocument()
        node = document.activeNode() if document is not None else None
        if node is None:
            self._complain(tr("No layer is active."), tr("Open a picture and choose a layer."))
        return node

    # ---- the live preview

    def set_live(self, on: bool) -> None:
        """Whether the preview follows every change."""
        self.state.live.set(on)
        self._settings.keep_flag("live", on)
        self.preview.show()

    def _painted(self, picture: Any, node: Any) -> None:
        self.painted.emit(picture)
        self.preview.show_result(node)


def key_of(document: Any) -> str:
    """What tells a document from the others as long as it is open."""
    return id_of(document.rootNode())
