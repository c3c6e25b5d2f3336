"""Twice: the daemon is installed, and Krita imports a newer zip; then that zip's daemon takes the old one's place."""

from plugin_importer.plugin_importer import PluginImporter


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    studio, bar = docker.studio, docker.panel.message
    home = studio.housing.home
    if "zip" in stage.arguments:
        yield lambda: bar.isVisible() and bar._button.text() == "Install Velatura's painter"
        bar._button.click()
        yield lambda: studio.state.offer.value.manifest
        folder = str(home.plugin.parent.parent)
        importer = PluginImporter(stage.arguments["zip"], folder, lambda plugin: True)
        return [plugin["name"] for plugin in importer.import_all()]

    yield lambda: bar.isVisible() and bar._button.text() == "Bring it up to date"
    report = {"offered": studio.state.message.value.text, "before": home.environment.version}
    # The old one paints meanwhile, if the person does not mind.
    yield lambda: studio.state.link.value.kind in ("ready", "absent")
    bar._button.click()
    report["shown"] = [bar._button.text(), studio.state.message.value.progress is not None]
    yield lambda: not studio.housing.busy
    report["after"] = home.environment.version
    yield lambda: studio.state.link.value.kind == "ready" and studio.state.offer.value.manifest
    report["said"] = bar.isVisible()
    return report
