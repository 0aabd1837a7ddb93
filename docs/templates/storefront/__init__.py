"""NewShop: orders in. See README.md."""
