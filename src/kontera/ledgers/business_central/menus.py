"""Where in Business Central a person mends what is wrong: page names as its own search (Alt+Q) finds them.

Decides the wording only. The one place for it: a refusal takes its path from here, and a test holds every path of the
case catalogue against it. Where each was read: README, "Menu paths".
"""

from __future__ import annotations

ACCOUNTS = "Business Central > Chart of Accounts"
APPLICATIONS = "Business Central > Microsoft Entra Applications"
COMPANY_SETUP = "Business Central > General Ledger Setup"
PERIODS = "Business Central > Accounting Periods"
PAYMENT_TERMS = "Business Central > Payment Terms"
SHIPMENT_METHODS = "Business Central > Shipment Methods"
POSTING_GROUPS = "Business Central > Customer Posting Groups"
VAT_SETUP = "Business Central > VAT Posting Setup"

# Pages known from Microsoft's app source; their last step, a field or an action there, not checked in a live company.
COUNTRIES = "Business Central > Countries/Regions"
CURRENCIES = "Business Central > Currencies > Exch. Rates"
CUSTOMERS = "Business Central > Customers"
CUSTOMER_VAT = "Business Central > Customers > {customer} > VAT Bus. Posting Group"
DIMENSIONS = "Business Central > Dimensions > Dimension Values"
ARTICLES = "Business Central > Items"
ACCOUNT_DIMENSIONS = "Business Central > Chart of Accounts > Dimensions"
ALLOW_POSTING = "Business Central > General Ledger Setup > Allow Posting From"
DIRECT_POSTING = "Business Central > Chart of Accounts > Direct Posting"
PERMISSION_SETS = "Business Central > Microsoft Entra Applications > User Permission Sets"
TEMPLATES = "Business Central > Config. Template Selection Rules"
TERMS = "Business Central > Payment Terms / Shipment Methods"
