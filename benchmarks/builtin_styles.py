"""Make the built-in styles again, after glaze was trained.

    python -m benchmarks.builtin_styles               # everything
    python -m benchmarks.builtin_styles thumbnails    # of the codes that are there
    python -m benchmarks.builtin_styles pictures      # the paintings, small, and the index

Paintings in the public domain, from ../shared/data. Of each are shipped its code, 332 numbers, polished on a few
photos; the painting itself, small, for engines that look at pictures; and a thumbnail, which shows what our own
network makes of another photo with the code. ``index.json`` has titles, where each painting is from, and why it is
free.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from benchmarks.weights import SHARED, use_shared_weights
from velatura.contract import registry
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.engines.glaze import engine as glaze
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.library import assets, codes
from velatura.pipeline.render import render
from velatura.runtime.model_cache import WarmModels

DIED = {
    "Aristarkh Lentulov": 1943, "Childe Hassam": 1935, "Claude Monet": 1926, "Edvard Munch": 1944,
    "Egon Schiele": 1918, "Francis Picabia": 1953, "Franz Marc": 1916, "Gustav Klimt": 1918,
    "Henri-Edmond Cross": 1910, "J. M. W. Turner": 1851, "Katsushika Hokusai": 1849, "Odilon Redon": 1916,
    "Paul Cézanne": 1906, "Pieter Bruegel the Elder": 1569, "Robert Delaunay": 1941, "Umberto Boccioni": 1916,
    "Utagawa Hiroshige": 1858, "Vincent van Gogh": 1890, "Wassily Kandinsky": 1944,
}  # fmt: skip
"""The painters' last years."""

FREE_UNTIL = 1953
"""The works of those who died by then are free where they are protected for seventy years after a death, and in the
United States, too, since all were made before 1931.
"""

PAINTINGS = {
    "almond-blossom": ("Vincent van Gogh, Almond Blossom, 1890", "vincent-van-gogh_branches-with"),
    "apollos-chariot": ("Odilon Redon, Apollo's Chariot", "odilon-redon_apollo-s-chariot-1"),
    "churches": ("Aristarkh Lentulov, Churches, 1916", "aristarkh-lentulov_churches-1916"),
    "city-rises": ("Umberto Boccioni, The City Rises", "umberto-boccioni_the-city-rises-1"),
    "composition-vii": ("Wassily Kandinsky, Composition VII, 1913", "kandinsky_composition_vii"),
    "great-wave": ("Katsushika Hokusai, The Great Wave off Kanagawa, 1831", "hokusai_great_wave"),
    "haymaking": (
        "Pieter Bruegel the Elder, Haymaking, 1565",
        "pieter-bruegel-the-elder_haymaking",
    ),
    "in-the-rain": ("Franz Marc, In the Rain, 1912", "franz-marc_in-the-rain-1912"),
    "irises": ("Claude Monet, Irises, 1917", "claude-monet_irises-3-1917"),
    "island-garden": ("Childe Hassam, The Island Garden", "childe-hassam_the-island-garden"),
    "landscape-with-stars": (
        "Henri-Edmond Cross, Landscape with Stars, 1908",
        "henri-edmond-cross",
    ),
    "metzinger": ("Robert Delaunay, Portrait of Jean Metzinger, 1906", "delaunay_metzinger_1906"),
    "mont-sainte-victoire": ("Paul Cézanne, Mont Sainte-Victoire", "paul-cezanne_mont-sainte-v"),
    "moscow": ("Aristarkh Lentulov, Moscow, 1913", "aristarkh-lentulov_moscow-1913"),
    "poplars": ("Claude Monet, Four Poplars", "claude-monet_poplars-four-trees"),
    "poppy-field": ("Gustav Klimt, Poppy Field", "gustav-klimt_poppy-field"),
    "prune-orchard": ("Utagawa Hiroshige, Plum Park in Kameido", "hiroshige_prune-orchard-sun"),
    "rocky-ground": ("Vincent van Gogh, Rocky Ground", "vincent-van-gogh_rocky-ground"),
    "scream": ("Edvard Munch, The Scream, 1893", "munch_scream_1893"),
    "shipwreck": ("J. M. W. Turner, The Shipwreck, 1805", "turner_shipwreck_1805"),
    "stables": ("Franz Marc, Stables, 1913", "franz-marc_stables-1913"),
    "starry-night": ("Vincent van Gogh, The Starry Night, 1889", "van_gogh_starry_night_1889"),
    "stoclet-frieze": (
        "Gustav Klimt, Design for the Stoclet Frieze",
        "gustav-klimt_design-for-the",
    ),
    "udnie": ("Francis Picabia, Udnie, 1913", "picabia_udnie_1913"),
    "yellow-city": ("Egon Schiele, Yellow City, 1914", "egon-schiele_yellow-city-1914"),
}
"""By name: title, and how the painting's file begins."""

