"""How a worker's process treats memory, where the system's allocator is glibc's.

A network asks for the same large buffers again and again. By default each of them comes fresh from the kernel, page by
page, and goes back at once: an eighth of all processor time of AdaIN at 512². So freed memory stays with the process
while it works, and goes back when it has rested for a while.
"""

from __future__ import annotations

import contextlib
import ctypes

KEEP_FREED = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
    "MALLOC_TOP_PAD_": str(1 << 26),
}
"""For the environment that a worker is started in; other allocators do not know these names."""

REST_SECONDS = 10.0


def give_back_freed() -> None:
    """Return freed memory to the system; does nothing where the allocator has no such call."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
