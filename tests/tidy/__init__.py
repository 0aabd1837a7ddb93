"""The house rules as tests: each rule says in its message why it exists and what to write instead."""
