"""The seeded shop's own facts as plain tables: articles, EU tax rates, currencies, coupons, order statuses.

Decides nothing: it is data. Article prices are in SEK including Swedish VAT. EU rates are the standard rate, the rate
charged for the shop's reduced goods, and the rate for books, as published by the European Commission ("VAT rates
applied in the member states"), rounded to what an e-shop sets up; a training shop's figures, not tax advice.
"""

from __future__ import annotations

DEFAULT, NON_TAXABLE, SHIPPING, WRAPPING, REDUCED, BOOKS = 0, 1, 2, 3, 4, 5

TAX_CLASSES = (
    (DEFAULT, "Default Tax Class"),
    (NON_TAXABLE, "Non-Taxable Products"),
    (SHIPPING, "Shipping"),
    (WRAPPING, "Gift Wrapping"),
    (REDUCED, "Reducerad moms"),
    (BOOKS, "Böcker"),
)

# country, name of the tax, name of the country, standard, reduced, books
EU_RATES = (
    ("SE", "Moms", "Sweden", "25", "12", "6"),
    ("AT", "USt", "Austria", "20", "10", "10"),
    ("BE", "TVA/BTW", "Belgium", "21", "6", "6"),
    ("BG", "ДДС", "Bulgaria", "20", "20", "9"),
    ("CY", "ΦΠΑ", "Cyprus", "19", "5", "3"),
    ("CZ", "DPH", "Czechia", "21", "12", "0"),
    ("DE", "MwSt", "Germany", "19", "7", "7"),
    ("DK", "Moms", "Denmark", "25", "25", "25"),
    ("EE", "KM", "Estonia", "24", "24", "9"),
    ("ES", "IVA", "Spain", "21", "10", "4"),
    ("FI", "ALV", "Finland", "25.5", "13.5", "13.5"),
    ("FR", "TVA", "France", "20", "5.5", "5.5"),
    ("GR", "ΦΠΑ", "Greece", "24", "13", "6"),
    ("HR", "PDV", "Croatia", "25", "5", "5"),
    ("HU", "ÁFA", "Hungary", "27", "18", "5"),
    ("IE", "VAT", "Ireland", "23", "0", "0"),
    ("IT", "IVA", "Italy", "22", "10", "4"),
    ("LT", "PVM", "Lithuania", "21", "21", "5"),
    ("LU", "TVA", "Luxembourg", "17", "3", "3"),
    ("LV", "PVN", "Latvia", "21", "12", "5"),
    ("MT", "VAT", "Malta", "18", "0", "5"),
    ("NL", "BTW", "Netherlands", "21", "9", "9"),
    ("PL", "VAT", "Poland", "23", "5", "5"),
    ("PT", "IVA", "Portugal", "23", "6", "6"),
    ("RO", "TVA", "Romania", "21", "11", "11"),
    ("SI", "DDV", "Slovenia", "22", "9.5", "5"),
    ("SK", "DPH", "Slovakia", "23", "19", "5"),
)

COUNTRY_NAMES = {code: name for code, _, name, *_ in EU_RATES} | {
    "NO": "Norway",
    "GB": "United Kingdom",
    "US": "United States",
    "JP": "Japan",
    "KW": "Kuwait",
    "CH": "Switzerland",
}

# sku, name, price with VAT, tax class, kind (physical or digital), stock
ARTICLES = (
    ("TE-SEN-100", "Sencha Kyoto 100 g", "89.00", REDUCED, "physical", 240),
    ("TE-SEN-250", "Sencha Kyoto 250 g", "199.00", REDUCED, "physical", 120),
    ("TE-EGR-100", "Earl Grey Imperial 100 g", "79.00", REDUCED, "physical", 300),
    ("TE-DAR-100", "Darjeeling First Flush 100 g", "149.00", REDUCED, "physical", 80),
    ("TE-ASS-100", "Assam Mangalam 100 g", "95.00", REDUCED, "physical", 150),
    ("TE-OOL-100", "Oolong Tie Guan Yin 100 g", "169.00", REDUCED, "physical", 60),
    ("TE-ROO-100", "Rooibos Vanilj 100 g", "69.00", REDUCED, "physical", 260),
    ("TE-MAT-030", "Matcha Uji 30 g", "249.00", REDUCED, "physical", 90),
    ("TE-CHA-100", "Chai Masala 100 g", "75.50", REDUCED, "physical", 140),
    ("TE-VIT-050", "Bai Mu Dan 50 g", "129.00", REDUCED, "physical", 70),
    ("HO-LJU-350", "Ljunghonung 350 g", "99.00", REDUCED, "physical", 100),
    ("KA-SMA-200", "Småkakor havre 200 g", "59.00", REDUCED, "physical", 180),
    ("KO-GJU-080", "Tekanna gjutjärn 0,8 l", "799.00", DEFAULT, "physical", 25),
    ("KO-GLA-060", "Tekanna glas 0,6 l", "449.00", DEFAULT, "physical", 40),
    ("KO-KOP-025", "Kopp stengods 0,25 l", "129.00", DEFAULT, "physical", 160),
    ("KO-SIL-001", "Tesil rostfri", "119.00", DEFAULT, "physical", 130),
    ("KO-VIS-100", "Matchavisp bambu", "189.00", DEFAULT, "physical", 55),
    ("KO-BUR-100", "Teburk plåt 100 g", "65.00", DEFAULT, "physical", 210),
    ("KO-TIM-001", "Tetimer", "149.00", DEFAULT, "physical", 45),
    ("KO-VAG-001", "Våg 0,1 g", "299.00", DEFAULT, "physical", 30),
    ("KO-TER-050", "Termos 0,5 l", "349.00", DEFAULT, "physical", 65),
    ("KO-SKE-001", "Mätsked mässing", "39.90", DEFAULT, "physical", 190),
    ("BO-TEB-001", "Boken om te", "249.00", BOOKS, "physical", 50),
    ("BO-JAP-001", "Japanska teceremonin", "329.00", BOOKS, "physical", 35),
    ("BO-REC-001", "Bakat till teet", "219.00", BOOKS, "physical", 40),
    ("DI-KUR-001", "Webbkurs: brygg bättre te", "495.00", DEFAULT, "digital", 0),
    ("DI-EBO-001", "E-bok: Te för nybörjare", "99.00", BOOKS, "digital", 0),
    ("DI-LJU-001", "Ljudbok: Tevägen", "129.00", BOOKS, "digital", 0),
    ("TJ-VAC-001", "Resevaccination (vård)", "350.00", NON_TAXABLE, "digital", 0),
    ("PA-PRO-001", "Provpaket fem sorter", "229.00", REDUCED, "physical", 75),
)

