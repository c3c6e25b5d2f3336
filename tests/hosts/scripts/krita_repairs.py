"""The docker's installation is cancelled while something is fetched, done after all, damaged and repaired."""

from pathlib import Path

from PyQt5.QtWidgets import QAction


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, bar = docker.controller, docker.panel.message
    environment = controller.installer.home.environment
    report = {}

    yield lambda: controller.state.link.value.kind == "absent"
    bar._button.click()
    yield lambda: "ballast" in sentence(controller)
    report["fetching"] = [sentence(controller), bar.isVisible(), bar._button.text()]
    bar._button.click()
    yield lambda: not controller.installer.busy
    message = controller.state.message.value
    report["cancelled"] = [message.bad, bar._button.text(), environment.whole]

    Path(stage.arguments["hurry"]).touch()
    bar._button.click()
    yield lambda: controller.state.offer.value.manifest
    report["installed"] = [controller.state.link.value.kind, bar.isVisible(), environment.whole]

    damaged = next(environment.where.rglob("velatura/cli/main.py"))
    damaged.write_text("raise SystemExit(7)")
    [repair] = [
        each for each in docker.findChildren(QAction) if each.text() == "Repair Velatura's painter"
    ]
    repair.trigger()
    yield lambda: bar.isVisible() and bar._button.text() == "Repair Velatura's painter"
    report["asked"] = "of disk space" in bar._text.text()
    bar._button.click()
    report["repairing"] = [controller.installer.busy, bar._button.text()]
    yield lambda: not controller.installer.busy
    report["repaired"] = ["SystemExit(7)" not in damaged.read_text(), environment.whole]
    yield lambda: controller.state.link.value.kind == "ready" and not bar.isVisible()
    return report


def sentence(controller):
    """What the docker says of what is being done."""
    message = controller.state.message.value
    return message.progress.sentence if message is not None and message.progress else ""
