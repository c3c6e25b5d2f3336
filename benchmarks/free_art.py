"""The free pictures beside paintings that glaze is trained on: textures, patterns, clip art and painted scenes.

    python -m benchmarks.free_art --into packed/art

They come out of packages of Debian 12, by its own ``apt-get download``, which does not install them. ``free_art.txt``
names package and file, ``ARCHIVE!FILE`` for what lies in a zip archive of the package. Each package's copyright file
says whose a picture is and how free; no picture is passed on by Velatura.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path

from PIL import Image

from velatura.contract.run import Run

SHORT, LONG = 384, 700
"""Largest sides: what is longer is cut from the middle."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.free_art", description=__doc__)
    parser.add_argument("--into", type=Path, required=True)
    into: Path = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        package, _, name = line.partition("\t")
        wanted[package].append(name)
    missing: list[str] = []
    for package in Run(None).each(sorted(wanted), phase="download"):
        with tempfile.TemporaryDirectory() as folder:
            root = _unpacked(package, Path(folder))
            for number, name in enumerate(wanted[package]):
                found = _found(root, name)
                if found is None:
                    missing.append(f"{package}: {name}")
                else:
                    _small(found).save(into / f"{package}_{number:03}.webp", quality=88)
    print(f"{into}: {sum(map(len, wanted.values())) - len(missing)} pictures")
    for each in missing:
        print(f"not there any more: {each}")


def _unpacked(package: str, folder: Path) -> Path:
    subprocess.run(["apt-get", "-qq", "download", package], cwd=folder, check=True)
    (archive,) = folder.glob("*.deb")
    root = folder / "root"
    subprocess.run(["dpkg-deb", "--extract", archive, root], check=True)
    archive.unlink()
    return root


def _found(root: Path, name: str) -> bytes | None:
    """What a file of a package holds, None where it is not there."""
    archive, _, member = name.rpartition("!")
    if not archive:
        file = root / name
        return file.read_bytes() if file.is_file() else None
    for file in root.rglob(archive):
        with zipfile.ZipFile(file) as opened:
            if member in opened.namelist():
                return opened.read(member)
    return None


def _small(encoded: bytes) -> Image.Image:
    """A picture on white, shrunk and cut."""
    layer = Image.open(io.BytesIO(encoded)).convert("RGBA")
    shown = layer.getchannel("A").getbbox()
    picture = Image.new("RGBA", layer.size, "white")
    picture.alpha_composite(layer)
    picture = picture.crop(shown).convert("RGB")
    shrink = min(1.0, SHORT / min(picture.size))
    width, height = (round(side * shrink) for side in picture.size)
    picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    left, top = max(0, width - LONG) // 2, max(0, height - LONG) // 2
    return picture.crop((left, top, width - left, height - top))


if __name__ == "__main__":
    main()
