"""Engines that other packages add: they are known as their sources are now, and a broken one harms no other."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from velatura.contract import manifest, registry
from velatura.errors import EngineFailed

from ..shell import open_shell

BROKEN = "import nothing_of_this_name\n"
MENDED = """
from velatura.contract.engine import Descriptor, EngineParams, Pixelwise


class Mended(Pixelwise):
    descriptor = Descriptor(
        name="added", title="Added", purpose="Nothing", summary="Nothing.", source="nobody", styles=()
    )
    Params = EngineParams

    def render(self, picture, scene, params, run):
        return picture


ENGINE = Mended
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The module of an engine “added” that cannot be imported, installed beside Velatura."""
    info = tmp_path / "added_engine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: added-engine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[velatura.engines]\nadded = added_engine\n")
    module = tmp_path / "added_engine.py"
    module.write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "added_engine", raising=False)
    importlib.invalidate_caches()
    registry.modules.cache_clear()
    yield module
    monkeypatch.undo()
    sys.modules.pop("added_engine", None)
    registry.modules.cache_clear()


def test_its_sources_are_in_the_hash(package: Path) -> None:
    hashes = [manifest.code_hash()]
    package.write_text(MENDED)
    hashes.append(manifest.code_hash())
    package.with_name("added_engine.de.po").write_text('msgid "Added"\nmsgstr "Dazu"\n')
    hashes.append(manifest.code_hash())
    assert len(set(hashes)) == 3


def test_a_broken_one_is_left_out(package: Path, caplog: pytest.LogCaptureFixture) -> None:
    only = {"identity", "added"}
    with caplog.at_level(logging.WARNING):
        built = manifest.build(only)
    assert set(built) == {"identity"}
    assert "nothing_of_this_name" in caplog.text
    assert manifest.left_out(built, only) == ["added"]
    assert manifest.left_out(built, {"identity"}) == []
    with pytest.raises(EngineFailed, match="nothing_of_this_name") as caught:
        registry.load("added")
    assert caught.value.hint == "Mend or uninstall the package that adds it."
    package.write_text(MENDED)
    importlib.invalidate_caches()
    assert set(manifest.build(only)) == only


def test_commands_work_beside_a_broken_one_and_doctor_names_it(package: Path) -> None:
    with open_shell(PYTHONPATH=str(package.parent)) as velatura:
        listed = velatura("engines")
        assert listed.code == 0
        assert "glaze" in listed.out
        assert "added" not in listed.out
        found = velatura("doctor")
        assert "left out: added: The engine added cannot be loaded" in found.out
        assert "Mend or uninstall" in found.out
        # What it lacks comes, and its own source stays as it is: nothing kept of it is in the way.
        package.with_name("nothing_of_this_name.py").touch()
        package.write_text(BROKEN + MENDED)
        package.with_name("nothing_of_this_name.py").unlink()
        assert "added" not in velatura("engines").out
        package.with_name("nothing_of_this_name.py").touch()
        assert "added" in velatura("engines").out


def test_what_cannot_be_read_of_it_stops_nothing(package: Path) -> None:
    package.with_name("added_engine.xx.po").symlink_to(package.with_name("is not there"))
    entries = next(package.parent.glob("*.dist-info")) / "entry_points.txt"
    entries.write_text("[velatura.engines]\nadded = not-a-name.module\nadded-too = added_engine\n")
    importlib.invalidate_caches()
    assert len(manifest.code_hash()) == 64
