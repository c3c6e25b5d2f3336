"""Gatys' optimisation of pixels: Gatys, Ecker & Bethge 2016, and what later work added to it."""

from velatura.engines.gatys.engine import Gatys

ENGINE = Gatys
