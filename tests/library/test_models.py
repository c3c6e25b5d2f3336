from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save, save_file

from velatura.errors import BadWeights, Cancelled, Exists, WeightsMissing
from velatura.library import catalogue, models
from velatura.library.catalogue import Model, ModelFile
from velatura.library.download import Patience, download
from velatura.library.places import models_dir
from velatura.library.weights import read_state

from ..shop import Shop

WEIGHTS = save({"conv.weight": torch.arange(90_000.0).view(10, 1000, 3, 3)})
REAL = catalogue.MODELS
MARKS = (("conv.weight", (10, 1000, 3, 3)),)
KNOWN = ModelFile(
    "net.safetensors",
    MARKS,
    size=len(WEIGHTS),
    sha256=hashlib.sha256(WEIGHTS).hexdigest(),
    url="https://example.org/release/net.safetensors",
)
UNSTATED = ModelFile("loose.pth", MARKS, url="https://example.org/release/loose.pth")
GIVEN = ModelFile("given.safetensors", MARKS, sha256=KNOWN.sha256)


def model(name: str, file: ModelFile) -> Model:
    return Model(name, f"the {name} network", "MIT", "https://example.org", (file,))


@pytest.fixture(autouse=True)
def own_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (model("net", KNOWN), model("loose", UNSTATED), model("given", GIVEN))
    monkeypatch.setattr(catalogue, "MODELS", entries)
    impatient = functools.partial(download, patience=Patience(3, 0.01))
    monkeypatch.setattr(models, "download", impatient)


