"""Painting in this process, without a daemon."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from velatura.cli.backends.base import KEEP, Painted, Priority
from velatura.cli.display import Bar, Stopwatch
from velatura.cli.preview import PreviewFile
from velatura.cli.showing import Showing
from velatura.cli.tasks import raster_from
from velatura.contract import registry
from velatura.contract.run import Run
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.library import presets
from velatura.pipeline.recipe import recipe_of
from velatura.pipeline.render import render
from velatura.pipeline.scene_builder import Sources, scene_of
from velatura.pipeline.tensors import raster_of
from velatura.runtime.model_cache import WarmModels
from velatura.runtime.model_files import ensure
from velatura_link.messages import new_id
from velatura_link.request import EncodedFile, Payload, Pixels, Request, encode_request
from velatura_link.request_validation import check_request
from velatura_link.session import Limits

if TYPE_CHECKING:
    from torch import Tensor


class _Showing(Showing):
    def __init__(
        self,
        backend: LocalBackend,
        bar: Bar,
        preview: PreviewFile | None,
        phases: Mapping[str, str],
    ) -> None:
        super().__init__(bar, phases)
        self._backend = backend
        self._preview = preview

    def cancelled(self) -> bool:
        return self._backend.cancelled

    def finishing(self) -> bool:
        return self._backend.finishing

    def wants_preview(self) -> bool:
        return self._preview is not None and self._preview.due()

    def preview(self, picture: Tensor) -> None:
        if self._preview is not None:
            self._preview.show(raster_of(picture))


class PayloadBlobs:
    """See :class:`~velatura.pipeline.scene_builder.Blobs`: a request's payloads, which no wire has carried.

    What was not read from a file, and must be one, becomes one in ``folder``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._payloads: dict[bytes, Payload] = {}

    def name(self, payload: Payload) -> bytes:
        """A blob's id for ``payload``."""
        for blob, known in self._payloads.items():
            if known is payload:
                return blob
        blob = new_id()
        self._payloads[blob] = payload
        return blob

    def raster(self, reference: Mapping[str, Any]) -> Raster:
        pixels = self._payloads[reference["blob"]]
        assert isinstance(pixels, Pixels)
        return raster_from(pixels)

    def picture(self, reference: Mapping[str, Any]) -> Raster:
        file = self._file(reference)
        return read_picture(file.path if file.path is not None else bytes(file.view)).raster

    def file(self, reference: Mapping[str, Any]) -> Path:
        file = self._file(reference)
        if file.path is not None:
            return file.path
        path = self._folder / bytes(reference["blob"]).hex()
        path.write_bytes(file.view)
        return path

    def digest(self, reference: Mapping[str, Any]) -> str:
        return hashlib.sha256(self._file(reference).view).hexdigest()

    def _file(self, reference: Mapping[str, Any]) -> EncodedFile:
        file = self._payloads[reference["blob"]]
        assert isinstance(file, EncodedFile)
        return file


class LocalBackend:
    """Paints one picture after another, with networks that stay warm in between."""

    parallel = 1

    def __init__(self) -> None:
        self.cancelled = False
        self.finishing = False
        self._models: WarmModels | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="velatura-")

    def __enter__(self) -> LocalBackend:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def finish(self) -> None:
        """Have the engine stop after its present step, if it can, and keep what is there."""
        self.finishing = True

    def cancel(self) -> None:
        """End what is being painted at its next step."""
        self.cancelled = True

    def paint(
        self,
        request: Request,
        bar: Bar,
        preview: PreviewFile | None = None,
        priority: Priority = "interactive",
    ) -> Painted:
        """See :class:`~velatura.cli.backends.base.Backend`. Raises what the engine raises."""
        bar.show("Loading", 0, 0, None)
        blobs = PayloadBlobs(Path(self._folder.name))
        said = presets.filled(encode_request(request, blobs.name))
        check_request(said, Limits())
        engine = registry.load(said["engine"])
        params = registry.validate(engine, said.get("params", {}))
        if engine.descriptor.interruptible:
            bar.offer(KEEP)
        # An Enter that was typed before it was offered was meant for something else.
        self.finishing = False
        if self._models is None:
            self._models = WarmModels.on(request.device or "auto")
        watched = _Showing(self, bar, preview, engine.descriptor.phases)
        run = Run(self._models, watched, stop_after=request.stop_after)
        watch = Stopwatch()
        sources = Sources(blobs, lambda name: ensure(name, run).path, run.note)
        scene = scene_of(said, engine.descriptor, sources)
        outputs = render(engine, scene, params, run)
        picture = outputs.pop("picture")
        assert isinstance(picture, Raster)
        return Painted(
            picture,
            run.notes,
            {"running": watch.seconds},
            recipe_of(engine, scene, params, run),
            {
                name: each if isinstance(each, Raster) else EncodedFile(each)
                for name, each in outputs.items()
            },
        )
