from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from velatura.contract import manifest, registry
from velatura.contract.engine import Descriptor, EngineParams, Pixelwise
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.errors import BadParams, UnknownEngine
from velatura.imaging.raster import Raster


class KnobsParams(EngineParams):
    steps: int = Field(10, ge=1, le=1000)
    share: float = Field(0.5, gt=0, lt=1)
    floor: float = Field(0.0, ge=0)
    pooling: Literal["max", "avg"] = "max"
    fast: bool = False
    word: str = "a"
    needed: int


class Knobs(Pixelwise[KnobsParams]):
    descriptor = Descriptor(name="knobs", title="Knobs", summary="", source="")
    Params = KnobsParams

    def render(self, band: Raster, scene: Scene, params: KnobsParams, run: Run) -> Raster:
        return band


def test_engines_are_found_and_machinery_is_not() -> None:
    assert {"identity", "adain"} <= set(registry.names())
    assert not {"stage", "engine", "registry", "run"} & set(registry.names())


def test_every_engine_is_called_like_its_file_and_its_defaults_are_valid() -> None:
    for name in registry.names():
        engine = registry.load(name)
        assert engine.descriptor.name == name
        assert registry.validate(engine, {}) == engine.Params()


def test_every_knob_says_what_it_is_and_where_it_ends() -> None:
    for name in registry.names():
        schema = registry.load(name).Params.model_json_schema()
        for knob in schema.get("properties", {}).values():
            assert knob["title"] and knob["description"] and "default" in knob
            if knob.get("type") in ("integer", "number"):
                assert "minimum" in knob and "maximum" in knob


def test_an_unknown_engine_gets_a_suggestion() -> None:
    with pytest.raises(UnknownEngine, match="no engine called “adian”") as caught:
        registry.load("adian")
    assert caught.value.hint == "Did you mean adain?"


def test_only_limits_what_there_is() -> None:
    with pytest.raises(UnknownEngine) as caught:
        registry.load("adain", only={"identity"})
    assert caught.value.hint == "There are: identity."


def test_a_worker_with_identity_alone_never_loads_torch() -> None:
    code = (
        "import sys; from velatura.contract import manifest, registry; "
        "registry.load('identity', only={'identity'}); manifest.build({'identity'}); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"steps": 0}, "steps must be a whole number between 1 and 1000, not 0."),
        ({"steps": "ten"}, "steps must be a whole number between 1 and 1000, not “ten”."),
        ({"steps": 1.5}, "steps must be a whole number between 1 and 1000, not 1.5."),
        ({"share": 1}, "share must be a number greater than 0 and less than 1, not 1."),
        (
            {"share": float("nan")},
            "share must be a number greater than 0 and less than 1, not nan.",
        ),
        ({"floor": -1}, "floor must be a number at least 0, not -1."),
        ({"pooling": "min"}, "pooling must be one of max, avg, not “min”."),
        ({"fast": "perhaps"}, "fast must be true or false, not “perhaps”."),
        ({"word": None}, "word must be text, not None."),
        ({"needed": None}, "needed must be a whole number, not None."),
    ],
)
def test_a_wrong_knob_is_one_sentence(params: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadParams) as caught:
        registry.validate(Knobs(), {"needed": 1, **params})
    assert caught.value.message == sentence


def test_an_unknown_knob_gets_a_suggestion() -> None:
    with pytest.raises(BadParams, match="no knob “step”") as caught:
        registry.validate(Knobs(), {"step": 3, "needed": 1})
    assert caught.value.hint == "Did you mean steps?"


def test_a_missing_knob_is_named() -> None:
    with pytest.raises(BadParams, match="needs a value for needed"):
        registry.validate(Knobs(), {})


def test_text_from_a_command_line_becomes_numbers() -> None:
    params = registry.validate(
        Knobs(), {"steps": "20", "share": "0.25", "fast": "true", "needed": "7"}
    )
    assert params.model_dump() == {
        "steps": 20, "share": 0.25, "floor": 0.0, "pooling": "max", "fast": True, "word": "a",
        "needed": 7,
    }  # fmt: skip


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    built = manifest.build({"identity"})
    code = manifest.code_hash({"identity"})
    assert manifest.read(tmp_path, code) is None
    manifest.write(tmp_path, code, built)
    again = manifest.read(tmp_path, code)
    assert again is not None
    assert manifest.manifest_hash(again) == manifest.manifest_hash(built)
    assert again["identity"]["kind"] == "pixelwise"
    assert again["identity"]["descriptor"]["name"] == "identity"
    assert again["identity"]["schema"]["type"] == "object"
    assert manifest.read(tmp_path, manifest.code_hash()) is None


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"identity": '])
def test_a_damaged_manifest_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    manifest.manifest_path(tmp_path, "code").write_bytes(content)
    assert manifest.read(tmp_path, "code") is None


def test_another_value_has_another_hash() -> None:
    built = manifest.build({"identity"})
    changed = json.loads(json.dumps(built))
    changed["identity"]["descriptor"]["title"] = "Another"
    assert manifest.manifest_hash(changed) != manifest.manifest_hash(built)


def test_reading_needs_neither_torch_nor_pydantic() -> None:
    code = (
        "import sys; from velatura.contract import manifest; manifest.code_hash(); "
        "sys.exit(any(heavy in sys.modules for heavy in ('torch', 'pydantic', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
