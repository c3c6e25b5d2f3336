"""No wheel changes a setting in passing."""

from __future__ import annotations

import re

from .conftest import PLUGIN

PACKAGE = PLUGIN / "velatura_krita"
TURNED_BY_THE_WHEEL = re.compile(
    r"QtWidgets\.(QComboBox|QSpinBox|QDoubleSpinBox|QSlider|QDial|QFontComboBox|QDateEdit)\b"
)


def test_every_box_that_takes_the_wheel_is_one_of_inputs() -> None:
    others = [
        (path.name, found.group())
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "inputs.py"
        for found in TURNED_BY_THE_WHEEL.finditer(path.read_text(encoding="utf-8"))
    ]
    assert others == []
