"""Style codes as files, and as styles of the library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from velatura.errors import BadPicture, BadRequest
from velatura.library import assets, codes, styles
from velatura.library.checksums import sha256_of
from velatura.library.codes import CodeFacts

SHIPPED = ("glaze", "glaze-encoder", "glaze-live")

FACTS = CodeFacts("glaze", "ab" * 32, "Waves, 1831")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    path = tmp_path / "waves.code"
    codes.write(path, torch.linspace(-4, 4, 332)[None], FACTS)
    return path


def test_a_code_comes_back_with_what_it_says_of_itself(code: Path) -> None:
    found, said = codes.read(code)
    assert said == codes.facts(code) == FACTS
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, torch.linspace(-4, 4, 332)[None], rtol=0, atol=2e-3)


def test_who_may_read_files_may_read_codes(code: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"")
    assert code.stat().st_mode == other.stat().st_mode


@pytest.mark.parametrize(
    "content", [b"", b"short", b"\x02\0\0\0\0\0\0\0{}", b"\xff" * 64, b"\x08\0\0\0\0\0\0\0[1, 2, 3"]
)
def test_what_is_no_code_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.code").write_bytes(content)
    for look in (codes.facts, codes.read):
        with pytest.raises(BadRequest, match=r"other\.code is not a style code"):
            look(tmp_path / "other.code")
    with pytest.raises(BadRequest, match=r"nothing\.code cannot be read"):
        codes.facts(tmp_path / "nothing.code")


def test_a_damaged_code_is_named(code: Path) -> None:
    code.write_bytes(code.read_bytes()[:-100])
    with pytest.raises(BadRequest, match=r"waves\.code is damaged"):
        codes.read(code)


def test_codes_are_styles_of_the_library(code: Path) -> None:
    entry = styles.add(code, "my waves")
    assert (entry.name, entry.title, entry.builtin) == ("my-waves", "Waves, 1831", False)
    assert styles.opened(styles.show("my-waves").path) == (None, entry.path)
    assert styles.thumbnail(entry) is None
    (code.parent / "text.code").write_text("no code")
    with pytest.raises(BadRequest, match="not a style code"):
        styles.add(code.parent / "text.code")
    with pytest.raises(BadPicture):
        styles.opened(code.parent / "nothing.png")


def test_built_in_styles_have_a_title_a_thumbnail_and_the_encoders_name() -> None:
    builtin = [entry for entry in styles.entries() if entry.builtin]
    assert len(builtin) >= 16
    for entry in builtin:
        said = codes.facts(entry.path)
        assert said.title == entry.title
        assert "," in entry.title
        assert assets.picture_of(entry.path) == entry.picture
        source, rights = assets.credit_of(entry.name) or ("", "")
        assert source
        assert rights.startswith("Public domain: ")
        thumbnail = styles.thumbnail(entry)
        assert thumbnail is not None
        assert thumbnail.is_file()


def test_the_index_has_the_titles_of_the_codes_and_nothing_else_is_shipped() -> None:
    index = {each["name"]: each["title"] for each in json.loads(assets.INDEX.read_text("utf-8"))}
    assert index == {path.stem: codes.facts(path).title for path in assets.codes()}
    pictures = {path.stem for path in (assets.STYLES / assets.PICTURES).iterdir()}
    assert pictures == {name for name in index if assets.credit_of(name)}


def test_codes_from_elsewhere_have_no_picture(code: Path) -> None:
    own = code.rename(code.with_name("starry-night.code"))
    assert styles.opened(own) == (None, own)
    assert styles.picture_path(own) is None
    assert assets.credit_of("my-own") is None


def test_shipped_weights_are_small_enough() -> None:
    sizes = [assets.weights(name).stat().st_size for name in SHIPPED]
    assert {path.stem for path in assets.FOLDER.glob("*.safetensors")} == set(SHIPPED)
    assert max(sizes) <= 8e6
    assert sum(sizes) <= 12e6


def test_cards_are_of_the_weights_beside_them() -> None:
    cards = [json.loads(path.read_text("utf-8")) for path in assets.FOLDER.glob("*.card.json")]
    said = {name: digest for card in cards for name, digest in card["files"].items()}
    assert said == {f"{name}.safetensors": sha256_of(assets.weights(name)) for name in SHIPPED}


def test_the_small_painter_learnt_from_the_painter_and_the_encoder_that_are_shipped() -> None:
    card = json.loads((assets.FOLDER / "glaze-live.card.json").read_text("utf-8"))
    for name in ("glaze", "glaze-encoder"):
        assert any(sha256_of(assets.weights(name)) in remark for remark in card["remarks"])
