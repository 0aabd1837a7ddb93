"""Where things are in Fortnox's own menus, as shown to people in a case.

Decides the wording only. The one place for it: a refusal takes its path from here, and a test holds every path of the
case catalogue against it. "Inställningar" is the cog at the top right. Where each was read: README, "Menu paths".
"""

CHART = "Fortnox > Register > Kontoplan"
COST_CENTRES = "Fortnox > Register > Kostnadsställen"
CUSTOMERS = "Fortnox > Register > Kunder"
CUSTOMER_VAT = "Fortnox > Register > Kunder > {customer} > Momstyp"
INVOICES = "Fortnox > Fakturering > Kundfakturor"
LOCKED_PERIOD = "Fortnox > Inställningar > Bokföring > Låsning av period"
PREDEFINED = "Fortnox > Inställningar > Bokföring > Förvalda konton"
VAT_CODES = "Fortnox > Inställningar > Bokföring > Moms"
YEARS = "Fortnox > Inställningar > Bokföring > Räkenskapsår"
CURRENCIES = "Fortnox > Inställningar > Fakturering > Valuta"
SERIES = "Fortnox > Inställningar > Fakturering > Verifikationsserier"
INVOICE_SETTINGS = "Fortnox > Inställningar > Fakturering > Registreringsvy"
LICENCES = "Fortnox > Företagsnamnet uppe till höger > Mitt abonnemang"
CONSENT = "Fortnox > Företagsnamnet uppe till höger > Administrera användare"

# Not found in any help page; not yet checked against a live company.
ARTICLES = "Fortnox > Register > Artiklar"
PROJECTS = "Fortnox > Register > Projekt"
VOUCHERS = "Fortnox > Bokföring > Verifikationer"
TERMS = "Fortnox > Inställningar > Fakturering > Betalningsvillkor, Leveranssätt, Leveransvillkor"
INVOICE = "Fortnox > Fakturering > Kundfakturor > {number}"
CREDIT = "Fortnox > Fakturering > Kundfakturor > {invoice} > Kreditera"
