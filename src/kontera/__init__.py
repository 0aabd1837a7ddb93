"""Kontera: from what happens in a shop to correct, complete, explained bookkeeping."""

__version__ = "0.1.0"
