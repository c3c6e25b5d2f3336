"""Calls procedures of engines of every kind; says which layers there are then, with their colours.

A case: ``procedure``, ``arguments`` (layers by name, paths of files), ``image`` (colours of its layers by name, from
the lowest up; nothing for no image), ``choose`` (names of the layers that are chosen), perhaps ``select`` (x, y,
width, height), and ``asks`` where a person is asked in the dialog.
"""

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp, Gio  # noqa: E402

SIDE = 32


def main(stage):
    return [_played(stage, case) for case in stage.arguments["cases"]]


def _played(stage, case):
    image, layers = _made(case.get("image", {}))
    if case.get("select"):
        image.select_rectangle(Gimp.ChannelOps.REPLACE, *case["select"])
    arguments = {name: _meant(value, layers) for name, value in case["arguments"].items()}
    if image is not None:
        arguments |= {"image": image, "drawables": [layers[name] for name in case["choose"]]}
        image.clean_all()
    if case.get("asks"):
        arguments["run_mode"] = Gimp.RunMode.INTERACTIVE
    answer = stage.call(case["procedure"], **arguments)
    if answer.index(0) != Gimp.PDBStatusType.SUCCESS:
        return {"error": answer.index(1)}
    painted = answer.index(1)
    return {
        "error": None,
        "painted": painted.get_name(),
        "same_image": painted.get_image() == image,
        "precision": painted.get_image().get_precision().value_nick,
        "layers": {each.get_name(): _described(each) for each in painted.get_image().get_layers()},
    }


def _made(colours):
    if not colours:
        return None, {}
    image = Gimp.Image.new_with_precision(
        SIDE, SIDE, Gimp.ImageBaseType.RGB, Gimp.Precision.U16_NON_LINEAR
    )
    layers = {}
    for name, colour in colours.items():
        kind, mode = Gimp.ImageType.RGBA_IMAGE, Gimp.LayerMode.NORMAL
        layers[name] = Gimp.Layer.new(image, name, SIDE, SIDE, kind, 100, mode)
        image.insert_layer(layers[name], None, 0)
        buffer = layers[name].get_buffer()
        whole = Gegl.Rectangle.new(0, 0, SIDE, SIDE)
        buffer.set(whole, "R'G'B'A u8", bytes((*colour, 255)) * SIDE * SIDE)
        buffer.flush()
    return image, layers


def _meant(value, layers):
    if isinstance(value, str) and value.startswith("/"):
        return Gio.File.new_for_path(value)
    return layers[value] if isinstance(value, str) and value in layers else value


def _described(layer):
    width, height = layer.get_width(), layer.get_height()
    whole = Gegl.Rectangle.new(0, 0, width, height)
    pixels = layer.get_buffer().get(whole, 1.0, "R'G'B' u8", Gegl.AbyssPolicy.NONE)
    return {
        "extent": [*layer.get_offsets()[1:], width, height],
        "colour": [sum(pixels[each::3]) / (width * height) for each in range(3)],
        "visible": layer.get_visible(),
        "masked": layer.get_mask() is not None,
    }
