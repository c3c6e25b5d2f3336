"""What an image remembers, and what a preset says."""

from __future__ import annotations

from velatura.contract import manifest
from velatura_gimp.engine_arguments import arguments_of
from velatura_gimp.presets import presets_for, values_of_preset
from velatura_gimp.settings import settings_of, with_settings


def test_each_procedure_has_settings_of_its_own() -> None:
    data = with_settings(b"", "velatura-glaze", {"strength": 0.5})
    data = with_settings(data, "velatura-gatys", {"strength": 0.75, "style-file": None})
    data = with_settings(data, "velatura-glaze", {"strength": 0.25})
    assert settings_of(data, "velatura-glaze") == {"strength": 0.25}
    assert settings_of(data, "velatura-gatys") == {"strength": 0.75, "style-file": None}
    assert settings_of(data + b"\0", "velatura-adain") == {}


def test_what_another_hand_wrote_is_nothing() -> None:
    for data in (b"", b"\xff\xfe", b"[1]", b'{"velatura-glaze": 3}'):
        assert settings_of(data, "velatura-glaze") == {}
    assert settings_of(with_settings(b"junk", "velatura-glaze", {"seed": 1}), "velatura-glaze")


def test_a_preset_sets_every_knob() -> None:
    made = arguments_of("gatys", manifest.build())
    preset = {
        "engine": "gatys",
        "params": {"steps": 9},
        "common": {"stroke": 4.0},
        "styles": [{"name": "sea", "weight": 2.0}, {"name": "scream"}],
        "strength": 0.5,
    }
    values = values_of_preset(preset, made)
    assert values["steps"] == 9
    assert values["stroke"] == 4.0
    assert values["style"] == "sea:2, scream:1"
    assert values["strength"] == 0.5
    assert values["beta"] == 3.0
    assert "seed" not in values


def test_only_presets_that_arguments_can_say_are_offered() -> None:
    turned = [{"name": "sea", "rotation": 90}]
    plain = {"engine": "glaze", "styles": [{"name": "sea", "weight": 2.0}]}
    presets = [
        plain,
        {"engine": "gatys"},
        {"engine": "glaze", "segments": 3},
        {"engine": "glaze", "styles": turned},
    ]
    assert presets_for("glaze", presets) == [plain]
