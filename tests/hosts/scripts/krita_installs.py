"""The docker installs the daemon that came with the plugin, and removes it again."""


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    studio, bar = docker.studio, docker.panel.message
    report, progress = {}, []
    studio.state.message.watch(lambda message: progress.append(message and message.progress))

    yield lambda: studio.state.link.value.kind == "absent"
    report["offered"] = bar.isVisible() and bar._button.text()
    bar._button.click()
    yield lambda: studio.state.offer.value.manifest
    report["progress"] = any(progress)
    report["ready"] = studio.state.link.value.kind == "ready" and not bar.isVisible()

    studio.housing.remove()
    yield lambda: not studio.housing.busy
    report["removed"] = bar.isVisible() and bar._button.text()
    return report
