from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from velatura.errors import BadRequest
from velatura.runtime.devices import available, best_dtype, choose_dtype, device_title, pick_device
from velatura.runtime.model_cache import WarmModels, bytes_of

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Both:
    network: nn.Module
    code: Tensor
    name: str = "no bytes"


def kilobytes(count: int) -> Tensor:
    return torch.zeros(count * 256)


def warm(budget: int = 1 << 20, codes_budget: int = 1 << 20) -> WarmModels:
    return WarmModels(CPU, torch.float32, budget, codes_budget=codes_budget)


def test_bytes_are_those_of_the_tensors_inside() -> None:
    both = Both(nn.Linear(10, 5), torch.zeros(3, dtype=torch.float16))
    assert bytes_of(both) == (50 + 5) * 4 + 3 * 2
    assert bytes_of([both, {"again": both}]) == 2 * bytes_of(both)
    assert bytes_of("text") == bytes_of(None) == 0


def test_a_model_is_built_once() -> None:
    models = warm()
    first = models.get("a", lambda: kilobytes(1))
    assert models.get("a", lambda: kilobytes(2)) is first
    assert models.counters["models_loaded"] == 1
    assert models.counters["models_reused"] == 1
    assert models.counters["models_bytes"] == 1024


def test_the_least_recently_used_goes_first() -> None:
    models = warm(budget=3 << 10)
    for name in "abc":
        models.get(name, lambda: kilobytes(1))
    models.get("a", lambda: kilobytes(1))
    models.get("d", lambda: kilobytes(1))
    loaded = models.counters["models_loaded"]
    for name in "acd":
        models.get(name, lambda: kilobytes(1))
    assert models.counters["models_loaded"] == loaded
    models.get("b", lambda: kilobytes(1))
    assert models.counters["models_loaded"] == loaded + 1


def test_a_model_over_the_budget_is_kept_alone() -> None:
    models = warm(budget=1 << 10)
    models.get("small", lambda: kilobytes(1))
    models.get("large", lambda: kilobytes(5))
    assert models.counters["models_bytes"] == 5 << 10


def test_codes_are_counted_apart_from_models() -> None:
    models = warm()
    for _ in range(3):
        models.remember("style", lambda: kilobytes(1))
    assert models.counters["style_codes_made"] == 1
    assert models.counters["style_codes_reused"] == 2
    assert models.counters["models_loaded"] == 0


def test_a_failure_is_not_remembered() -> None:
    models = warm()

    def fail() -> Tensor:
        raise ValueError

    with pytest.raises(ValueError):
        models.remember("style", fail)
    assert models.remember("style", lambda: kilobytes(1)).numel() == 256


def test_clearing_lets_everything_go() -> None:
    models = warm()
    models.get("a", lambda: kilobytes(1))
    models.remember("b", lambda: kilobytes(1))
    models.clear()
    held = ("models_bytes", "style_codes_bytes", "paintings_bytes")
    assert [models.counters[each] for each in held] == [0, 0, 0]


def test_auto_is_the_first_device_there_is() -> None:
    assert pick_device("auto").type == available()[0]
    assert pick_device("cpu") == CPU


@pytest.mark.parametrize("wish", ["gpu", "cuda:x", "cpu:", ""])
def test_what_is_no_device_is_named(wish: str) -> None:
    with pytest.raises(BadRequest, match=f"“{wish}” is not a device"):
        pick_device(wish)


@pytest.mark.parametrize("wish", ["cuda:99", "xpu:99"])
def test_a_device_that_is_not_here_is_named_with_what_there_is(wish: str) -> None:
    with pytest.raises(BadRequest, match=wish) as caught:
        pick_device(wish)
    assert "cpu" in caught.value.hint


AMD, INTEL, HIDDEN = "AMD EPYC 9654", "Intel Xeon Platinum 8380H", ""
"""Names that processors give themselves; a virtual machine may hide it."""


@pytest.mark.parametrize(
    ("name", "features", "python_says", "dtype", "reason"),
    [
        (INTEL, {"amx_bf16", "avx512_bf16"}, "", torch.bfloat16, "AMX"),
        (HIDDEN, {"amx_bf16"}, "", torch.bfloat16, "AMX"),
        (AMD, {"avx512_bf16"}, "", torch.bfloat16, "AMD processor with AVX512-BF16"),
        (HIDDEN, {"avx512_bf16"}, "AMD64 Family 25, AuthenticAMD", torch.bfloat16, "AMD processor"),
        (INTEL, {"avx512_bf16"}, "Intel64, GenuineIntel", torch.float32, "slow"),
        (HIDDEN, {"avx512_bf16"}, "x86_64", torch.float32, "slow"),
        (AMD, set(), "", torch.float32, "no fast bfloat16"),
    ],
)
def test_a_processor_computes_in_bfloat16_where_it_is_fast(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    features: set[str],
    python_says: str,
    dtype: torch.dtype,
    reason: str,
) -> None:
    facts = {"cpu_name": name, **dict.fromkeys(("amx_bf16", "avx512_bf16"), False)}
    facts |= dict.fromkeys(features, True)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: facts, raising=False)
    monkeypatch.setattr("platform.processor", lambda: python_says)
    assert best_dtype(CPU) == dtype
    assert reason in str(choose_dtype(CPU))
    assert str(dtype).removeprefix("torch.") in str(choose_dtype(CPU))


def test_a_processor_of_which_torch_tells_nothing_computes_in_float32(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert best_dtype(CPU) == torch.float32


@pytest.mark.parametrize(("threads", "said"), [(1, "1 thread)"), (4, "4 threads)")])
def test_a_processor_has_a_title_for_people(
    monkeypatch: pytest.MonkeyPatch, threads: int, said: str
) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    assert device_title(CPU).endswith(said)
