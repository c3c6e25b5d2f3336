"""What Krita has of the plugin."""

import sys

ACTIONS = ("velatura_again", "velatura_selection", "velatura_stop")


def main(stage):
    return {
        "module": getattr(sys.modules.get("velatura_krita"), "__file__", None),
        "actions": [name for name in ACTIONS if stage.krita.action(name) is not None],
        "dockers": [each.objectName() for each in stage.krita.dockers()],
    }
