"""What hosts get is whole by itself."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from velatura.hosts import payload as payloads
from velatura.hosts.packages import pack
from velatura.hosts.payload import Entry, PluginMissing, payload
from velatura.hosts.places import KINDS, Kind
from velatura_link import torch_build
from velatura_link.daemon_env import DaemonEnv

FOLDERS: dict[Kind, str] = {"krita": "pykrita/velatura_krita", "gimp": "velatura_gimp"}

WHEEL = Entry("velatura-1.0-py3-none-any.whl", b"a wheel")
"""What is packed where its content does not matter."""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_compiled_is_in_it(kind: Kind) -> None:
    names = [entry.name for entry in payload(kind).entries]
    assert not [name for name in names if name.endswith((".pyc", ".so", ".pyd"))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", KINDS)
def test_msgpack_comes_with_its_licence(kind: Kind) -> None:
    whole = payload(kind)
    names = {entry.name.removeprefix(f"{whole.folder}/velatura_link/") for entry in whole.inside}
    assert {"vendor/msgpack/fallback.py", "vendor/msgpack/COPYING", "client.py"} <= names


def test_gimp_runs_one_file_and_krita_none() -> None:
    runs = [entry.name for entry in payload("gimp").entries if entry.executable]
    assert runs == ["plug-ins/velatura_gimp/velatura_gimp.py"]
    assert not [entry.name for entry in payload("krita").entries if entry.executable]


@pytest.mark.parametrize("kind", KINDS)
def test_a_zip_has_its_folders_and_its_run_bits(kind: Kind, tmp_path: Path) -> None:
    archive = zipfile.ZipFile(pack(kind, tmp_path, {"engine": {}}, WHEEL))
    names = set(archive.namelist())
    for name in names:
        parts = name.rstrip("/").split("/")
        assert all("/".join(parts[:n]) + "/" in names for n in range(1, len(parts)))
    assert f"{FOLDERS[kind]}/__init__.py" in names
    modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    for entry in payload(kind).entries:
        if entry.executable:
            assert modes[entry.name.removeprefix("plug-ins/")] == 0o755
    assert [path.name for path in tmp_path.iterdir()] == [Path(str(archive.filename)).name]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_plugin_makes_the_same_zip(kind: Kind, tmp_path: Path) -> None:
    one, two = (pack(kind, tmp_path / name, {}, WHEEL) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_the_client_in_a_zip_needs_nothing_but_python(kind: Kind, tmp_path: Path) -> None:
    zipfile.ZipFile(pack(kind, tmp_path, {}, WHEEL)).extractall(tmp_path)
    script = (
        "import sys, velatura_link.client; from velatura_link._msgpack import msgpack;"
        "assert msgpack.unpackb(msgpack.packb({'a': b'b'})) == {'a': b'b'};"
        "print(msgpack.__name__, msgpack.Packer.__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append('.'); {script}"],
        cwd=tmp_path / FOLDERS[kind],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stderr == ""
    names = done.stdout.split()
    assert names == ["velatura_link.vendor.msgpack", "velatura_link.vendor.msgpack.fallback"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_from_a_zip_shows_the_built_in_styles_without_a_daemon(
    kind: Kind, tmp_path: Path
) -> None:
    zipfile.ZipFile(pack(kind, tmp_path, {}, WHEEL)).extractall(tmp_path)
    script = (
        "from velatura_link.builtin import builtin_picture, builtin_styles as styles, folder;"
        "print(folder().name, len(styles()), len([each for each in styles() if each['thumbnail']]),"
        "len([each for each in styles() if builtin_picture(each['name'])]))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append('.'); {script}"],
        cwd=tmp_path / FOLDERS[kind],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["builtin_styles", "25", "25", "25"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_from_a_zip_finds_the_daemon_that_came_with_it(kind: Kind, tmp_path: Path) -> None:
    zipfile.ZipFile(pack(kind, tmp_path, {}, WHEEL)).extractall(tmp_path)
    home = DaemonEnv.beside(tmp_path / FOLDERS[kind])
    assert home is not None
    assert home.wheel.name == WHEEL.name
    assert home.wheel.read_bytes() == WHEEL.content


@pytest.mark.parametrize("kind", KINDS)
def test_the_installer_brings_no_wheel(kind: Kind) -> None:
    assert not [entry for entry in payload(kind).entries if entry.name.endswith(".whl")]


def test_pip_takes_the_wheel_and_weights_and_plugins_are_in_it(
    wheel: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VELATURA_RUNTIME", str(tmp_path / "runtime"))
    # With a card, pip's build is no surprise: it does without uv, and asks nothing.
    monkeypatch.setattr(torch_build, "has_nvidia_driver", lambda: True)
    for name in ("PIP_NO_INDEX", "PIP_NO_DEPS", "PIP_NO_COMPILE"):
        monkeypatch.setenv(name, "1")
    (tmp_path / wheel.name).write_bytes(wheel.content)
    home = DaemonEnv(tmp_path, tmp_path / wheel.name, tmp_path / "environment")
    home.install(lambda step: None, lambda: False)
    assert home.whole
    [packages] = home.where.glob("**/site-packages")
    for weights in ("glaze", "glaze-encoder", "glaze-live"):
        assert (packages / "velatura" / "assets" / f"{weights}.safetensors").is_file()
    for kind in KINDS:
        assert (packages / "velatura" / "hosts" / "plugins" / kind).is_dir()
    [metadata] = packages.glob("velatura-*.dist-info/METADATA")
    said = metadata.read_text(encoding="utf-8")
    assert {"torch", "openexr"} <= set(re.findall(r"^Requires-Dist: (\w+)", said, re.MULTILINE))


def test_an_installation_without_plugins_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payloads, "IN_CHECKOUT", tmp_path)
    monkeypatch.setattr(payloads, "IN_WHEEL", tmp_path)
    with pytest.raises(PluginMissing):
        payload("krita")
