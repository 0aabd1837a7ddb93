"""The console: people's door. See README.md."""
