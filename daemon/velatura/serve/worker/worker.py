"""A worker: the process that owns one device and its warm models, and paints.

Two threads. One talks to the broker and never computes, so that a cancel arrives during the longest step; the other
computes. Between two steps of a batch job, a short interactive job may go first (:meth:`Watch.breathe`).
"""

from __future__ import annotations

import logging
import queue
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from velatura.contract import manifest as manifests
from velatura.contract import registry
from velatura.contract.engine import Engine
from velatura.contract.phases import phase_title
from velatura.contract.run import Progress, Run
from velatura.errors import Cancelled, OutOfMemory, VelaturaError
from velatura.pipeline.recipe import recipe_of
from velatura.pipeline.render import render
from velatura.pipeline.scene_builder import Sources, scene_of
from velatura.runtime.model_files import ensure
from velatura.serve import logs
from velatura.serve.worker.allocator import REST_SECONDS, give_back_freed
from velatura.serve.worker.channel import Channel, Order
from velatura.serve.worker.parent_watch import end_with_broker
from velatura.serve.worker.result_files import ResultFolder, write_raster
from velatura.serve.worker.settings import WorkerSettings
from velatura.serve.worker.spool_blobs import SpoolBlobs
from velatura_link.messages import HEADER_LIMIT, Header
from velatura_link.text import Text, encode_error, encode_notes, encode_text

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.runtime.model_cache import WarmModels

log = logging.getLogger("velatura.serve.worker.worker")  # not __name__: this is run as a program

PROGRESS_SECONDS = 0.08

MOST_RECIPE = HEADER_LIMIT // 2
"""Bytes of a recipe: it travels in a header."""


class Watch:
    """Watches one job's run: tells the broker how far it is, and lets interactive jobs go first."""

    def __init__(self, executor: JobExecutor, order: Order, phases: Mapping[str, str]) -> None:
        self._executor = executor
        self._order = order
        self._phases = phases
        self._told = 0.0
        self._phase = ""
        preview = order.header.get("preview")
        self._preview_seconds = float(preview) if preview is not None else None
        self._previewed = time.monotonic()

    def progressed(self, progress: Progress) -> None:
        now = time.monotonic()
        begins, ends = progress.phase != self._phase, progress.step == progress.steps
        if now - self._told < PROGRESS_SECONDS and not (begins or ends):
            return
        self._told, self._phase = now, progress.phase
        self._executor.channel.send(
            {
                "t": "progress",
                "job": self._order.job,
                "phase": progress.phase,
                **encode_text("title", phase_title(progress.phase, self._phases)),
                "step": progress.step,
                "steps": progress.steps,
                "seconds_left": progress.seconds_left,
            }
        )

    def cancelled(self) -> bool:
        return self._order.cancelled.is_set()

    def finishing(self) -> bool:
        return self._order.finishing.is_set()

    def breathe(self) -> None:
        if not self._order.interactive:
            self._executor.serve_guests()

    def wants_preview(self) -> bool:
        if self._preview_seconds is None:
            return False
        return time.monotonic() - self._previewed >= self._preview_seconds

    def preview(self, picture: Tensor) -> None:
        from velatura.pipeline.tensors import raster_of

        self._previewed = time.monotonic()
        written = write_raster(self._executor.settings.spool, raster_of(picture))
        self._executor.channel.send(
            {
                "t": "preview",
                "job": self._order.job,
                "path": written.pop("path"),
                "size": written.pop("size"),
                "check": written.pop("check"),
                "raster": written,
            }
        )