# the article sold in sizes: parent sku -> (option value, sku, price)
VARIANTS = {
    "KO-KOP-025": (
        ("Blå", "KO-KOP-025-BLA", None),
        ("Vit", "KO-KOP-025-VIT", None),
        ("Guld", "KO-KOP-025-GUL", "179.00"),
    ),
    "TE-ROO-100": (("100 g", "TE-ROO-100-S", None), ("500 g", "TE-ROO-100-L", "289.00")),
}

# the article that is a pick list of others: parent sku -> its parts
BUNDLES = {"PA-PRO-001": ("TE-SEN-100", "TE-EGR-100", "TE-ROO-100")}

# code, name, sign, decimals, units of it for one SEK
CURRENCIES = (
    ("SEK", "Svensk krona", "kr", 2, "1"),
    ("EUR", "Euro", "€", 2, "0.0885"),
    ("NOK", "Norsk krone", "kr", 2, "1.0320"),
    ("DKK", "Dansk krone", "kr", 2, "0.6605"),
    ("GBP", "Pound sterling", "£", 2, "0.0768"),
    ("USD", "US Dollar", "$", 2, "0.1041"),
    ("JPY", "Japanese yen", "¥", 0, "15.42"),
    ("KWD", "Kuwaiti dinar", "KD", 3, "0.03192"),
)

# code, name, the vendor's type, amount, limited to skus that begin with
COUPONS = (
    ("TE10", "10 kr per vara", "per_item_discount", "10.0000", "TE-"),
    ("VAR15", "15 % på allt", "percentage_discount", "15.0000", ""),
    ("MINUS50", "50 kr på ordern", "per_total_discount", "50.0000", ""),
    ("FRAKT20", "20 kr billigare frakt", "shipping_discount", "20.0000", ""),
    ("FRIFRAKT", "Fri frakt", "free_shipping", "0.0000", ""),
    ("KAMPANJ", "Kampanj 5 %", "promotion", "5.0000", ""),
)

# id, name, place in the list, description
ORDER_STATUSES = (
    (0, "Incomplete", 0, "The shopper reached the payment page and did not finish."),
    (1, "Pending", 1, "The checkout has begun and is not finished."),
    (7, "Awaiting Payment", 2, "The checkout is finished; the payment is not confirmed."),
    (11, "Awaiting Fulfillment", 3, "The checkout is finished and the payment is confirmed."),
    (9, "Awaiting Shipment", 4, "Packed, waiting for the carrier."),
    (8, "Awaiting Pickup", 5, "Packed, waiting for the shopper."),
    (3, "Partially Shipped", 6, "Some of the goods have been shipped."),
    (10, "Completed", 7, "Paid and delivered, or downloaded."),
    (2, "Shipped", 8, "All goods have been shipped."),
    (5, "Cancelled", 9, "Cancelled by the seller."),
    (6, "Declined", 10, "Declined by the seller."),
    (4, "Refunded", 11, "Refunded in full."),
    (13, "Disputed", 12, "The shopper disputes the charge."),
    (12, "Manual Verification Required", 13, "On hold until somebody has looked."),
    (14, "Partially Refunded", 14, "Refunded in part."),
)
STATUS_NAMES = {number: name for number, name, *_ in ORDER_STATUSES}

# method the shopper picks: gateway, the vendor's method, what the shopper reads, event, prefix of the gateway's id
PAYMENTS = {
    "card": ("stripe", "credit_card", "Kort (Stripe)", "purchase", "pi_"),
    "card_authorized": ("adyen", "credit_card", "Kort (Adyen)", "authorization", ""),
    "klarna": ("klarna", "electronic_wallet", "Klarna", "authorization", ""),
    "paypal": ("paypalexpress", "electronic_wallet", "PayPal", "purchase", ""),
    "swish": ("custom", "custom", "Swish", "purchase", ""),
    "bank": ("bankdeposit", "offline", "Bankgiro", "pending", ""),
    "cod": ("cod", "offline", "Postförskott", "pending", ""),
    "test": ("testgateway", "credit_card", "Test Payment Gateway", "purchase", ""),
}
