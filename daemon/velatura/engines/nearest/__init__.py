"""Nearest-neighbour style transfer: Kolkin et al. 2022."""

from velatura.engines.nearest.engine import Nearest

ENGINE = Nearest
