"""Facts come in: every notice kept first, then the whole object read, then a fact. See README.md."""
