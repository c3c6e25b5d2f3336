"""Waits until the picture that was opened has so many layers; says which, and what the image remembers."""

import json

from gi.repository import Gimp


def main(stage):
    image = stage.images[0]
    if settings := stage.arguments.get("settings"):
        image.attach_parasite(
            Gimp.Parasite.new("velatura-settings", 1, json.dumps(settings).encode())
        )
    wanted = stage.arguments["layers"]
    stage.wait_until(lambda: len(image.get_layers()) >= wanted, stage.arguments.get("seconds", 60))
    stage.wait(0.5)
    kept = image.get_parasite("velatura-settings")
    return {
        "layers": [each.get_name() for each in image.get_layers()],
        "settings": json.loads(bytes(kept.get_data())) if kept else None,
    }
