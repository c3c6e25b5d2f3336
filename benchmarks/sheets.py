"""Contact sheets for docs/gallery: python -m benchmarks.sheets [gatys] [glaze]

Photos are scikit-image's, styles are paintings in the public domain, of which no copy is shown or
shipped.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image, ImageDraw, ImageFont

from benchmarks.weights import SHARED, use_shared_weights
from velatura.engines import registry
from velatura.engines.models import WarmModels
from velatura.engines.run import Run
from velatura.engines.scene import Region, Scene, Style
from velatura.engines.stage import render
from velatura.imaging.colour import converted
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.library import styles

GALLERY = Path(__file__).resolve().parent.parent / "docs" / "gallery"
STYLE = SHARED / "data" / "masters" / "van_gogh_starry_night_1889.jpg"
SIDE = 224
GAP = 4
MARGIN = 84
HEAD = 44

INITS = ("engine", "content", "colours", "noise")
BETAS = (6e4, 6e5, 6e6)
STEPS = (10, 40, 160)

PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left", "hubble_deep_field")
NAMES = (
    "starry-night", "great-wave", "scream", "composition-vii", "poppy-field", "in-the-rain",
    "city-rises", "rocky-ground",
)  # fmt: skip


def glaze() -> None:
    models = WarmModels.on("auto")
    engine = registry.load("glaze")
    sheet = Image.new(
        "RGB", ((len(NAMES) + 1) * (SIDE + GAP), HEAD // 2 + len(PHOTOS) * (SIDE + GAP)), "white"
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(15)
    for column, name in enumerate(NAMES, 1):
        draw.text((column * (SIDE + GAP) + 4, 2), name, "black", font)
    for row, photo in enumerate(PHOTOS):
        # One with a wide profile comes in half floats.
        whole = converted(read_picture(_photo(photo)).raster, depth="u8", transfer="srgb")
        short = min(whole.width, whole.height)
        left, top = (whole.width - short) // 2, (whole.height - short) // 2
        content = resized(whole.crop(left, top, left + short, top + short), (2 * SIDE, 2 * SIDE))
        pictures = [content]
        for name in NAMES:
            scene = Scene(content, (Region((Style(code=styles.show(name).path),)),))
            painted = render(engine, scene, registry.validate(engine, {}), Run(models))["picture"]
            assert isinstance(painted, Raster)
            pictures.append(painted)
        for column, picture in enumerate(pictures):
            corner = (column * (SIDE + GAP), HEAD // 2 + row * (SIDE + GAP))
            sheet.paste(Image.fromarray(resized(picture, (SIDE, SIDE)).pixels), corner)
        print(photo, flush=True)
    GALLERY.mkdir(exist_ok=True)
    sheet.save(GALLERY / "glaze.jpg", quality=86)


def _photo(name: str) -> Path:
    (found,) = (Path(skimage.data.__file__).parent).glob(f"{name}.*")
    return found


def gatys() -> None:
    use_shared_weights()
    models = WarmModels.on("auto")
    photo = skimage.data.astronaut()[:400, 40:440]
    scene = Scene(
        content=resized(Raster(np.ascontiguousarray(photo)), (SIDE, SIDE)),
        regions=(Region((Style(picture=read_picture(STYLE).raster),)),),
    )
    engine = registry.load("gatys")
    columns = [(beta, steps) for beta in BETAS for steps in STEPS]
    sheet = Image.new(
        "RGB", (MARGIN + len(columns) * (SIDE + GAP), HEAD + len(INITS) * (SIDE + GAP)), "white"
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(15)
    for column, (beta, steps) in enumerate(columns):
        words = f"beta = {beta:.0e}, alpha = 1\n{steps} steps"  # The font has no Greek.
        draw.text((MARGIN + column * (SIDE + GAP) + 4, 4), words, "black", font)
    for row, init in enumerate(INITS):
        draw.text((6, HEAD + row * (SIDE + GAP) + SIDE // 2), init, "black", font)
        for column, (beta, steps) in enumerate(columns):
            params = registry.validate(engine, {"init": init, "beta": beta, "steps": steps})
            picture = render(engine, scene, params, Run(models))["picture"]
            assert isinstance(picture, Raster)
            corner = (MARGIN + column * (SIDE + GAP), HEAD + row * (SIDE + GAP))
            sheet.paste(Image.fromarray(picture.pixels), corner)
            print(init, beta, steps, flush=True)
    GALLERY.mkdir(exist_ok=True)
    sheet.save(GALLERY / "gatys.jpg", quality=88)


SHEETS = {"gatys": gatys, "glaze": glaze}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or SHEETS:
        SHEETS[wanted]()
