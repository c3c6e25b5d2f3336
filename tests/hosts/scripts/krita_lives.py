"""What the docker says and does while daemons come and go."""

import json
import os
import signal
from pathlib import Path

from krita import Krita
from velatura_krita.daemon.places import Places
from velatura_krita.model.choices import Choices, StyleChoice
from velatura_link.client import Client

SLOW = {"identity": {"steps": 40, "pause": 0.1}}
ENDLESS = {"identity": {"steps": 5000, "pause": 0.1}}
DONE = {"identity": {"steps": 1}}


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, bar = docker.controller, docker.panel.message
    places = Places.beside(Path(stage.arguments["plugin"]))
    said = []
    controller.state.message.watch(lambda message: said.append(message.text if message else ""))
    report = {}

    yield lambda: controller.state.link.value.kind == "absent"
    report["absent"] = bar.isVisible() and controller.state.message.value.action
    bar._button.click()
    yield lambda: controller.state.offer.value.manifest
    report["started"] = not bar.isVisible()

    first, second = (yield from picture(stage)), (yield from picture(stage))
    yield from front(stage, first)
    controller.change(Choices(engine="identity", params=SLOW))
    controller.apply()
    yield from front(stage, second)
    report["another document is free"] = not controller.busy
    controller.change(Choices(engine="identity", params=DONE))
    controller.apply()
    yield lambda: not controller.busy
    report["second"] = names(second)
    yield from front(stage, first)
    report["its choices came back"] = controller.state.choices.value.params == SLOW
    yield lambda: not controller.busy
    report["first"] = names(first)

    controller.change(Choices(engine="identity", params=ENDLESS))
    controller.apply()
    yield lambda: controller.state.shown.value.text == "Pretend"
    report["progress"] = docker.panel.apply_bar.bar.isVisible()
    Krita.instance().action("velatura_stop").trigger()
    report["stopped"] = not controller.busy and names(first)
    yield lambda: not jobs(places)
    report["jobs left"] = jobs(places)

    controller.change(Choices(engine="identity").with_styles((StyleChoice(name="no-such-style"),)))
    Krita.instance().action("velatura_again").trigger()
    yield lambda: not controller.busy
    message = controller.state.message.value
    report["refused"] = [message.text, message.hint, message.bad, message.action]
    controller.change(Choices(engine="identity", params=DONE))
    bar._button.click()
    yield lambda: not controller.busy
    report["again"] = names(first)

    Krita.instance().action("velatura_selection").trigger()
    report["no selection"] = controller.state.message.value.text

    said.clear()
    controller.change(Choices(engine="identity", params=SLOW))
    controller.apply()
    yield lambda: controller.state.shown.value.text == "Pretend"
    os.kill(places.find().pid, signal.SIGKILL)
    yield lambda: not controller.busy
    report["told"] = said
    report["went on"] = names(first)

    report["history"] = len(controller.state.history.value)
    controller.choosing.entry(controller.state.history.value[-1])
    report["from history"] = controller.state.choices.value.params == SLOW
    return json.loads(json.dumps(report))


def picture(stage):
    document = stage.krita.createDocument(64, 48, "p", "RGBA", "U8", "", 100.0)
    stage.window.addView(document)
    yield from front(stage, document)
    return document


def front(stage, document):
    while stage.krita.activeDocument() != document:
        stage.krita.action("windows_next").trigger()
        yield 0.5
    if document.activeNode() is None:
        document.setActiveNode(document.rootNode().childNodes()[0])
    yield lambda: document.activeNode() is not None
    yield 0.3


def names(document):
    return [node.name() for node in document.rootNode().childNodes()]


def jobs(places):
    with Client(places.find(), name="test") as client:
        return sum(client.status()["jobs"].values())
