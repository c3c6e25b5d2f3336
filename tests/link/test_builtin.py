"""Built-in styles are there without a daemon, as the daemon lists them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from velatura.library import styles
from velatura.serve.library.queries import described
from velatura_link import builtin


def test_they_are_listed_as_the_daemon_lists_them() -> None:
    daemons = [described(entry) for entry in styles.entries() if entry.builtin]

    assert len(daemons) == 25
    for here, there in zip(builtin.builtin_styles(), daemons, strict=True):
        assert here == {key: there[key] for key in here}


def test_a_list_is_the_caller_s_own() -> None:
    builtin.builtin_styles()[0].clear()

    assert builtin.builtin_styles()[0]["name"] == "almond-blossom"


def test_thumbnails_and_pictures_are_as_large_as_they_should() -> None:
    for style in builtin.builtin_styles():
        thumbnail = Image.open(io.BytesIO(style["thumbnail"]))
        picture = Image.open(io.BytesIO(builtin.builtin_picture(style["name"]) or b""))

        assert max(thumbnail.size) <= 160
        assert 230 <= min(picture.size) <= 320 <= max(picture.size) <= 640


def test_the_pictures_are_small_enough_to_be_shipped() -> None:
    pictures = [builtin.builtin_picture(each["name"]) or b"" for each in builtin.builtin_styles()]

    assert sum(map(len, pictures)) <= 1_500_000


@pytest.mark.parametrize("name", ["my-own", "../index", ""])
def test_other_names_have_no_picture(name: str) -> None:
    assert builtin.builtin_picture(name) is None


def test_without_the_files_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtin, "_PLACES", (tmp_path,))
    builtin._read.cache_clear()
    try:
        assert builtin.builtin_styles() == []
        assert builtin.builtin_picture("udnie") is None
    finally:
        builtin._read.cache_clear()
