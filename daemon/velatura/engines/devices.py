"""Which processor to compute on, and in which type it is fastest."""

from __future__ import annotations

import platform

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
            f"“{wish}” is not a device.",
            hint="Devices are auto, cpu, cuda, cuda:1 (the second one), mps and xpu.",
        )
    if kind not in there or int(number or 0) >= count(kind):
        raise BadRequest(
            f"The device {wish} is not here or this build of torch cannot use it.",
            hint=f"This machine has: {', '.join(there)}. “auto” takes the fastest.",
        )
    return torch.device(wish)


def count(kind: str) -> int:
    """How many devices of ``kind`` there are."""
    if kind == "cuda":
        return torch.cuda.device_count()
    if kind == "xpu":
        return torch.xpu.device_count()
    return 1


def best_dtype(device: torch.device) -> torch.dtype:
    """The type in which networks' bodies are fastest without visible loss: bfloat16 or float32.

    A rule and no measurement, so that one machine always gives the same picture. CUDA needs compute
    capability 8. A processor needs AMX: with AVX512-BF16 alone, convolutions in bfloat16 take 1.7
    times as long as in float32.
    """
    if device.type == "cuda":
        if torch.version.hip is not None:
            return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
        major, _ = torch.cuda.get_device_capability(device)
        return torch.bfloat16 if major >= 8 else torch.float32
    if device.type == "xpu":
        return torch.bfloat16
    if device.type == "cpu" and _has_amx():
        return torch.bfloat16
    return torch.float32


def _has_amx() -> bool:
    capabilities = getattr(torch.cpu, "get_capabilities", None)
    return capabilities is not None and bool(capabilities().get("amx_bf16", False))


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
    return f"processor ({platform.machine()}, {torch.get_num_threads()} threads)"
