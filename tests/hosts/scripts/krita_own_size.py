"""What the preview shows at the layer's own size, before and after Apply."""

from velatura_krita.model.choices import StyleChoice


def main(stage):
    document = yield from stage.open(stage.arguments["photo"])
    docker = yield from stage.docker("velatura_docker")
    docker.setFloating(True)
    docker.resize(420, 900)
    panel, controller = docker.panel, docker.controller
    view = panel.view
    yield lambda: controller.state.offer.value.manifest
    choices = controller.state.choices.value
    controller.change(choices.with_styles((StyleChoice(name="starry-night"),)))
    yield lambda: view.after is not None
    # Across the edge of tiles.
    view.look_at(1.0, tuple(stage.arguments["middle"]))
    yield lambda: view.part is not None
    window = view._right.window
    promised = pixels(view.part)
    controller.apply()
    yield lambda: not controller.busy and controller.state.history.value
    yield lambda: pixels(view.part) != promised or len(nodes(document)) > 1
    yield 1.0
    # It may be on its way once more.
    yield lambda: view.part is not None
    left, top, right, bottom = window
    layer = nodes(document)[-1]
    landed = bytes(layer.pixelData(left, top, right - left, bottom - top))
    others = [abs(one - two) for one, two in zip(promised, landed, strict=True)]
    return {
        "window": [right - left, bottom - top],
        "device": [view.width(), view.height()],
        "largest difference": max(others),
        "different": sum(map(bool, others)) / len(others),
        "shown after Apply": pixels(view.part) == landed,
        "caption": view.caption,
        "still of the layer": view.before is not None and document.activeNode().name(),
    }


def pixels(image):
    bits = image.constBits()
    bits.setsize(image.width() * image.height() * 4)
    return bytes(bits)


def nodes(document):
    return document.rootNode().childNodes()
