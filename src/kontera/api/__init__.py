"""The machines' door: webhooks in, health, metrics. See README.md."""
