"""Installing, repairing and removing the daemon that came with the plugin, as the docker says it. No Qt here."""

from __future__ import annotations

import threading
from collections.abc import Callable

from velatura_link.connection import Connection
from velatura_link.daemon_env import Cancel, DaemonEnv, OnStep, Step
from velatura_link.errors import LinkError
from velatura_link.run_process import Cancelled
from velatura_link.torch_build import TorchBuild, size_of_bytes, usual_build

from ..model.progress import Shown
from ..model.state import Message
from ..texts import say, tr
from .places import Places


class DaemonInstaller:
    """Knows where the daemon is, also after that has changed. Every method returns at once but ``find`` and ``start``.

    ``say`` shows a message, ``on_installed`` is called when there is a daemon to start; both through ``post``.
    """

    def __init__(
        self,
        places: Places,
        post: Callable[[Callable[[], object]], object],
        say: Callable[[Message | None], object],
        on_installed: Callable[[], object],
    ) -> None:
        self._places = places
        self._post = post
        self._say = say
        self._on_installed = on_installed
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self._wanted = False
        self._build = usual_build()
        self._outdated = ""

    @property
    def home(self) -> DaemonEnv | None:
        """Where the daemon goes; None when the installer brought the plugin."""
        return self._places.home

    @property
    def busy(self) -> bool:
        """Whether the daemon is being installed or removed."""
        return self._thread is not None

    @property
    def can_start(self) -> bool:
        """Whether there may be a daemon to start: it need not be installed first."""
        return not self._wanted and not self.busy

    def find(self) -> Connection | None:
        """The daemon that runs, or None."""
        if self.home is not None:
            self.home.join()
            self._places = Places.beside(self.home.plugin)
        found = self._places.find()
        self._look(found)
        return found

    def start(self) -> Connection:
        """The daemon, started if there is none; raises :class:`~velatura_link.errors.LaunchFailed`."""
        return self._places.start()

    def absent(self, text: str, hint: str) -> Message:
        """What to say without a daemon. ``text`` and ``hint`` say why, if something went wrong."""
        if self._wanted:
            return needed(self._build, text)
        if not text and (offer := self.offer()) is not None:
            return offer
        return Message(
            text or tr("Velatura's painter is not running."),
            hint or tr("Start it here; the first time takes a few seconds."),
            bad=bool(text),
            action="start",
        )

    def offer(self) -> Message | None:
        """What to say with a daemon: that the plugin came with a newer one, if it did."""
        if self.home is None or not self._outdated:
            return None
        versions = {"new": self.home.version, "old": self._outdated}
        return Message(
            tr(
                "This plugin came with a newer version of Velatura's painter: {new}. The installed one is {old}.",
                **versions,
            ),
            tr(
                "The old one continues to paint until the new one takes over. What has not changed "
                "is not downloaded again."
            ),
            action="upgrade",
        )

    def install(self) -> None:
        """Make a home for the daemon, or bring the one that is there up to date."""
        if self.home is not None:
            self._begin(self.home.install)

    def offer_repair(self) -> None:
        """Say what it costs to make the daemon anew, and ask."""
        if self.home is not None and not self.busy:
            threading.Thread(target=self._ask, args=(self.home,), daemon=True).start()

    def repair(self) -> None:
        """Make it anew."""
        if self.home is not None:
            self._begin(self.home.repair)

    def remove(self) -> None:
        """Take the daemon away again."""
        if self.home is not None:
            self._begin(self.home.remove)

    def cancel(self) -> None:
        """Give up what is being done."""
        self._cancelled.set()

    def _begin(self, work: Callable[[OnStep, Cancel], None]) -> None:
        if self._thread is not None:
            return
        self._cancelled.clear()
        self._show(Step("preparing"))
        self._thread = threading.Thread(
            target=self._work, args=(work,), name="velatura-home", daemon=True
        )
        self._thread.start()

    def _ask(self, home: DaemonEnv) -> None:
        hint = costs(home.repair_build)
        question = Message(tr("Reinstall Velatura's painter?"), hint, action="repair")
        self._post(lambda: self._say(question))

    def _work(self, work: Callable[[OnStep, Cancel], None]) -> None:
        trouble: LinkError | None = None

        def on_step(step: Step) -> None:
            self._post(lambda: self._show(step))

        try:
            work(on_step, self._cancelled.is_set)
        except LinkError as error:
            trouble = error
        self._look(None)
        self._post(lambda: self._ended(trouble))

    def _look(self, found: Connection | None) -> None:
        """See what should be offered."""
        home = self.home
        self._wanted = home is not None and found is None and home.wanted
        if home is not None and self._wanted:
            self._build = home.build
        self._outdated = ""
        if home is not None and home.used and home.outdated:
            self._outdated = home.environment.version

    def _ended(self, trouble: LinkError | None) -> None:
        self._thread = None
        if self.home is not None:
            self._places = Places.beside(self.home.plugin)
        failed = trouble is not None and not isinstance(trouble, Cancelled)
        if trouble is not None and failed and self._outdated:
            hint = f"{tr('The old version is still there.')}\n{say(trouble.hint)}"
            self._say(Message(trouble.message, hint, bad=True, action="upgrade"))
        elif trouble is not None and failed:
            self._say(Message(trouble.message, trouble.hint, bad=True, action="install"))
        elif self._wanted:
            self._say(needed(self._build))
        else:
            self._say(self.offer())
            self._on_installed()

    def _show(self, step: Step) -> None:
        self._say(Message(tr("Velatura's painter"), action="cancel", progress=shown_step(step)))


def needed(build: TorchBuild, text: str = "") -> Message:
    """The offer to install the daemon, with ``build`` of torch."""
    hint = f"{tr('It is installed only for you.')} {costs(build)}"
    return Message(
        text or tr("Velatura's painter, the program that paints, is not installed yet."),
        hint,
        action="install",
    )


def costs(build: TorchBuild) -> str:
    """What is fetched, how much that is, and why that."""
    sizes = {"size": size_of_bytes(build.fetched), "disk": size_of_bytes(build.disk)}
    fetched = tr(
        "It downloads about {size} from the internet and takes up {disk} of disk space. This takes a "
        "few minutes.",
        **sizes,
    )
    reasons = {
        "cpu": tr("It is for the processor: no suitable graphics card was found."),
        "mps": tr("It is for this Mac's graphics processor."),
        "cuda": tr("It is for this computer's NVIDIA card."),
        "rocm": tr("It is for this computer's AMD card."),
        "xpu": tr("It is for the Intel graphics card that was requested."),
    }
    reason = reasons[build.kind]
    if build.kind == "cuda" and not build.backend:
        reason = tr(
            "Only the build for NVIDIA cards can be downloaded here; it also works without one."
        )
    return f"{fetched} {reason}"


def shown_step(step: Step) -> Shown:
    """What there is to see of ``step``."""
    if step.phase == "downloading" and step.total >= 1e6:
        size = round(step.total / 1e6)
        if not step.done:
            return Shown(tr("Fetching {name}, {size} MB", name=step.package, size=size))
        done = round(step.done / 1e6)
        text = tr("Fetching {name}, {done} of {size} MB", name=step.package, done=done, size=size)
        return Shown(text, step.done / step.total)
    words = {
        "preparing": tr("Preparing a folder for it"),
        "downloading": tr("Fetching {name}", name=step.package),
        "installing": tr("Unpacking; this takes a while"),
        "removing": tr("Removing it"),
    }
    return Shown(words[step.phase])
