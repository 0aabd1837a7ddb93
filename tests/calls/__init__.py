"""Tests of one call to a vendor."""