class JobExecutor:
    """Paints orders one after another; engines and models stay warm in between."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.channel = Channel(settings)
        self._engines: dict[str, Engine] = {}
        self._models: WarmModels | None = None

    def open(self) -> None:
        """Load what can be loaded before the first order, and say that orders may come."""
        settings = self.settings
        code = manifests.code_hash(settings.engines)
        known = manifests.read(settings.cache, code)
        if known is None or manifests.left_out(known, settings.engines):
            manifests.write(settings.cache, code, manifests.build(settings.engines))
        if settings.engines is None:
            _ = self.models
        self.channel.send({"t": "ready", **self._device(), "counters": self._counters()})

    def work(self) -> None:
        """Take orders until told to quit."""
        while (order := self._next()) is not None:
            with logs.about(order.of):
                self._paint(order)

    def _next(self) -> Order | None:
        try:
            return self.channel.orders.get(timeout=REST_SECONDS)
        except queue.Empty:
            give_back_freed()
            return self.channel.orders.get()

    def serve_guests(self) -> None:
        """Paint interactive orders that came while a batch order is being painted."""
        while True:
            try:
                order = self.channel.orders.get_nowait()
            except queue.Empty:
                return
            if order is None:
                self.channel.orders.put(None)
                raise Cancelled
            with logs.about(order.of):
                self._paint(order)

    @property
    def models(self) -> WarmModels:
        """The warm models; made on first use, so that engines without networks never load torch."""
        if self._models is None:
            from velatura.runtime.model_cache import WarmModels

            self._models = WarmModels.on(self.settings.device)
        return self._models

    def _paint(self, order: Order) -> None:
        began, engine = time.monotonic(), order.header["request"]["engine"]
        room = order.header["room"]
        folder = ResultFolder(self.settings.spool, Path(room) if room is not None else None)
        try:
            outputs, notes, recipe = self._render(order, folder)
        except BaseException as error:
            folder.discard()
            self.channel.send(self._failure(order, error))
        else:
            log.info("Painted by %s in %.2f s", engine, time.monotonic() - began)
            self.channel.send(
                {
                    "t": "done",
                    "job": order.job,
                    "outputs": outputs,
                    **encode_notes(notes),
                    "recipe": recipe,
                    "counters": self._counters(),
                }
            )
        self.channel.forget(order)

    def _render(
        self, order: Order, folder: ResultFolder
    ) -> tuple[dict[str, Any], list[Text], dict[str, Any]]:
        """Outputs as the broker wants to hear of them, notes, and the recipe."""
        request = order.header["request"]
        engine = self._engine(request["engine"])
        params = registry.validate(engine, request.get("params", {}))
        models = self.models if engine.networks else lambda: self.models
        run = Run(
            models,
            Watch(self, order, engine.descriptor.phases),
            stop_after=request.get("stop_after"),
        )
        run.step(0, 0, phase="prepare")
        blobs = SpoolBlobs(order.header["files"])
        scene = scene_of(
            request,
            engine.descriptor,
            Sources(blobs, lambda name: ensure(name, run).path, run.note),
        )
        rasters = render(
            engine,
            scene,
            params,
            run,
            allocate=folder.allocate,
            rows_done=folder.rows_done,
        )
        recipe = recipe_of(engine, scene, params, run, blobs.checks)
        described = recipe.described()
        if len(recipe.to_json().encode()) > MOST_RECIPE:
            run.note("The recipe is too long to be saved.")
            described = {}
        return folder.finish(rasters), run.notes, described

    def _engine(self, name: str) -> Engine:
        if name not in self._engines:
            self._engines[name] = registry.load(name, only=self.settings.engines)
        return self._engines[name]

    def _failure(self, order: Order, error: BaseException) -> Header:
        if isinstance(error, MemoryError):
            error = OutOfMemory("The machine does not have enough memory for this picture.")
        if not isinstance(error, VelaturaError):
            log.error("%s met an error", order.header["request"]["engine"], exc_info=error)
            error = VelaturaError(
                "The worker failed: {error}.",
                hint="The worker's log has the details; please report it.",
                error=f"{type(error).__name__}: {error}",
            )
        return {
            "t": "failed",
            "job": order.job,
            **encode_error(error.code, shortened(error.message), shortened(error.hint)),
            "counters": self._counters(),
        }

    def _device(self) -> dict[str, str]:
        if self._models is None:
            return {"device": "none", "title": "no device"}
        from velatura.runtime.devices import device_title

        device = self._models.device
        return {"device": str(device), "title": device_title(device)}

    def _counters(self) -> dict[str, int]:
        return self._models.counters if self._models is not None else {}


def shortened(sentence: str) -> str:
    """A sentence that repeats what was asked for must not grow with it."""
    return sentence if len(sentence) <= 1000 else f"{sentence[:999]}…"


def main() -> None:
    end_with_broker()
    settings = WorkerSettings.from_environment()
    logs.configure(settings.log_level)
    executor = JobExecutor(settings)
    try:
        executor.open()
    except VelaturaError as error:
        executor.channel.send(
            {"t": "broken", **encode_error(error.code, error.message, error.hint)}
        )
        time.sleep(0.5)  # for the channel to say it
        sys.exit(3)
    executor.work()


if __name__ == "__main__":
    main()
