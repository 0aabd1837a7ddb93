"""Shop = predicted = ledger: read back what was booked, and the laws as live checks. See README.md."""
