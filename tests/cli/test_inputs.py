"""What `--input` means for each kind of input."""

from __future__ import annotations

from pathlib import Path

import pytest

from velatura.cli.inputs import inputs_of, read_inputs
from velatura.errors import BadPicture, BadRequest, VelaturaError
from velatura_link.request import EncodedFile

KINDS = {
    "start": "raster",
    "table": "file",
    "before": "state",
    "frame": "number",
    "motto": "text",
}


def given(name: str, text: str) -> EncodedFile | float | str:
    return read_inputs({name: text}, "toy", KINDS)[name]


def test_a_value_may_have_an_equals_sign() -> None:
    assert inputs_of(["motto=1+1=2", "frame=3"]) == {"motto": "1+1=2", "frame": "3"}


@pytest.mark.parametrize("name", ["start", "table", "before"])
def test_a_file_is_read_and_keeps_its_path(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1")
    file = given(name, str(path))
    assert isinstance(file, EncodedFile)
    assert (file.data, file.path) == (b"1", path)


@pytest.mark.parametrize(("text", "value"), [("3", 3.0), ("-0.5", -0.5), ("1e3", 1000.0)])
def test_a_number_is_one(text: str, value: float) -> None:
    assert given("frame", text) == value


@pytest.mark.parametrize("text", ["3", "", "true", "file.png"])
def test_text_stays_as_it_is(text: str) -> None:
    assert given("motto", text) == text


@pytest.mark.parametrize("text", ["", "many", "nan", "inf", "1e999"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match=f"“frame” must be a number, not “{text}”"):
        given("frame", text)


@pytest.mark.parametrize(("name", "error"), [("start", BadPicture), ("before", BadRequest)])
def test_a_file_must_be_there_and_have_something_in_it(
    tmp_path: Path, name: str, error: type[VelaturaError]
) -> None:
    (tmp_path / "empty").touch()
    for path, sentence in (("nope", "There is no file"), ("empty", "is empty"), ("", "a folder")):
        with pytest.raises(error, match=sentence):
            given(name, str(tmp_path / path))


def test_an_unknown_input_is_named_with_those_there_are() -> None:
    with pytest.raises(BadRequest, match="The engine toy has no input “end”") as refusal:
        given("end", "1")
    assert refusal.value.hint == "It has: start, table, before, frame, motto."
