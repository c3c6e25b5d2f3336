"""Velatura's own engine: any picture's style in one pass."""

from velatura.engines.glaze.engine import Glaze

ENGINE = Glaze
