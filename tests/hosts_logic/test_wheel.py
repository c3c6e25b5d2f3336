"""The wheel in a plugin's zip is the one that the project's build backend makes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from velatura import __version__
from velatura.errors import BadRequest
from velatura.hosts.payload import Entry, PluginMissing
from velatura.hosts.places import KINDS
from velatura.hosts.wheel import CannotBuild, build_wheel, given_wheel


def test_the_wheel_has_the_version_of_the_code_and_the_plugins_in_it(wheel: Entry) -> None:
    assert wheel.name == f"velatura-{__version__}-py3-none-any.whl"
    archive = zipfile.ZipFile(io.BytesIO(wheel.content))
    names = set(archive.namelist())
    assert {"velatura/cli/main.py", "velatura_link/client.py"} <= names
    assert "velatura/assets/glaze.safetensors" in names
    for kind in KINDS:
        assert f"velatura/hosts/plugins/{kind}/velatura_{kind}/__init__.py" in names
    said = archive.read(f"velatura-{__version__}.dist-info/METADATA").decode()
    required = set(re.findall(r"^Requires-Dist: ([\w-]+)", said, re.MULTILINE))
    assert {"torch", "openexr", "scipy"} <= required
    assert {name.partition("/")[0] for name in names} == {
        "velatura",
        "velatura_link",
        f"velatura-{__version__}.dist-info",
    }


def test_the_same_checkout_makes_the_same_wheel(wheel: Entry) -> None:
    assert build_wheel().content == wheel.content


def test_without_a_checkout_the_wheel_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(PluginMissing) as told:
        build_wheel(tmp_path)
    assert "--wheel" in told.value.hint


def test_a_build_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'velatura'\n")
    with pytest.raises(CannotBuild, match="version"):
        build_wheel(tmp_path)


@pytest.mark.parametrize(
    "name", ["velatura-99.0-py3-none-any.whl", f"torch-{__version__}-py3-none-any.whl", "a.zip"]
)
def test_a_wheel_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=re.escape(name)):
        given_wheel(tmp_path / name)


def test_a_wheel_of_this_version_is_taken(wheel: Entry, tmp_path: Path) -> None:
    (tmp_path / wheel.name).write_bytes(wheel.content)
    assert given_wheel(tmp_path / wheel.name) == wheel
