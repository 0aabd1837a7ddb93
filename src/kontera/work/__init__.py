"""Durable work: lanes, wake-ups, take-over from dead workers. See README.md."""
