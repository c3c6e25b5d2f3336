"""Presets: kept, filled in, given away and taken in from strangers."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from velatura.errors import BadPicture, BadRequest, Exists, TooLarge, VelaturaError
from velatura.library import bundles, presets, styles
from velatura.library.places import data_dir, presets_dir, styles_dir
from velatura.library.presets import Preset, PresetStyle, completed, from_json, to_json

NIGHT = Preset(
    "night",
    "glaze",
    {"grain": 0.5, "fast": True},
    {"stroke": 6.0, "colours": "luminance"},
    (PresetStyle("starry-night", 2.0), PresetStyle("scream", crop=(0, 0, 0.5, 1), scale=2.0)),
    2,
    0.75,
)

scalars = st.one_of(
    st.booleans(), st.integers(-(1 << 53), 1 << 53), st.floats(allow_nan=False), st.text()
)
preset_styles = st.builds(
    PresetStyle,
    st.text(min_size=1),
    st.floats(1e-3, 1e3),
    st.none() | st.just((0.25, 0.0, 1.0, 0.5)),
    st.floats(-360, 360),
    st.floats(1 / 64, 64),
)
some_presets = st.builds(
    Preset,
    st.text(min_size=1),
    st.text(min_size=1),
    st.dictionaries(st.text(), scalars),
    st.dictionaries(st.text(), scalars),
    st.lists(preset_styles, max_size=4).map(tuple),
    st.integers(2, 64) | st.just(0),
    st.floats(0, 1),
)


def test_a_title_is_letters_and_no_orders_to_a_terminal() -> None:
    with pytest.raises(BadRequest, match="a single line of at most"):
        presets.titled(NIGHT, "Night \x1b[2J")
    said = to_json(replace(NIGHT, title="Night")).replace(b'"Night"', b'"Night \\u001b[2J"')
    with pytest.raises(BadRequest, match="is not a preset"):
        from_json(said, "a file")


def painted(path: Path, colour: int = 200) -> Path:
    Image.new("RGB", (40, 30), (colour, 10, 20)).save(path)
    return path


@given(some_presets)
def test_a_preset_is_read_as_it_was_written(preset: Preset) -> None:
    assert from_json(to_json(preset), "it") == preset


json_values = st.recursive(
    st.none() | scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.dictionaries(st.sampled_from(["name", "engine", *NIGHT.described()]), json_values))
def test_rubbish_is_refused_in_one_sentence(found: dict[str, Any]) -> None:
    data = json.dumps({"format": presets.FORMAT, **found}).encode()
    try:
        preset = from_json(data, "night.json")
    except BadRequest as error:
        assert error.message == "night.json is not a preset."
    else:
        assert from_json(to_json(preset), "it") == preset


def test_a_kept_preset_is_listed_shown_and_removed() -> None:
    assert presets.entries() == ()
    kept = presets.save(replace(NIGHT, name="Night Glaze!"))
    assert kept.name == "night-glaze"
    assert presets.entries() == (kept,)
    assert presets.show("Night glaze") == kept
    with pytest.raises(BadRequest, match="already a preset called “night-glaze”"):
        presets.require_free("night glaze")
    assert presets.remove("night glaze") == "night-glaze"
    assert presets.entries() == ()


def test_an_unknown_preset_comes_with_near_names() -> None:
    with pytest.raises(BadRequest, match="There is no preset “nihgt”") as refusal:
        presets.show("nihgt")
    assert "presets save" in refusal.value.hint
    presets.save(NIGHT)
    for wrong, hint in (("nihgt", "Did you mean night?"), ("zzz", "There are: night.")):
        with pytest.raises(BadRequest) as refusal:
            presets.show(wrong)
        assert refusal.value.hint == hint


@pytest.mark.parametrize("name", ["../../night", "..", "/etc/passwd", "", "-"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    outside = data_dir() / "night.json"
    outside.parent.mkdir(parents=True)
    outside.write_bytes(to_json(NIGHT))
    with pytest.raises(BadRequest):
        presets.show(name)
    with pytest.raises(BadRequest):
        presets.remove(name)
    assert outside.exists()


def test_what_a_request_says_goes_before_its_preset() -> None:
    filled = completed(NIGHT, {"content": 1, "strength": None, "params": {"grain": 1.0}})
    assert filled["engine"] == "glaze"
    assert filled["params"] == {"grain": 1.0, "fast": True}
    assert filled["common"] == {"stroke": 6.0, "colours": "luminance"}
    assert (filled["segments"], filled["strength"], filled["content"]) == (2, 0.75, 1)
    assert filled["styles"] == [
        {"name": "starry-night", "weight": 2.0},
        {"name": "scream", "crop": (0, 0, 0.5, 1), "scale": 2.0},
    ]
    said = {"engine": "adain", "strength": 0.0, "styles": [{"name": "x"}], "segments": 0}
    assert completed(NIGHT, said).items() >= {**said, "params": {}}.items()


def test_regions_need_no_rule_to_part_a_picture() -> None:
    assert completed(NIGHT, {"regions": [{}]})["segments"] == 0
    assert completed(NIGHT, {"regions": [{}], "segments": 3})["segments"] == 3
    assert completed(NIGHT, {"regions": []})["segments"] == 2


def test_reading_a_preset_needs_no_heavy_module() -> None:
    presets.save(NIGHT)
    code = (
        "import sys; from velatura.library import presets; presets.show('night');"
        "print(sorted({'torch', 'numpy', 'pydantic', 'PIL'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def exported(home: Path) -> Path:
    """A preset with an own style and a built-in one, as a file."""
    styles.add(painted(home / "waves.png"), "waves")
    preset = presets.save(
        replace(NIGHT, styles=(PresetStyle("waves", 2.0), PresetStyle("starry-night")))
    )
    target = home / "night.velatura"
    assert bundles.export("Night", target) == preset
    return target


def forget_everything() -> None:
    for path in (*presets_dir().iterdir(), *styles_dir().iterdir()):
        path.unlink()


def test_an_exported_preset_is_whole_on_another_machine(home: Path) -> None:
    file, kept = exported(home), presets.show("night")
    digest = styles.show("waves").sha256
    forget_everything()
    added = bundles.add(file)
    assert (added.preset, added.renamed) == (kept, {})
    assert styles.show("waves").sha256 == digest
    assert presets.show("night") == kept
    # Once more changes nothing.
    assert bundles.add(file) == added
    assert len(presets.entries()) == 1
    assert len(list(styles_dir().iterdir())) == 1


def test_nothing_of_the_same_name_is_replaced(home: Path) -> None:
    file = exported(home)
    forget_everything()
    mine = styles.add(painted(home / "mine.png", colour=7), "waves")
    presets.save(replace(NIGHT, strength=0.1))
    added = bundles.add(file)
    assert added.renamed == {"waves": "waves-2"}
    assert added.preset.name == "night-2"
    assert [style.name for style in added.preset.styles] == ["waves-2", "starry-night"]
    assert styles.show("waves") == mine
    assert presets.show("night").strength == 0.1
    assert bundles.add(file).preset == added.preset


def test_an_own_style_does_not_hide_a_built_in_one(home: Path) -> None:
    assert bundles.keep(painted(home / "one.png"), "Starry Night") == "starry-night-2"
    assert styles.show("starry-night").builtin


def packed(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def with_styles(*names: str) -> bytes:
    return to_json(replace(NIGHT, styles=tuple(map(PresetStyle, names))))


def refused(path: Path) -> VelaturaError:
    """Why ``path`` is not taken in; nothing of it is here then."""
    with pytest.raises((BadRequest, TooLarge, BadPicture)) as refusal:
        bundles.add(path)
    assert refusal.value.message.endswith(".")
    assert presets.entries() == ()
    assert not [entry for entry in styles.entries() if not entry.builtin]
    return refusal.value


def test_no_path_in_an_archive_leads_anywhere(home: Path) -> None:
    picture = painted(home / "evil.png").read_bytes()
    file = packed(
        home / "evil.velatura",
        {"preset.json": with_styles("../../evil"), "styles/../../evil.png": picture},
    )
    assert "lacks the style “../../evil”" in refused(file).message
    file = packed(
        home / "odd.velatura",
        {
            "preset.json": with_styles("../../evil"),
            "styles/evil.png": picture,
            "../outside.png": picture,
        },
    )
    assert bundles.add(file).preset.styles == (PresetStyle("evil"),)
    assert [path.name for path in styles_dir().iterdir()] == ["evil.png"]
    assert not list(home.rglob("outside.png"))


def test_an_archive_that_grows_without_end_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "LARGEST_STYLE", 1 << 16)
    large = packed(
        home / "large.velatura",
        {"preset.json": with_styles("zeros"), "styles/zeros.png": bytes(1 << 20)},
    )
    assert "styles/zeros.png has more than 65536 bytes" in refused(large).message
    many = packed(home / "many.velatura", {"preset.json": b" " * ((1 << 20) + 1)})
    assert "preset.json has more than" in refused(many).message


def test_damaged_files_are_one_sentence(home: Path) -> None:
    whole = exported(home).read_bytes()
    forget_everything()
    file = home / "broken.velatura"
    for data in (b"", b"text", whole[: len(whole) // 2], whole[:60] + b"\xff" * 40 + whole[100:]):
        file.write_bytes(data)
        assert refused(file).message in (
            f"{file} is not a preset file, or is damaged.",
            f"{file} is not a preset.",
        )
    assert refused(packed(file, {"other.json": b"{}"})).message.startswith(str(file))
    assert refused(packed(file, {"preset.json": b"{}"})).message == f"{file} is not a preset."
    no_picture = {
        "preset.json": with_styles("good", "text"),
        "styles/good.png": painted(home / "good.png").read_bytes(),
        "styles/text.png": b"no picture",
    }
    assert "is not a picture" in refused(packed(file, no_picture)).message
    assert "There is no file" in refused(home / "nope.velatura").message
    assert "is a folder" in refused(home).message


@given(st.binary(max_size=300), st.integers(0, 500))
def test_no_bytes_are_worse_than_a_sentence(data: bytes, place: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = packed(Path(folder) / "a.velatura", {"preset.json": with_styles("nobody")})
        whole = bytearray(file.read_bytes())
        whole[place : place + len(data)] = data
        file.write_bytes(whole)
        with pytest.raises((BadRequest, TooLarge)):
            bundles.add(file)


def test_a_place_that_cannot_be_written_to_is_named(home: Path) -> None:
    exported(home)
    with pytest.raises(BadRequest, match=r"nowhere/night\.velatura cannot be written"):
        bundles.export("night", home / "nowhere" / "night.velatura")


def test_a_preset_is_renamed_and_takes_no_name_of_another() -> None:
    presets.save(NIGHT)
    presets.save(replace(NIGHT, name="day"))
    renamed = presets.rename("night", "Über the Öl")
    assert (renamed.name, renamed.title) == ("uber-the-ol", "Über the Öl")
    assert [each.name for each in presets.entries()] == ["day", "uber-the-ol"]
    assert replace(renamed, name="night", title="") == NIGHT
    with pytest.raises(Exists, match="already a preset called “day”"):
        presets.rename("uber-the-ol", "Day!")
    # Another way to write the same name is no other preset.
    assert presets.rename("day", "Day").title == "Day"
    assert [each.name for each in presets.entries()] == ["day", "uber-the-ol"]


@pytest.mark.parametrize("title", ["", "…", "x" * 61])
def test_a_title_that_makes_no_name_renames_nothing(title: str) -> None:
    presets.save(NIGHT)
    with pytest.raises(BadRequest):
        presets.rename("night", title)
    assert presets.entries() == (NIGHT,)
