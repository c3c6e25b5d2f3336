"""Contact sheets for docs/gallery: python -m benchmarks.sheets [gatys] [glaze] [grain] [nearest]

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
from velatura.contract import registry
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.colour import converted
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.library import styles
from velatura.pipeline.render import render
from velatura.runtime.model_cache import WarmModels

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

REDRAWN = ("great-wave", "metzinger")
REDRAWN_SIDE = 320

FEW = ("starry-night", "irises", "scream", "metzinger")


def glaze() -> None:
    models = WarmModels.on("auto")
    sheet = Image.new(
        "RGB", ((len(NAMES) + 1) * (SIDE + GAP), HEAD // 2 + len(PHOTOS) * (SIDE + GAP)), "white"
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(15)
    for column, name in enumerate(NAMES, 1):
        draw.text((column * (SIDE + GAP) + 4, 2), name, "black", font)
    for row, photo in enumerate(PHOTOS):
        content = _square(photo, 2 * SIDE)
        pictures = [content, *(_glazed(content, name, models) for name in NAMES)]
        for column, picture in enumerate(pictures):
            corner = (column * (SIDE + GAP), HEAD // 2 + row * (SIDE + GAP))
            sheet.paste(Image.fromarray(resized(picture, (SIDE, SIDE)).pixels), corner)
        print(photo, flush=True)
    GALLERY.mkdir(exist_ok=True)
    sheet.save(GALLERY / "glaze.jpg", quality=86)


def _square(photo: str, side: int) -> Raster:
    """The middle of ``photo``, ``side`` pixels a side."""
    # One with a wide profile comes in half floats.
    whole = converted(read_picture(_photo(photo)).raster, depth="u8", transfer="srgb")
    short = min(whole.width, whole.height)
    left, top = (whole.width - short) // 2, (whole.height - short) // 2
    return resized(whole.crop(left, top, left + short, top + short), (side, side))


def grain() -> None:
    """A drawing in flat colours, without grain above and with what is usual below."""
    models = WarmModels.on("auto")
    content = _drawing(2 * SIDE)
    sheet = Image.new("RGB", ((len(FEW) + 1) * (SIDE + GAP), 2 * (SIDE + GAP)), "white")
    sheet.paste(Image.fromarray(resized(content, (SIDE, SIDE)).pixels), (0, SIDE // 2))
    for column, name in enumerate(FEW, 1):
        for row, knobs in enumerate(({"grain": 0.0}, {})):
            painted = _glazed(content, name, models, **knobs)
            corner = (column * (SIDE + GAP), row * (SIDE + GAP))
            sheet.paste(Image.fromarray(resized(painted, (SIDE, SIDE)).pixels), corner)
    sheet.save(GALLERY / "grain.jpg", quality=86)


def _glazed(content: Raster, name: str, models: WarmModels, **knobs: object) -> Raster:
    engine = registry.load("glaze")
    scene = Scene(content, (Region((Style(code=styles.show(name).path),)),))
    painted = render(engine, scene, registry.validate(engine, knobs), Run(models))["picture"]
    assert isinstance(painted, Raster)
    return painted


def _drawing(side: int) -> Raster:
    """A house before hills, its edges smoothed."""
    large = Image.new("RGB", (1024, 1024), (120, 190, 235))
    draw = ImageDraw.Draw(large)
    draw.ellipse((680, 80, 900, 300), (255, 225, 120))
    draw.polygon(
        [(0, 620), (300, 420), (620, 640), (1024, 480), (1024, 830), (0, 830)], (90, 150, 80)
    )
    draw.rectangle((240, 560, 520, 820), (230, 220, 200))
    draw.polygon([(220, 560), (380, 440), (540, 560)], (180, 60, 50))
    draw.rectangle((340, 680, 420, 820), (90, 60, 40))
    draw.rectangle((0, 820, 1024, 1024), (60, 110, 60))
    draw.rectangle((770, 760, 790, 860), (90, 60, 40))
    draw.ellipse((700, 620, 860, 780), (40, 90, 50))
    return resized(Raster(np.asarray(large).copy()), (side, side))


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


def nearest() -> None:
    """Photos in two styles each, by the fast engine and by nearest neighbours."""
    use_shared_weights()
    models = WarmModels.on("auto")
    engine = registry.load("nearest")
    columns = [(name, by) for name in REDRAWN for by in ("glaze", "nearest")]
    sheet = Image.new(
        "RGB", ((len(columns) + 1) * (SIDE + GAP), HEAD // 2 + 3 * (SIDE + GAP)), "white"
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(15)
    for column, words in enumerate(columns, 1):
        draw.text((column * (SIDE + GAP) + 4, 2), ", ".join(words), "black", font)
    for row, photo in enumerate(PHOTOS[:3]):
        content = _square(photo, REDRAWN_SIDE)
        painted = [content]
        for name in REDRAWN:
            picture, _ = styles.opened(styles.show(name).path)
            scene = Scene(content, (Region((Style(picture=picture),)),))
            given = render(engine, scene, registry.validate(engine, {}), Run(models))["picture"]
            assert isinstance(given, Raster)
            painted += [_glazed(content, name, models), given]
            print(photo, name, flush=True)
        for column, each in enumerate(painted):
            corner = (column * (SIDE + GAP), HEAD // 2 + row * (SIDE + GAP))
            sheet.paste(Image.fromarray(resized(each, (SIDE, SIDE)).pixels), corner)
    sheet.save(GALLERY / "nearest.jpg", quality=86)


SHEETS = {"nearest": nearest, "gatys": gatys, "glaze": glaze, "grain": grain}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or SHEETS:
        SHEETS[wanted]()
