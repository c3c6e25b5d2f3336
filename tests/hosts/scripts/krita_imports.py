"""Krita's own importer takes a zip of a plugin."""

from plugin_importer.plugin_importer import PluginImporter


def main(stage):
    importer = PluginImporter(
        stage.arguments["zip"], stage.arguments["folder"], lambda plugin: False
    )
    return [plugin["name"] for plugin in importer.import_all()]
