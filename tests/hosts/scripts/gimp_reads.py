"""A picture's size and pixels (R, G, B, A), as GIMP has them; the picture was opened with GIMP, or is named."""


def main(stage):
    image = stage.open(stage.arguments["picture"]) if stage.arguments else stage.images[0]
    layer = image.get_layers()[0]
    return {
        "width": layer.get_width(),
        "height": layer.get_height(),
        "pixels": stage.pixels(layer).hex(),
    }
