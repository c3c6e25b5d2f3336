"""Edits a result of an engine that takes long, as a person does; says which layers there are when that has ended."""

import json

from gi.repository import Gimp


def main(stage):
    image = stage.images[0]
    ground = image.get_layers()[0]
    values = {"style": "", "steps": 2000, "pause": 0.05, "output": "new-layer", "source": "chosen"}
    choices = {"engine": "identity", "values": values, "source": ground.get_tattoo()}
    old = ground.copy()
    old.set_name("Old")
    image.insert_layer(old, None, 0)
    data = json.dumps({"recipe": {}, "choices": choices}).encode()
    old.attach_parasite(Gimp.Parasite.new("velatura-result", 3, data))
    stage.call("velatura-edit", image=image, drawables=[old], run_mode=Gimp.RunMode.INTERACTIVE)
    return [each.get_name() for each in image.get_layers()]