@pytest.fixture
def mirror(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("VELATURA_MIRROR", f"{shop.url}/")
    shop.goods.update({"net.safetensors": WEIGHTS, "loose.pth": WEIGHTS})
    return shop


def test_a_first_run_downloads_resumes_verifies_and_never_asks_again(mirror: Shop) -> None:
    mirror.drops = [len(WEIGHTS) // 2]
    heard: list[tuple[int, int]] = []
    found = models.ensure("net", progress=lambda done, total: heard.append((done, total)))
    assert found.path.read_bytes() == WEIGHTS
    assert (found.sha256, found.note) == (KNOWN.sha256, None)
    assert heard[-1] == (len(WEIGHTS), len(WEIGHTS))
    assert mirror.ranges == [None, f"bytes={len(WEIGHTS) // 2}-"]
    assert models.ensure("net") == found
    assert len(mirror.ranges) == 2


def test_wrong_bytes_are_never_taken(mirror: Shop) -> None:
    mirror.goods["net.safetensors"] = WEIGHTS[:-1] + b"?"
    with pytest.raises(BadWeights, match="SHA-256"):
        models.ensure("net")
    assert models.find("net") is None


def test_an_unstated_checksum_is_written_down_told_and_then_demanded(mirror: Shop) -> None:
    first = models.ensure("loose")
    assert "states no checksum" in first.note
    pin = models_dir() / "loose.pth.sha256"
    assert pin.read_text() == f"{KNOWN.sha256}  loose.pth\n"
    assert models.ensure("loose").note is None
    first.path.unlink()
    mirror.goods["loose.pth"] = save({"conv.weight": torch.zeros(10, 1000, 3, 3)})
    with pytest.raises(BadWeights, match="SHA-256"):
        models.ensure("loose")


def test_a_page_instead_of_weights_is_not_written_down(mirror: Shop) -> None:
    mirror.goods["loose.pth"] = b"<html>please log in</html>"
    with pytest.raises(BadWeights, match="damaged or not a file of weights"):
        models.ensure("loose")
    mirror.goods["loose.pth"] = save({"other": torch.zeros(1)})
    with pytest.raises(BadWeights, match="is not the loose network"):
        models.ensure("loose")
    assert not list(models_dir().glob("loose.pth.sha256"))


def test_without_a_network_the_error_says_what_from_where_and_how(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VELATURA_MIRROR", "http://127.0.0.1:1")
    with pytest.raises(WeightsMissing, match="the net network") as caught:
        models.ensure("net")
    assert "https://example.org/release/net.safetensors" in caught.value.hint
    assert "velatura models add" in caught.value.hint


def test_what_can_only_be_given_says_so() -> None:
    with pytest.raises(WeightsMissing, match="has to be added by hand") as caught:
        models.ensure("given")
    assert "given.safetensors" in caught.value.hint


def test_an_unwritable_place_is_named(mirror: Shop, home: Path) -> None:
    (home / "data").write_text("a file where a folder should be")
    with pytest.raises(WeightsMissing, match="could not be saved in"):
        models.ensure("net")


def test_cancelling_leaves_no_file(mirror: Shop) -> None:
    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        models.ensure("net", progress=cancel)
    assert models.find("net") is None


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(WeightsMissing, match="nett") as caught:
        models.find("nett")
    assert caught.value.hint == "Did you mean net?"


def test_a_given_folder_goes_before_ones_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = home / "given"
    for folder in (given, models_dir()):
        folder.mkdir(parents=True)
        (folder / "net.safetensors").write_bytes(WEIGHTS)
    monkeypatch.setenv("VELATURA_MODELS", str(given))
    found = models.find("net")
    assert found is not None and found.path == given / "net.safetensors"


def test_a_file_that_changes_after_it_was_verified_is_noticed(mirror: Shop) -> None:
    path = models.ensure("net").path
    path.write_bytes(WEIGHTS[:1000])
    with pytest.raises(BadWeights, match="SHA-256"):
        models.find("net")


def test_verifying_twice_reads_once(mirror: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    models.ensure("net")
    monkeypatch.setattr("velatura.library.checksums.sha256_of", lambda path: "read again")
    found = models.find("net")
    assert found is not None and found.sha256 == KNOWN.sha256


def test_an_added_file_is_recognised_by_its_checksum_under_any_name(home: Path) -> None:
    (home / "somewhere").write_bytes(WEIGHTS)
    added = models.add(home / "somewhere")
    assert added.path == models_dir() / "net.safetensors"
    assert models.find("net") == added


def test_an_added_file_without_stated_checksum_is_recognised_by_its_tensors(home: Path) -> None:
    save_file({"conv.weight": torch.ones(10, 1000, 3, 3)}, home / "mine.safetensors")
    added = models.add(home / "mine.safetensors")
    assert added.model.name == "loose"
    assert models.find("loose") == added


def test_a_lookalike_of_a_known_file_is_refused(home: Path) -> None:
    save_file({"conv.weight": torch.ones(10, 1000, 3, 3)}, home / "mine.safetensors")
    with pytest.raises(BadWeights, match="looks like the net network, but is not"):
        models.add(home / "mine.safetensors", "net")


def test_any_other_file_of_weights_becomes_a_model_of_ones_own(home: Path) -> None:
    assert models.own() == {}
    save_file({"other": torch.ones(1)}, home / "My Candy.safetensors")
    added = models.add(home / "My Candy.safetensors")
    assert added.model.name == "my-candy"
    assert added.path == models_dir() / "my-candy.safetensors"
    assert models.own() == {"my-candy": added.path}
    assert models.find("my-candy") == models.ensure("my-candy") == added
    assert models.add(home / "My Candy.safetensors") == added
    assert models.add(home / "My Candy.safetensors", "Sweet").model.name == "sweet"


def test_a_model_of_ones_own_is_never_replaced_by_another(home: Path) -> None:
    for value, folder in enumerate(("one", "two")):
        (home / folder).mkdir()
        save_file({"other": torch.full((1,), value)}, home / folder / "candy.safetensors")
    models.add(home / "one" / "candy.safetensors")
    with pytest.raises(Exists, match="already a model “candy”"):
        models.add(home / "two" / "candy.safetensors")
    assert models.add(home / "two" / "candy.safetensors", "candy 2").model.name == "candy-2"


def test_files_of_a_given_folder_are_models_too(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "given").mkdir()
    save_file({"other": torch.ones(1)}, home / "given" / "udnie.safetensors")
    (home / "given" / "README.md").write_text("no model")
    (home / "given" / "net.safetensors").write_bytes(WEIGHTS)
    monkeypatch.setenv("VELATURA_MODELS", str(home / "given"))
    assert list(models.own()) == ["udnie"]


def test_what_is_not_the_model_that_was_named_is_refused(home: Path) -> None:
    save_file({"other": torch.ones(1)}, home / "other.safetensors")
    with pytest.raises(BadWeights, match="is not the net network"):
        models.add(home / "other.safetensors", "net")
    (home / "text.pth").write_text("no weights")
    with pytest.raises(BadWeights, match="damaged or not a file of weights"):
        models.add(home / "text.pth")
    with pytest.raises(WeightsMissing, match="no file"):
        models.add(home / "nothing")


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path, ("/",))


def damaged_files(folder: Path) -> dict[str, Path]:
    torch.save({"weight": torch.zeros(1000)}, folder / "whole.pth")
    whole = (folder / "whole.pth").read_bytes()
    contents = {
        "empty": b"",
        "text": b"no weights in here",
        "cut safetensors": WEIGHTS[:5000],
        "cut header": WEIGHTS[:20],
        "cut pth": whole[: len(whole) // 2],
        "zeros": bytes(5000),
    }
    paths = {name: folder / name for name in contents}
    for name, content in contents.items():
        paths[name].write_bytes(content)
    torch.save({"weight": Bomb()}, folder / "code")
    torch.save([torch.zeros(1)], folder / "list")
    return {**paths, "code": folder / "code", "list": folder / "list"}


@pytest.mark.parametrize(
    "damage",
    ["empty", "text", "cut safetensors", "cut header", "cut pth", "zeros", "code", "list"],
)
def test_damage_of_every_kind_is_one_clear_sentence(home: Path, damage: str) -> None:
    with pytest.raises(BadWeights) as caught:
        read_state(damaged_files(home)[damage])
    assert damage in caught.value.message
    assert "\n" not in caught.value.message


def test_both_formats_are_read_whatever_the_file_is_called(home: Path) -> None:
    state = {"weight": torch.arange(6.0)}
    torch.save(state, home / "a.bin")
    torch.save(state, home / "b.bin", _use_new_zipfile_serialization=False)
    save_file(state, home / "c.bin")
    for name in ("a.bin", "b.bin", "c.bin"):
        assert torch.equal(read_state(home / name)["weight"], state["weight"])


def test_every_entry_of_the_real_catalogue_can_be_had_somewhere() -> None:
    names = [entry.name for entry in REAL]
    assert len(set(names)) == len(names)
    for entry in REAL:
        assert any(file.url for file in entry.files)
        assert all(file.url or file.sha256 for file in entry.files)
    assert {catalogue.ADAIN_PAIR.encoder, catalogue.ADAIN_PAIR.decoder} <= set(names)
