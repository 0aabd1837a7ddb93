"""What can be wrong with the ground; commands tell it in one line. Decides nothing."""

from __future__ import annotations


class GroundTrouble(RuntimeError):
    """Kontera cannot stand here; the text says why and what to do."""


class KeyTrouble(GroundTrouble):
    """The installation's key is missing or unfit."""
