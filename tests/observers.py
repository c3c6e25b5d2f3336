"""Who watches a run."""

from __future__ import annotations

from velatura.contract.run import Progress, Silent


class Watcher(Silent):
    """Keeps all progress, and cancels once there were ``cancel_at`` reports."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.seen: list[Progress] = []
        self.cancel_at = cancel_at

    def progressed(self, progress: Progress) -> None:
        self.seen.append(progress)

    def cancelled(self) -> bool:
        return self.cancel_at is not None and len(self.seen) >= self.cancel_at
