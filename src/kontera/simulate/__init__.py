"""A world to try Kontera in: vendors' sandboxes, a merchant, and what happens to them. See README.md."""