SOURCES = {
    "masters": "{file}, from a collection of well-known paintings in the public domain",
    "paintings": "{file}, from PeopleArt, whose pictures are WikiArt's",
}
"""Where a painting's file is from, by its folder in ../shared/data."""

RIGHTS = "Public domain: the painter died in {died}; a faithful reproduction of a flat work has no rights of its own."

SIZE = 512
"""Short side at which a painting is looked at."""

PHOTOS = 6
"""So many photos of COCO, evenly spread, are what codes are polished on."""

PICTURE = (320, 88)
"""Short side in pixels and JPEG quality of the paintings that are shipped; none is enlarged."""

PAINTED = 320
SIDE = 160
"""A thumbnail is painted at the first and shrunk to the second."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.builtin_styles")
    parser.add_argument("what", nargs="?", choices=("all", "thumbnails", "pictures"), default="all")
    what = parser.parse_args().what
    folder = assets.FOLDER / "styles"
    folder.mkdir(parents=True, exist_ok=True)
    if what != "thumbnails":
        _write_pictures(folder)
    if what != "pictures":
        _paint(folder, codes_too=what == "all")
    for other in (*folder.iterdir(), *(folder / assets.PICTURES).iterdir()):
        if other.is_file() and other.stem not in (*PAINTINGS, assets.INDEX.stem):
            other.unlink()


def _write_pictures(folder: Path) -> None:
    """The paintings, small, and the index of all styles."""
    (folder / assets.PICTURES).mkdir(exist_ok=True)
    index = []
    for name, (title, start) in PAINTINGS.items():
        file, entry = _file(start), {"name": name, "title": title}
        died = DIED[title.split(",")[0]]
        if died <= FREE_UNTIL:
            picture = Image.open(file).convert("RGB")
            short, quality = PICTURE
            shrink = min(1.0, short / min(picture.size))
            size = (round(picture.width * shrink), round(picture.height * shrink))
            small = picture.resize(size, Image.Resampling.LANCZOS)
            small.save(folder / assets.PICTURES / f"{name}.jpg", quality=quality, optimize=True)
            entry |= {
                "source": SOURCES[file.parent.name].format(file=file.stem),
                "rights": RIGHTS.format(died=died),
            }
        index.append(entry)
    text = json.dumps(index, indent=1, ensure_ascii=False)
    (folder / assets.INDEX.name).write_text(f"{text}\n", encoding="utf-8")


def _paint(folder: Path, *, codes_too: bool) -> None:
    """The thumbnails, and the codes before them."""
    use_shared_weights()
    run = Run(WarmModels.on("cpu"))
    files = {name: folder / f"{name}{codes.SUFFIX}" for name in PAINTINGS}
    if codes_too:
        photos = _photos()
        for name, (title, start) in PAINTINGS.items():
            picture = read_picture(_file(start)).raster
            code = glaze.encode_polished(Style(picture=picture), SIZE, photos, run)
            codes.write(
                files[name], code, codes.CodeFacts("glaze", glaze.encoder_identity(), title)
            )
            print(name, files[name].stat().st_size, flush=True)
    photo = resized(Raster(np.ascontiguousarray(skimage.data.astronaut())), (PAINTED, PAINTED))
    for file in files.values():
        _paint_thumbnail(photo, file, run)


def _paint_thumbnail(photo: Raster, code: Path, run: Run) -> None:
    engine = registry.load("glaze")
    scene = Scene(photo, (Region((Style(code=code),)),))
    painted = render(engine, scene, registry.validate(engine, {}), run)["picture"]
    assert isinstance(painted, Raster)
    small = Image.fromarray(painted.pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    small.save(code.with_suffix(".jpg"), quality=85)


def _photos() -> list[Raster]:
    paths = sorted((SHARED / "data" / "photos" / "coco_mini").iterdir())
    return [read_picture(path).raster for path in paths[:: len(paths) // PHOTOS][:PHOTOS]]


def _file(start: str) -> Path:
    for folder in ("masters", "paintings"):
        found = sorted((SHARED / "data" / folder).glob(f"{start}*"))
        if found:
            return found[0]
    raise FileNotFoundError(start)


if __name__ == "__main__":
    main()
