"""Paints the picture that was opened, then waits until somebody has undone it; says what is there then.

With ``copies`` so many layers more are painted with it; with ``again`` its painting is edited, and that is undone.
"""

from pathlib import Path

from gi.repository import Gimp


def main(stage):
    image = stage.images[0]
    for _ in range(stage.arguments.get("copies", 0)):
        image.insert_layer(image.get_layers()[0].copy(), None, 0)
    chosen = list(image.get_layers())
    given = {name.replace("-", "_"): value for name, value in stage.arguments["values"].items()}
    if stage.arguments.get("again"):
        answer = stage.call("velatura-glaze", image=image, drawables=chosen, style="great-wave")
        chosen = [answer.index(1)]
    image.clean_all()
    before = seen(stage, image)
    stage.call(stage.arguments["procedure"], image=image, drawables=chosen, **given)
    Gimp.displays_flush()
    painted = image.is_dirty(), seen(stage, image)
    Path(stage.arguments["ready"]).touch()
    stage.wait_until(lambda: not image.is_dirty())
    return {
        "painted": [painted[0], len(painted[1]) - len(before), painted[1] != before],
        "undone": seen(stage, image) == before,
    }


def seen(stage, image):
    """Every layer's number and pixels."""
    return [(each.get_id(), stage.pixels(each)) for each in image.get_layers()]
