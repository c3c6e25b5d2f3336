"""Paints the picture that was opened, then waits until somebody has undone it; says what is there then."""

from pathlib import Path

from gi.repository import Gimp


def main(stage):
    image = stage.images[0]
    ground = image.get_layers()[0]
    before = stage.pixels(ground)
    given = {name.replace("-", "_"): value for name, value in stage.arguments["values"].items()}
    stage.call(stage.arguments["procedure"], image=image, drawables=[ground], **given)
    Gimp.displays_flush()
    painted = image.is_dirty(), len(image.get_layers()), stage.pixels(image.get_layers()[0])
    Path(stage.arguments["ready"]).touch()
    stage.wait_until(lambda: not image.is_dirty())
    return {
        "painted": [*painted[:2], painted[2] != before],
        "undone": [len(image.get_layers()), stage.pixels(image.get_layers()[0]) == before],
    }
