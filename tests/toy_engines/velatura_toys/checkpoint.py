"""A style that is a file: one colour, or a bank of several."""

from __future__ import annotations

from pathlib import Path

import torch
from pydantic import Field
from torch import Tensor

from velatura.contract.engine import Descriptor, EngineParams, FeedForward
from velatura.contract.requirements import check_index
from velatura.contract.run import Run
from velatura.contract.scene import Scene, Style
from velatura.contract.tile import ContentTile
from velatura.errors import BadWeights
from velatura.library.checksums import remembered_sha256
from velatura.library.weights import read_state, write_state


class CheckpointParams(EngineParams):
    amount: float = Field(
        0.5, ge=0, le=1, title="Amount", description="How much of the colour there is, 0 to 1."
    )


class ToyCheckpoint(FeedForward[CheckpointParams, Tensor]):
    """Lays the colour of a checkpoint over the picture. Colours of several styles are mixed by weight."""

    descriptor = Descriptor(
        name="toy-checkpoint",
        title="Toy checkpoint",
        purpose="One colour from a file",
        summary="Lays a colour over the picture.",
        source="a test",
        rank=200,
        styles=("checkpoint", "bank"),
        most_styles=2,
        duration="instant",
        tiles=True,
        memory=64,
        deterministic="bitwise",
    )
    Params = CheckpointParams

    def prepare(self, scene: Scene, params: CheckpointParams, run: Run) -> Tensor:
        total = sum(style.weight for style in scene.styles)
        colours = [style.weight / total * _colour(style, run) for style in scene.styles]
        return torch.cat([torch.stack(colours).sum(0), torch.tensor([params.amount])])

    def apply(self, tile: ContentTile, prepared: Tensor, run: Run) -> Tensor:
        colour, amount = prepared[:3, None, None].to(tile.tensor), float(prepared[3])
        return tile.tensor * (1 - amount) + colour * amount


def save(path: Path, *colours: tuple[float, float, float]) -> Path:
    """Write a checkpoint of these colours, 0..1; ``path`` again."""
    write_state({"colours": torch.tensor(colours)}, path)
    return path


def _colour(style: Style, run: Run) -> Tensor:
    path = style.checkpoint
    assert path is not None
    state: dict[str, Tensor] = run.model(f"toy {remembered_sha256(path)}", lambda: read_state(path))
    colours = state.get("colours")
    if colours is None:
        raise BadWeights(
            "The checkpoint has no colours.", hint="Give one that was made for this engine."
        )
    index = 0 if style.index is None else check_index(style, len(colours))
    return colours[index]


ENGINE = ToyCheckpoint
