"""Where things are in Fortnox's own menus, as shown to people in a case.

Decides the wording only. "Inställningar" is the cog at the top right. Read in vendor help: LOCKED_PERIOD, PREDEFINED,
VAT_CODES, LICENCES (support.fortnox.se, "Automatlåsning av period", "Inställningar - Förvalda konton", "Inställningar -
Moms", "Mitt abonnemang"); CURRENCIES (automatiseramera.se, FAQ); INVOICE_SETTINGS (docs.wetail.io, "Fel vid
öresavrundning", there for Order). The others are not yet checked against a live company.
"""

LOCKED_PERIOD = "Fortnox > Inställningar > Bokföring > Låsning av period"
PREDEFINED = "Fortnox > Inställningar > Bokföring > Förvalda konton"
VAT_CODES = "Fortnox > Inställningar > Bokföring > Moms"
CURRENCIES = "Fortnox > Inställningar > Fakturering > Valuta"
LICENCES = "Fortnox > företagsnamnet > Mitt abonnemang"
INVOICE_SETTINGS = "Fortnox > Inställningar > Fakturering > Registreringsvy"

CHART = "Fortnox > Register > Kontoplan"
YEARS = "Fortnox > Inställningar > Bokföring > Räkenskapsår"
CONSENT = "Fortnox > företagsnamnet > Hantera integrationer"
COST_CENTRES = "Fortnox > Register > Kostnadsställen"
PROJECTS = "Fortnox > Register > Projekt"
TERMS = "Fortnox > Inställningar > Fakturering > Villkor"
SERIES = "Fortnox > Inställningar > Bokföring > Verifikationsserier"
CUSTOMERS = "Fortnox > Register > Kunder"
ARTICLES = "Fortnox > Register > Artiklar"
