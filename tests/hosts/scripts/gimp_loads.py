"""What GIMP has of the plug-in."""

from gi.repository import Gimp


def main(stage):
    return [name for name in Gimp.get_pdb().query_procedures(*[""] * 8) if "velatura" in name]
