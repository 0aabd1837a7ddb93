"""Documents reach the ledger exactly once: plan, quote, send, look, confirm. See README.md."""
