"""`velatura styles code --polish` as a person uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from velatura.library import codes

from ..shell import Shell, open_shell
from .conftest import Velatura


@pytest.mark.slow
def test_a_polished_code_paints_like_any_other(
    shared: Path, velatura_in: Callable[[Shell], Velatura], pictures: Path, tmp_path: Path
) -> None:
    with open_shell(VELATURA_MODELS=str(shared / "weights")) as studio:
        velatura = velatura_in(studio)
        plain, polished = tmp_path / "plain.code", tmp_path / "polished.code"
        call = ("styles", "code", pictures / "style.png", "--title", "Waves", "--size", "64", "-o")
        assert velatura(*call, plain).code == 0
        made = velatura(*call, polished, "--polish", pictures / "photo.png")
        assert made.out == f"{polished}: Waves\n"
        assert codes.facts(polished) == codes.facts(plain)
        assert not codes.read(polished)[0].equal(codes.read(plain)[0])
        painted = velatura(
            "stylize", pictures / "photo.png", "--style", polished, "-o", tmp_path / "out.png",
            "--no-daemon",
        )  # fmt: skip
        assert painted.code == 0, painted


def test_without_vgg_it_says_so_and_writes_nothing(
    shell: Shell, velatura_in: Callable[[Shell], Velatura], pictures: Path, tmp_path: Path
) -> None:
    shell.variables["VELATURA_MIRROR"] = "http://127.0.0.1:9"
    call = ("styles", "code", pictures / "style.png", "-o", tmp_path / "waves.code", "--polish")
    velatura = velatura_in(shell)
    assert "“vgg19-gatys”" in velatura(*call, pictures / "photo.png").complaint()
    assert "none.png" in velatura(*call, "none.png").complaint()
    assert not (tmp_path / "waves.code").exists()
