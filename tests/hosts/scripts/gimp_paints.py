"""Makes images, calls procedures on them, and says what is there then; pixels go to and come from raw files.

A case: ``size``, ``base``, ``precision`` of the image; ``extent`` (x, y, width, height), ``type`` and ``pixels`` (file,
babl's format) of its layer; perhaps ``adobe`` for that profile, ``mask`` (file), ``select`` (x, y, width, height,
feather), ``within`` for a group around the layer, ``choose`` (layer, mask, group, channel, two); ``procedure`` and
``arguments``. Layers come back with pixels of ``format``, or as they are.
"""

from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gegl, Gimp, Gio  # noqa: E402

Y8 = "Y u8"


def main(stage):
    return [_played(stage, number, case) for number, case in enumerate(stage.arguments["cases"])]


def _played(stage, number, case):
    image, layer = _made(case)
    known = {each.get_id() for each in stage.images}
    arguments = dict(case["arguments"])
    if "style-file" in arguments:
        arguments["style-file"] = Gio.File.new_for_path(arguments["style-file"])
    if "style-layer" in arguments:
        arguments["style-layer"] = image.get_layer_by_name(arguments["style-layer"])
    given = {name.replace("-", "_"): value for name, value in arguments.items()}
    chosen = _chosen(image, layer, case.get("choose", "layer"))
    answer = stage.call(case["procedure"], image=image, drawables=chosen, **given)
    succeeded = answer.index(0) == Gimp.PDBStatusType.SUCCESS
    others = [each for each in stage.images if each.get_id() not in known]
    into = Path(stage.arguments["into"])
    said = {
        "error": None if succeeded else answer.index(1),
        "painted": answer.index(1).get_name() if succeeded else None,
        "dirty": image.is_dirty(),
        "selection": _dumped(image.get_selection(), Y8, into / f"{number}-selection"),
        "images": [
            [
                _described(each, case["format"], into / f"{number}-{place}-{index}")
                for index, each in enumerate(_leaves(found.get_layers()))
            ]
            for place, found in enumerate([image, *others])
        ],
    }
    for each in (image, *others):
        each.delete()
    return said


def _made(case):
    precision = getattr(Gimp.Precision, case["precision"])
    base = getattr(Gimp.ImageBaseType, "RGB" if case["base"] == "INDEXED" else case["base"])
    image = Gimp.Image.new_with_precision(*case["size"], base, precision)
    if case.get("adobe"):
        image.set_color_profile(Gimp.ColorProfile.new_rgb_adobe())
    x, y, width, height = case["extent"]
    kind = getattr(Gimp.ImageType, case["type"])
    layer = Gimp.Layer.new(image, "Ground", width, height, kind, 100, Gimp.LayerMode.NORMAL)
    group = Gimp.GroupLayer.new(image, "Group") if case.get("within") else None
    if group:
        image.insert_layer(group, None, 0)
    image.insert_layer(layer, group, 0)
    layer.set_offsets(x, y)
    _fill(layer, case["pixels"])
    if case.get("mask"):
        layer.add_mask(layer.create_mask(Gimp.AddMaskType.WHITE))
        _fill(layer.get_mask(), [case["mask"], Y8])
    if case["base"] == "INDEXED":
        none = Gimp.ConvertDitherType.NONE
        image.convert_indexed(none, Gimp.ConvertPaletteType.GENERATE, 64, False, False, "")
    if case.get("select"):
        *box, feather = case["select"]
        image.select_rectangle(Gimp.ChannelOps.REPLACE, *box)
        if feather:
            Gimp.Selection.feather(image, feather)
    image.clean_all()
    return image, layer


def _chosen(image, layer, what):
    if what == "mask":
        return [layer.get_mask()]
    if what == "group":
        return [layer.get_parent()]
    if what == "two":
        return [layer, layer.get_parent()]
    if what == "channel":
        channel = Gimp.Channel.new(image, "Channel", 10, 10, 50, Gegl.Color.new("red"))
        image.insert_channel(channel, None, 0)
        return [channel]
    return [layer]


def _leaves(layers):
    for layer in layers:
        yield layer
        yield from _leaves(layer.get_children() if layer.is_group() else [])


def _fill(drawable, source):
    path, form = source
    whole = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    drawable.get_buffer().set(whole, form, Path(path).read_bytes())
    drawable.get_buffer().flush()
    drawable.update(0, 0, whole.width, whole.height)


def _described(layer, form, path):
    mask = layer.get_mask()
    return {
        "name": layer.get_name(),
        "extent": [*layer.get_offsets()[1:], layer.get_width(), layer.get_height()],
        "alpha": layer.has_alpha(),
        "pixels": _dumped(layer, form, path),
        "mask": mask and _dumped(mask, Y8, path.with_suffix(".mask")),
    }


def _dumped(drawable, form, path):
    whole = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    buffer = drawable.get_buffer()
    path.write_bytes(buffer.get(whole, 1.0, form, Gegl.AbyssPolicy.NONE))
    return str(path)
