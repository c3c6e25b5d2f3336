"""Paints several layers, what is visible and what effects show; edits results; says what is there after each."""

import json

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp  # noqa: E402

WIDTH, HEIGHT = 96, 80
GLAZE = "velatura-glaze"


def main(stage):
    steps = (
        _several,
        _visible,
        _effects,
        _edited,
        _edited_visible,
        _edited_below,
        _in_place,
        _refused,
    )
    return {step.__name__: step(stage) for step in steps}


def _image(stage, *colours):
    image = Gimp.Image.new(WIDTH, HEIGHT, Gimp.ImageBaseType.RGB)
    for number, colour in enumerate(colours):
        name, kind = f"Layer {number}", Gimp.ImageType.RGBA_IMAGE
        layer = Gimp.Layer.new(image, name, WIDTH, HEIGHT, kind, 100, Gimp.LayerMode.NORMAL)
        image.insert_layer(layer, None, 0)
        _fill(layer, colour)
    image.clean_all()
    return image, image.get_layers()[::-1]


def _fill(layer, colour):
    """Stripes of ``colour`` and of half of it."""
    half = [each // 2 for each in colour[:3]] + [255]
    row = bytes([*colour] * 8 + half * 8) * (WIDTH // 16)
    whole = Gegl.Rectangle.new(0, 0, WIDTH, HEIGHT)
    layer.get_buffer().set(whole, "R'G'B'A u8", row * HEIGHT)
    layer.get_buffer().flush()
    layer.update(0, 0, WIDTH, HEIGHT)


def _paint(stage, procedure, image, layers, **arguments):
    """The layer that was painted, or the sentence that says why not."""
    return stage.call(procedure, image=image, drawables=layers, **arguments).index(1)


def _names(image):
    return [each.get_name() for each in image.get_layers()]


def _made(layer):
    parasite = layer.get_parasite("velatura-result")
    return json.loads(bytes(parasite.get_data())) if parasite else None


def _several(stage):
    image, (below, above) = _image(stage, (200, 40, 40, 255), (40, 40, 200, 255))
    _paint(stage, GLAZE, image, [below, above], style="great-wave")
    chosen = [each.get_name() for each in image.get_selected_layers()]
    return {"layers": _names(image), "chosen": chosen}


def _visible(stage):
    image, (below, above) = _image(stage, (200, 40, 40, 255), (40, 40, 200, 255))
    above.set_opacity(50)
    flat = Gimp.Layer.new_from_visible(image, image, "flat")
    # Nothing is laid over: it is what was seen, bit for bit.
    seen = _paint(stage, GLAZE, image, [below], style="great-wave", source="visible", strength=0.0)
    same = stage.pixels(seen) == stage.pixels(flat)
    return {"same": same, "layers": _names(image), "source": _made(seen)["choices"]["source"]}


def _effects(stage):
    image, (layer,) = _image(stage, (200, 40, 40, 255))
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", "inverted"))
    flat = Gimp.Layer.new_from_visible(image, image, "flat")
    seen = _paint(stage, GLAZE, image, [layer], style="great-wave", strength=0.0)
    return {
        "seen": stage.pixels(seen) == stage.pixels(flat),
        "raw": stage.pixels(seen) == stage.pixels(layer),
        "effects": len(layer.get_filters()),
    }


def _edited(stage):
    image, (layer,) = _image(stage, (200, 40, 40, 255))
    first = _paint(stage, GLAZE, image, [layer], style="great-wave", stroke=6.0)
    made, before = _made(first), stage.pixels(first)
    first.set_opacity(60)
    first.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_name("Renamed")
    image.clean_all()
    again = _paint(stage, "velatura-edit", image, [first])
    return {
        "recipe": made["recipe"],
        "choices": made["choices"],
        "layers": _names(image),
        "same": stage.pixels(again) == before,
        "opacity": again.get_opacity(),
        "multiplied": again.get_mode() == Gimp.LayerMode.MULTIPLY,
        "made": _made(again)["choices"] == made["choices"],
    }


def _edited_visible(stage):
    image, (layer,) = _image(stage, (200, 40, 40, 255))
    first = _paint(stage, GLAZE, image, [layer], style="great-wave", source="visible")
    before = stage.pixels(first)
    again = _paint(stage, "velatura-edit", image, [first])
    return {"same": stage.pixels(again) == before, "layers": _names(image)}


def _in_place(stage):
    image, (layer,) = _image(stage, (200, 40, 40, 255))
    _paint(stage, GLAZE, image, [layer], style="great-wave", output="in-place")
    painted = stage.pixels(layer)
    said = _paint(stage, "velatura-edit", image, [layer])
    return {
        "engine": _made(layer)["recipe"]["engine"],
        "said": said,
        "said of a copy": _said_of_a_copy(stage, image, layer),
        "same": stage.pixels(layer) == painted,
    }


def _said_of_a_copy(stage, image, layer):
    copy = layer.copy()
    image.insert_layer(copy, None, 0)
    return _paint(stage, "velatura-edit", image, [copy])


def _edited_below(stage):
    """A painting of a painting is made again after the one below it was."""
    image, (layer,) = _image(stage, (200, 40, 40, 255))
    below = _paint(stage, GLAZE, image, [layer], style="great-wave")
    above = _paint(stage, GLAZE, image, [below], style="great-wave")
    before = stage.pixels(above)
    _paint(stage, "velatura-edit", image, [below])
    again = _paint(stage, "velatura-edit", image, [above])
    return {"same": stage.pixels(again) == before, "layers": len(image.get_layers())}


def _refused(stage):
    image, (layer,) = _image(stage, (200, 40, 40, 255))
    foreign = _paint(stage, "velatura-edit", image, [layer])
    result = _paint(stage, GLAZE, image, [layer], style="great-wave")
    image.remove_layer(layer)
    return {"foreign": foreign, "gone": _paint(stage, "velatura-edit", image, [result])}
