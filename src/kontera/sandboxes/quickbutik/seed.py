"""A fresh shop: "Nordiskt Garn", Swedish, prices including VAT, 25/12/6 % and none.

Decides what a shop holds before anybody shopped: products, people, ways to pay and to send, discount codes, one VAT
rate per EU country. The rates abroad and the prices are a training shop's, not advice.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from kontera.clock import Clock
from kontera.sandboxes.quickbutik.products import FIRST_PRODUCT, FIRST_VARIANT
from kontera.sandboxes.quickbutik.registers import FIRST_CATEGORY
from kontera.sandboxes.quickbutik.state import Carrier, Part, Product, Shop, Variant, Way
from kontera.sandboxes.quickbutik.switches import Json, Switches

API_KEY = "qb7#n(Kx*2)%+&=?/Z!"

# sku, title, price, VAT in per cent, stock, category
ARTICLES: tuple[tuple[str, str, str, str, int, str], ...] = (
    ("GARN-ULL-100", "Ullgarn 100 g", "89.00", "25", 900, "Garn"),
    ("GARN-BOM-50", "Bomullsgarn 50 g", "39.50", "25", 1200, "Garn"),
    ("STICKA-4", "Rundsticka 4 mm", "129.00", "25", 150, "Tillbehör"),
    ("SAX-1", "Trådsax", "74.95", "25", 80, "Tillbehör"),
    ("MARKOR-10", "Maskmarkörer 10 st", "19.99", "25", 600, "Tillbehör"),
    ("TE-STICK-100", "Stickte 100 g", "65.50", "12", 300, "Fika"),
    ("CHOK-85", "Choklad 85 %", "33.33", "12", 700, "Fika"),
    ("BOK-STICKA", "Boken om stickning", "249.00", "6", 120, "Böcker"),
    ("MONSTER-7", "Mönsterhäfte nr 7", "59.00", "6", 400, "Böcker"),
    ("FRIM-10", "Frimärken 10 st", "160.00", "0", 200, "Tillbehör"),
    ("KURS-1", "Stickkurs på nätet", "495.00", "25", 0, "Kurser"),
)
GIFT_CARD = "PRESENTKORT-500"
BUNDLE = "PAKET-NYBORJARE"
CHOICES = (("TROJA-S", "S", "899.00"), ("TROJA-M", "M", "899.00"), ("TROJA-L", "L", "949.00"))
GIFT_CARD_CODE, GIFT_CARD_LEFT = "GAVA-300", Decimal(300)

# first name, last name, company, country, street, postcode, city, VAT number
PEOPLE: tuple[tuple[str, str, str, str, str, str, str, str], ...] = (
    ("Åsa", "Öström", "", "SE", "Storgatan 1", "211 34", "Malmö", ""),
    ("Björn", "Åberg", "", "SE", "Vasagatan 12", "411 24", "Göteborg", ""),
    ("Camilla", "Nyström", "", "SE", "Kungsgatan 44", "753 21", "Uppsala", ""),
    ("Maria", "Holm", "Garnboden Holm AB", "SE", "Hamngatan 2", "111 47", "Stockholm", "SE556036079301"),
    ("Jukka", "Mäkinen", "", "FI", "Aleksanterinkatu 9", "00100", "Helsinki", ""),
    ("Mette", "Sørensen", "", "DK", "Vestergade 18", "1456", "København", ""),
    ("Jürgen", "Weiß", "", "DE", "Lindenstraße 4", "10969", "Berlin", ""),
    ("Hans", "Weber", "Wollhaus Weber GmbH", "DE", "Marktplatz 1", "80331", "München", "DE136695976"),
    ("Élodie", "Lefèvre", "", "FR", "12 rue des Lilas", "75020", "Paris", ""),
    ("Ola", "Nordmann", "", "NO", "Storgata 1", "0155", "Oslo", ""),
    ("Kari", "Bakken", "Bakken Garn AS", "NO", "Torget 3", "5014", "Bergen", ""),
)
_WAYS = (
    Way(1, "klarna", "Klarna Checkout", at_once=False),
    Way(2, "stripe", "Kort", at_once=True),
    Way(3, "swish", "Swish", at_once=True),
    Way(4, "paypal", "PayPal", at_once=True),
    Way(5, "invoice", "Faktura", at_once=False, fee=Decimal(29)),
)
_CARRIERS = (
    Carrier(1, "PostNord Mitt Paket", Decimal(59), ("SE",)),
    Carrier(2, "Hämta i butiken", Decimal(0), ("SE",)),
    Carrier(3, "DHL Norden", Decimal(99), ("DK", "FI", "NO")),
    Carrier(4, "DHL Europa", Decimal(149)),
)
_CODES = {
    "TIO": ("percent", Decimal(10)),
    "UDDA": ("percent", Decimal("12.5")),
    "FEMTIO": ("amount", Decimal(50)),
}
_COUNTRY_RATES = {"DK": "25", "FI": "25.5", "DE": "19", "FR": "20", "NL": "21", "EE": "24", "PL": "23"}
_EXCHANGE = {"EUR": "0.0915", "NOK": "1.0240", "DKK": "0.6830"}


def new_shop(clock: Clock, switches: Switches, emit: Callable[[str, int], None], *, empty: bool = False) -> Shop:
    """A shop as it is before anybody shopped; `empty` has its set-up but neither products nor people."""
    shop = Shop(clock, switches, API_KEY, emit)
    shop.ways, shop.carriers, shop.codes = list(_WAYS), list(_CARRIERS), dict(_CODES)
    shop.country_rates = {country: Decimal(rate) for country, rate in _COUNTRY_RATES.items()}
    shop.exchange = {currency: Decimal(rate) for currency, rate in _EXCHANGE.items()}
    if not empty:
        _stock(shop)
        shop.customers = {number: person(each) for number, each in enumerate(PEOPLE, 1)}
        shop.gift_cards[GIFT_CARD_CODE] = GIFT_CARD_LEFT
    return shop


def person(row: tuple[str, str, str, str, str, str, str, str]) -> Json:
    """A person as a caller writes a customer."""
    first, last, company, country, street, postcode, city, vat_number = row
    address = {
        "company_name": company,
        "firstname": first,
        "lastname": last,
        "address": street,
        "address2": "",
        "city": city,
        "zipcode": postcode,
        "country": country,
    }
    return {
        "type": "company" if company else "consumer",
        "email": f"{country.lower()}.{street.split()[-1].lower()}.{postcode.replace(' ', '')}@example.test",
        "phone": "",
        "billing_details": address,
        "shipping_details": address,
        "vat_number": vat_number,
    }


def _stock(shop: Shop) -> None:
    for sku, title, price, rate, qty, category in ARTICLES:
        made = _product(shop, sku, title, price, rate)
        made.qty, made.category = qty, category
        made.disable_minusqty = sku == "SAX-1"
        made.more = {"weight": "100", "purchase_price": f"{made.price / 4:.2f}", "supplier_name": "Ullspinneriet AB"}
        if category not in shop.categories.values():
            shop.categories[shop.number("category", FIRST_CATEGORY)] = category
    sweater = _product(shop, "TROJA", "Stickad tröja", "899.00", "25")
    sweater.variants = [
        Variant(shop.number("variant", FIRST_VARIANT), sku, {"Storlek": size}, Decimal(price), 40)
        for sku, size, price in CHOICES
    ]
    bundle = _product(shop, BUNDLE, "Nybörjarpaket", "199.00", "25")
    bundle.parts = [_part(shop, "GARN-ULL-100", 1), _part(shop, "STICKA-4", 1)]
    gift = _product(shop, GIFT_CARD, "Presentkort 500 kr", "500.00", "0")
    gift.is_giftcard = True


def _product(shop: Shop, sku: str, title: str, price: str, rate: str) -> Product:
    number = shop.number("product", FIRST_PRODUCT)
    shop.products[number] = Product(number, sku, title, Decimal(price), Decimal(rate), shop.now())
    return shop.products[number]


def _part(shop: Shop, sku: str, qty: int) -> Part:
    product, _ = shop.by_sku(sku)[0]
    return Part(product.id, 0, product.title, "", qty, sku, product.price)
