"""Refines a result as a person does, which takes long, and waits until somebody has undone it; says what was there."""

from pathlib import Path

from gi.repository import Gimp


def main(stage):
    image = stage.images[0]
    photo = image.get_layers()[0]
    answer = stage.call("velatura-glaze-live", image=image, drawables=[photo], style="great-wave")
    quick = answer.index(1)
    before, name, tattoo = stage.pixels(quick), quick.get_name(), quick.get_tattoo()
    image.clean_all()
    stage.call("velatura-refine", image=image, drawables=[quick], run_mode=Gimp.RunMode.INTERACTIVE)
    refined = image.get_layers()[0]
    report = {
        "layers": _names(image),
        "other": stage.pixels(refined) != before,
        "in its place": refined.get_tattoo() == tattoo,
    }
    Path(stage.arguments["ready"]).touch()
    if stage.arguments["undone"]:
        stage.wait_until(lambda: not image.is_dirty())
        report["undone"] = [_names(image)[0] == name, stage.pixels(image.get_layers()[0]) == before]
    return report


def _names(image):
    return [each.get_name() for each in image.get_layers()]
