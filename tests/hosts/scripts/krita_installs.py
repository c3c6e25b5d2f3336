"""The docker installs the daemon that came with the plugin, and removes it again."""


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, bar = docker.controller, docker.panel.message
    report, progress = {}, []
    controller.state.message.watch(lambda message: progress.append(message and message.progress))

    yield lambda: controller.state.link.value.kind == "absent"
    report["offered"] = bar.isVisible() and bar._button.text()
    bar._button.click()
    yield lambda: controller.state.offer.value.manifest
    report["progress"] = any(progress)
    report["ready"] = controller.state.link.value.kind == "ready" and not bar.isVisible()

    controller.installer.remove()
    yield lambda: not controller.installer.busy
    # Whoever is connected may first say that the daemon stopped.
    yield bar._button.text
    report["removed"] = bar.isVisible() and bar._button.text()
    return report
