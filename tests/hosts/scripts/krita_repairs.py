"""The docker's installation is cancelled while something is fetched, done after all, damaged and repaired."""

from pathlib import Path

from PyQt5.QtWidgets import QAction


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    studio, bar = docker.studio, docker.panel.message
    environment = studio.housing.home.environment
    report = {}

    yield lambda: studio.state.link.value.kind == "absent"
    bar._button.click()
    yield lambda: "ballast" in sentence(studio)
    report["fetching"] = [sentence(studio), bar.isVisible(), bar._button.text()]
    bar._button.click()
    yield lambda: not studio.housing.busy
    message = studio.state.message.value
    report["cancelled"] = [message.bad, bar._button.text(), environment.whole]

    Path(stage.arguments["hurry"]).touch()
    bar._button.click()
    yield lambda: studio.state.offer.value.manifest
    report["installed"] = [studio.state.link.value.kind, bar.isVisible(), environment.whole]

    damaged = next(environment.where.rglob("velatura/cli/main.py"))
    damaged.write_text("raise SystemExit(7)")
    [repair] = [
        each for each in docker.findChildren(QAction) if each.text() == "Repair Velatura's painter"
    ]
    repair.trigger()
    report["repairing"] = [studio.housing.busy, bar._button.text()]
    yield lambda: not studio.housing.busy
    report["repaired"] = ["SystemExit(7)" not in damaged.read_text(), environment.whole]
    yield lambda: studio.state.link.value.kind == "ready" and not bar.isVisible()
    return report


def sentence(studio):
    """What the docker says of what is being done."""
    message = studio.state.message.value
    return message.progress.sentence if message is not None and message.progress else ""
