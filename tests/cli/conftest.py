"""The command line with and without a daemon, and files of every kind to give it."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura.cli.main import main
from velatura.library import assets

from ..shell import Outcome, Shell, open_shell, wait_until

Velatura = Callable[..., Outcome]


def own_code(folder: Path) -> Path:
    """A style code of the person's own in ``folder``, which has no picture beside it."""
    shipped = next(path for path in assets.codes() if path.stem == "scream")
    return Path(shutil.copy(shipped, folder / f"own{shipped.suffix}"))


@pytest.fixture
def shell() -> Iterator[Shell]:
    """A person's places of their own, without a daemon."""
    with open_shell() as opened:
        yield opened


@pytest.fixture(scope="module")
def served() -> Iterator[Shell]:
    """Places that this module's tests share, with a daemon that has the identity engine."""
    with open_shell() as opened:
        daemon = opened.start("serve", "--engines", "identity")
        wait_until(
            lambda: (
                (status := opened("--json", "status")).code == 0
                and any(each["state"] == "idle" for each in status.json["workers"])
            ),
            "a worker",
        )
        yield opened
        opened("stop", "--now")
        out, err = daemon.communicate(timeout=20)
        assert daemon.returncode == 0, err
        assert "Ctrl-C" in out


@pytest.fixture
def velatura_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Shell], Velatura]:
    """The command line in this process, which is quick, in the places of a shell."""

    def enter(shell: Shell) -> Velatura:
        for name, value in shell.variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(shell.home)
        return call

    def call(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        assert isinstance(left.value.code, int)
        return Outcome(left.value.code, *capsys.readouterr())

    return enter


@pytest.fixture
def velatura(served: Shell, velatura_in: Callable[[Shell], Velatura]) -> Velatura:
    """The command line in this process, in the places of ``served``."""
    return velatura_in(served)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pictures, good and bad."""
    folder = tmp_path_factory.mktemp("pictures")
    save_good_pictures(folder)
    save_bad_pictures(folder)
    return folder


def save_good_pictures(folder: Path) -> None:
    generator = np.random.default_rng(5)

    def save(name: str, shape: tuple[int, ...], kind: type[np.generic] = np.uint8) -> None:
        pixels = generator.integers(0, np.iinfo(kind).max, shape, kind, endpoint=True)
        Image.fromarray(pixels).save(folder / name)

    save("photo.png", (48, 64, 3))
    save("photo.jpg", (48, 64, 3))
    save("start.png", (48, 64, 3))
    save("style.png", (80, 64, 3))
    save("other.png", (64, 80, 3))
    save("see-through.png", (48, 64, 4))
    save("grey.png", (48, 64))
    save("deep-grey.png", (48, 64), np.uint16)
    save("point.png", (1, 1, 3))
    save("line.png", (2, 60_000, 3))


def save_bad_pictures(folder: Path) -> None:
    for suffix in ("png", "jpg"):
        whole = (folder / f"photo.{suffix}").read_bytes()
        (folder / f"cut.{suffix}").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").touch()
    (folder / "text.png").write_text("a picture says more than this\n" * 9)
    (folder / "text.code").write_text("a code says more than this\n" * 9)
    (folder / "nothing.png").write_bytes(png_header(0, 0))
    (folder / "bomb.png").write_bytes(png_header(60_000, 60_000))
    (folder / "folder.png").mkdir()
    floats = np.full((8, 8), 0.5, np.float32)
    floats[3, 3] = np.nan
    Image.fromarray(floats).save(folder / "nan.tif")


def png_header(width: int, height: int) -> bytes:
    """A PNG file that claims a size and has no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
