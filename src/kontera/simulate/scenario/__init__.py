"""Scenarios: shop events in, exact ledger effects out, in a text an accountant can read."""
