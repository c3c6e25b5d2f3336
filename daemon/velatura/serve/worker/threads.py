"""How threads that compute wait for each other, whichever OpenMP runtime torch came with.

A network is hundreds of short parallel loops. At the end of each, threads wait for the last one, and by default they
spin meanwhile: for milliseconds with GNU's runtime (Linux), for a fifth of a second with LLVM's (macOS) and Intel's
(Windows). Where other programs want the processors too, as a host that works does, a thread that spins takes the very
time that the last one needs: a picture of 256² then takes up to sixty times as long. Threads that soon give up spinning
cost nothing that can be measured on a quiet machine (`python -m benchmarks.busy`).
"""

from __future__ import annotations

from collections.abc import Mapping

WAIT_POLICY = "OMP_WAIT_POLICY"
SHORT_SPINS = {"GOMP_SPINCOUNT": "1000", "KMP_BLOCKTIME": "1"}
"""Turns of GNU's loop, some microseconds; milliseconds for LLVM's and Intel's, for which 0 costs on a quiet machine."""


def with_short_spins(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` for a process that will load torch; what the person says of waiting counts."""
    if WAIT_POLICY in environment:
        return dict(environment)
    return {**SHORT_SPINS, **environment}
