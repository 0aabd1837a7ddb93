"""Who we are connected to: vendors known, settings and secrets, adapters built from them, readiness. See README.md."""
