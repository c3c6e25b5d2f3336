"""Refines results in GIMP, as scripts do; says what is there after each."""

import json

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp  # noqa: E402

WIDTH, HEIGHT = 96, 80
QUICK, REFINE = "velatura-glaze-live", "velatura-refine"


def main(stage):
    steps = (_refined, _in_a_selection, _visible, _refused)
    return {step.__name__: step(stage) for step in steps}


def _image():
    image = Gimp.Image.new(WIDTH, HEIGHT, Gimp.ImageBaseType.RGB)
    kind = Gimp.ImageType.RGBA_IMAGE
    layer = Gimp.Layer.new(image, "photo", WIDTH, HEIGHT, kind, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    row = bytes([200, 40, 40, 255] * 8 + [40, 90, 160, 255] * 8) * (WIDTH // 16)
    layer.get_buffer().set(Gegl.Rectangle.new(0, 0, WIDTH, HEIGHT), "R'G'B'A u8", row * HEIGHT)
    layer.get_buffer().flush()
    layer.update(0, 0, WIDTH, HEIGHT)
    image.clean_all()
    return image, layer


def _call(stage, procedure, image, layer, **arguments):
    """The layer that was painted, or the sentence that says why not."""
    return stage.call(procedure, image=image, drawables=[layer], **arguments).index(1)


def _names(image):
    return [each.get_name() for each in image.get_layers()]


def _made(layer):
    return json.loads(bytes(layer.get_parasite("velatura-result").get_data()))


def _refined(stage):
    image, layer = _image()
    quick = _call(stage, QUICK, image, layer, style="great-wave", strength=0.8)
    before, tattoo = stage.pixels(quick), quick.get_tattoo()
    quick.set_opacity(60)
    quick.set_offsets(7, 4)
    refined = _call(stage, REFINE, image, quick)
    _, x, y = refined.get_offsets()
    made = _made(refined)
    return {
        "layers": _names(image),
        "other pixels": stage.pixels(refined) != before,
        "same layer": [refined.get_tattoo() == tattoo, round(refined.get_opacity()), x, y],
        "recipe": made["recipe"],
        "source": made["choices"]["source"] == layer.get_tattoo(),
        "again": _call(stage, REFINE, image, refined),
        "engine": made["choices"]["engine"],
    }


def _in_a_selection(stage):
    """Only there it is painted, though another part is selected by then."""
    image, layer = _image()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, WIDTH // 2, HEIGHT)
    quick = _call(stage, QUICK, image, layer, style="great-wave")
    before = stage.pixels(quick)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, WIDTH, 4)
    refined = _call(stage, REFINE, image, quick)
    return {
        "outside": _right(refined) == _right(layer),
        "inside": stage.pixels(refined) != before,
        "limits": "limits" in _made(refined)["choices"],
    }


def _right(layer):
    half = Gegl.Rectangle.new(WIDTH // 2, 0, WIDTH // 2, HEIGHT)
    return bytes(layer.get_buffer().get(half, 1.0, "R'G'B'A u8", Gegl.AbyssPolicy.NONE))


def _visible(stage):
    image, layer = _image()
    quick = _call(stage, QUICK, image, layer, style="great-wave", source="visible")
    _call(stage, REFINE, image, quick)
    return _names(image)


def _refused(stage):
    image, layer = _image()
    foreign = _call(stage, REFINE, image, layer)
    quick = _call(stage, QUICK, image, layer, style="great-wave")
    quick.resize(WIDTH + 10, HEIGHT, 0, 0)
    resized = _call(stage, REFINE, image, quick)
    image.remove_layer(layer)
    return {
        "foreign": foreign,
        "resized": resized,
        "gone": _call(stage, REFINE, image, quick),
        "layers": _names(image),
    }
