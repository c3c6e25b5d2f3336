"""Twice: the daemon is installed, and Krita imports a newer zip; then that zip's daemon takes the old one's place."""

from plugin_importer.plugin_importer import PluginImporter


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, bar = docker.controller, docker.panel.message
    home = controller.installer.home
    if "zip" in stage.arguments:
        yield lambda: bar.isVisible() and bar._button.text() == "Install Velatura's painter"
        bar._button.click()
        yield lambda: controller.state.offer.value.manifest
        folder = str(home.plugin.parent.parent)
        importer = PluginImporter(stage.arguments["zip"], folder, lambda plugin: True)
        return [plugin["name"] for plugin in importer.import_all()]

    yield lambda: bar.isVisible() and bar._button.text() == "Upgrade"
    report = {"offered": controller.state.message.value.text, "before": home.environment.version}
    # The old one paints meanwhile, if the person does not mind.
    yield lambda: controller.state.link.value.kind in ("ready", "absent")
    bar._button.click()
    report["shown"] = [bar._button.text(), controller.state.message.value.progress is not None]
    yield lambda: not controller.installer.busy
    report["after"] = home.environment.version
    yield (
        lambda: (
            controller.state.link.value.kind == "ready" and controller.state.offer.value.manifest
        )
    )
    report["said"] = bar.isVisible()
    return report
