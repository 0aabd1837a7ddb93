"""Rulebooks to start from, shipped as TOML beside this module. They decide nothing until a merchant approves them."""

from __future__ import annotations

from importlib.resources import files

from kontera.accounting.rulebook import Rulebook
from kontera.accounting.rulebook_toml import load

STARTERS = {"se-bas": "starter_se_bas.toml", "bc-se": "starter_bc_se.toml"}


def starter_text(name: str) -> str:
    """The TOML of a starter rulebook, with its comments. Raises KeyError when there is none of that name."""
    return files("kontera.accounting").joinpath(STARTERS[name]).read_text(encoding="utf-8")


def starter(name: str) -> Rulebook:
    """A starter rulebook. Raises KeyError when there is none of that name."""
    return load(starter_text(name), STARTERS[name])
