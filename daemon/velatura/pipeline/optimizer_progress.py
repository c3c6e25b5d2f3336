"""How far an optimisation is on its way from coarse to fine, told to the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from velatura.contract.run import Run
from velatura.pipeline.optimizer import Size, Watcher


class DescentProgress:
    """Tells ``run`` how far the whole way is, where steps take as long as they have pixels.

    ``steps`` are those of each part of the way, ``sizes`` what it works on, and ``every`` how many steps lie between
    previews, which are ``shown`` of what was found so far.
    """

    def __init__(
        self,
        run: Run,
        sizes: Sequence[Size],
        steps: Sequence[int],
        every: int,
        shown: Callable[[Tensor], Tensor] = lambda picture: picture,
    ) -> None:
        self._run, self._steps, self._every, self._shown = run, steps, every, shown
        self._work = [n * one * other for n, (one, other) in zip(steps, sizes, strict=True)]
        self._done, self._share = 0, 0.0

    def steps(self, number: int) -> int:
        """Steps of the part ``number``, counted from 0."""
        return self._steps[number]

    def tick(self) -> None:
        """Something was done that is no step: others get their chance. Raises as :meth:`Run.step` does."""
        self._run.step(self._done, sum(self._steps), share=self._share)

    def watcher(self, number: int) -> Watcher:
        """Who is told of the steps of the part ``number``."""
        before, whole = sum(self._steps[:number]), sum(self._steps)

        def watch(step: int, picture: Callable[[], Tensor]) -> bool:
            worked = sum(self._work[:number]) + self._work[number] * step / self._steps[number]
            self._done, self._share = before + step, worked / sum(self._work)
            self._run.step(
                self._done,
                whole,
                share=self._share,
                preview=(lambda: self._shown(picture())) if step % self._every == 0 else None,
            )
            return self._run.ends_early(self._done, whole)

        return watch
