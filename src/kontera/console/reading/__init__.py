"""What the pages show, read from the tables: bounded queries, no HTTP. Never changes anything."""
