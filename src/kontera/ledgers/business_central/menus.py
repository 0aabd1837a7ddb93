"""Where in Business Central a person mends what is wrong: page names as its own search (Alt+Q) finds them."""

from __future__ import annotations

ACCOUNTS = "Chart of Accounts"
APPLICATIONS = "Microsoft Entra Applications"
COMPANY_SETUP = "General Ledger Setup"
COUNTRIES = "Countries/Regions"
CURRENCIES = "Currencies > Exch. Rates"
CUSTOMERS = "Customers"
TEMPLATES = "Config. Template Selection Rules"
DIMENSIONS = "Dimensions > Dimension Values"
PERIODS = "Accounting Periods"
PAYMENT_TERMS = "Payment Terms"
SHIPMENT_METHODS = "Shipment Methods"
VAT_SETUP = "VAT Posting Setup"
