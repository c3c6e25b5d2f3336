"""A picture's size and pixels (B, G, R, A), as Krita has them."""


def main(stage):
    document = yield from stage.open(stage.arguments["picture"])
    width, height = document.width(), document.height()
    pixels = bytes(document.activeNode().pixelData(0, 0, width, height))
    return {"width": width, "height": height, "pixels": pixels.hex()}
