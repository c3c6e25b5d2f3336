"""Which processor to compute on, and in which type it is fastest."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from velatura.errors import BadRequest

KINDS = ("cuda", "mps", "xpu", "cpu")
"""Device kinds, the fastest first. ROCm calls itself cuda."""


def available() -> tuple[str, ...]:
    """Kinds of devices that this machine and this build of torch have, the fastest first."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "xpu": torch.xpu.is_available(),
        "cpu": True,
    }
    return tuple(kind for kind in KINDS if there[kind])


def pick_device(wish: str = "auto") -> torch.device:
    """The device for ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps`` or ``xpu``.

    Raises :class:`BadRequest` for a name that is no device's and for a device that is not there.
    """
    there = available()
    if wish == "auto":
        return torch.device(there[0])
    kind, _, number = wish.partition(":")
    if kind not in KINDS or (":" in wish and not number.isdecimal()):
        raise BadRequest(
            "“{device}” is not a device.",
            hint="Devices are auto, cpu, cuda, cuda:1 (the second one), mps and xpu.",
            device=wish,
        )
    if kind not in there or int(number or 0) >= count(kind):
        raise BadRequest(
            "The device {device} is not present, or this build of torch cannot use it.",
            hint="This machine has: {devices}. “auto” takes the fastest.",
            device=wish,
            devices=", ".join(there),
        )
    return torch.device(wish)


def count(kind: str) -> int:
    """How many devices of ``kind`` there are."""
    if kind == "cuda":
        return torch.cuda.device_count()
    if kind == "xpu":
        return torch.xpu.device_count()
    return 1


@dataclass(frozen=True)
class DtypeChoice:
    """The type in which networks' bodies are fastest on a device, and why, for a person."""

    dtype: torch.dtype
    reason: str

    def __str__(self) -> str:
        return f"{str(self.dtype).removeprefix('torch.')} ({self.reason})"


def best_dtype(device: torch.device) -> torch.dtype:
    """The type in which networks' bodies are fastest without visible loss: bfloat16 or float32."""
    return choose_dtype(device).dtype


def choose_dtype(device: torch.device) -> DtypeChoice:
    """:func:`best_dtype` with its reason.

    A rule by vendor and feature and no measurement: one machine always gives the same picture, also after its cache
    was emptied, and a busy moment cannot decide for good. CUDA needs compute capability 8. A processor needs AMX, or
    AVX512-BF16 in AMD's form (Zen 4 and later, at full width): there a convolution of 128 channels ran twice as fast as
    in float32. In Intel's AVX512-BF16 alone it takes 1.7 times as long.
    """
    if device.type == "cuda" and torch.version.hip is not None:
        there = torch.cuda.is_bf16_supported()
        return _coarse("the card has it") if there else _exact("the card has no bfloat16")
    if device.type == "cuda":
        major, minor = torch.cuda.get_device_capability(device)
        reason = f"compute capability {major}.{minor}"
        return _coarse(reason) if major >= 8 else _exact(f"{reason}, bfloat16 needs 8")
    if device.type == "xpu":
        return _coarse("the card has it")
    if device.type == "cpu":
        return _for_processor(_capabilities())
    return _exact(f"always on {device.type}")


def _for_processor(facts: Mapping[str, Any]) -> DtypeChoice:
    """What to compute in on a processor of which ``torch.cpu.get_capabilities`` tells ``facts``."""
    if facts.get("amx_bf16"):
        return _coarse("the processor has AMX")
    if not facts.get("avx512_bf16"):
        return _exact("the processor has no fast bfloat16")
    if _is_amd(facts):
        return _coarse("an AMD processor with AVX512-BF16")
    return _exact(
        "bfloat16 is slow on processors with AVX512-BF16 that are neither AMD's nor have AMX"
    )


def _coarse(reason: str) -> DtypeChoice:
    return DtypeChoice(torch.bfloat16, reason)


def _exact(reason: str) -> DtypeChoice:
    return DtypeChoice(torch.float32, reason)


def _capabilities() -> Mapping[str, Any]:
    tell = getattr(torch.cpu, "get_capabilities", None)
    return tell() if tell is not None else {}


def _is_amd(facts: Mapping[str, Any]) -> bool:
    """By the processor's name, and on Windows also by its vendor, which Python knows there."""
    return (
        str(facts.get("cpu_name", "")).startswith("AMD") or "AuthenticAMD" in platform.processor()
    )


def device_title(device: torch.device) -> str:
    """The device's name for a person: “NVIDIA GeForce RTX 4070 (cuda:0)”, “processor (x86_64, 8
    threads)”.
    """
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({device})"
    if device.type == "xpu":
        return f"{torch.xpu.get_device_name(device)} ({device})"
    if device.type == "mps":
        return "Apple GPU (mps)"
    threads = torch.get_num_threads()
    return f"processor ({platform.machine()}, {threads} thread{'s' if threads != 1 else ''})"
