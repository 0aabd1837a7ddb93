"""A fresh shop: "Nordisk Kaffe", Swedish, prices including VAT, 25/12/6 % and none.

Decides what a shop holds before anybody shopped, its keys, its rates abroad and its ways of shipping. An empty one has
the set-up but neither rates, products nor people. The rates abroad are a training shop's, not advice.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from kontera.clock import Clock
from kontera.sandboxes.woocommerce.order_write import BILLING, SHIPPING
from kontera.sandboxes.woocommerce.state import Coupon, Customer, Json, Key, Product, Rate, Shop, Switches

CONSUMER_KEY = "ck_" + "1" * 40
CONSUMER_SECRET = "cs_" + "2" * 40
READ_KEY = "ck_" + "3" * 40
READ_SECRET = "cs_" + "4" * 40
WRITE_KEY = "ck_" + "5" * 40
WRITE_SECRET = "cs_" + "6" * 40

# name, sku, price, class, tax status, stock, virtual
ARTICLES: tuple[tuple[str, str, str, str, str, int, bool], ...] = (
    ("Mugg keramik", "MUG-1", "199.00", "", "taxable", 500, False),
    ("Kaffe 450 g", "KAFFE-450", "79.90", "moms-12", "taxable", 900, False),
    ("Bok: Bryggkonst", "BOK-1", "249.00", "moms-6", "taxable", 200, False),
    ("Filterpåse", "FILTER-1", "9.99", "", "taxable", 5000, False),
    ("Kurs online", "KURS-1", "995.00", "", "taxable", 0, True),
    ("Frimärken", "FRIM-1", "100.00", "", "none", 300, False),
    ("Kaffekvarn", "KVARN-1", "1349.00", "", "taxable", 60, False),
    ("Te Earl Grey 100 g", "TE-EG-100", "65.50", "moms-12", "taxable", 400, False),
    ("Choklad 70 %", "CHOK-70", "33.33", "moms-12", "taxable", 700, False),
    ("Termos", "TERMOS-1", "329.50", "", "taxable", 120, False),
)
GIFT_CARD_SKU = "PRESENTKORT"
# country, percent by class ("" 25, moms-12, moms-6), label
_ABROAD = (
    ("DE", {"": "19", "moms-12": "7", "moms-6": "7"}, "MwSt"),
    ("FI", {"": "25.5", "moms-12": "13.5", "moms-6": "10"}, "ALV"),
    ("DK", {"": "25", "moms-12": "25", "moms-6": "25"}, "Moms"),
    ("FR", {"": "20", "moms-12": "5.5", "moms-6": "5.5"}, "TVA"),
)
_HOME = (("", "25", "Moms 25%"), ("moms-12", "12", "Moms 12%"), ("moms-6", "6", "Moms 6%"))
_SWEDISH_WAYS = (
    ("flat_rate", 1, "PostNord", "47.20"),
    ("free_shipping", 4, "Fri frakt", ""),
    ("local_pickup", 5, "Hämta i butik", ""),
)
_GATEWAYS = (  # id, title, whether it can pay back
    ("bacs", "Banköverföring", False),
    ("cheque", "Faktura", False),
    ("cod", "Postförskott", False),
    ("stripe", "Kort", True),
    ("klarna_payments", "Klarna", True),
    ("kco", "Klarna Checkout", True),
    ("woocommerce_payments", "WooPayments", True),
    ("ppcp-gateway", "PayPal", True),
    ("swish", "Swish", False),
)
_COUPONS = (
    ("tio", "percent", "10"),
    ("femtio", "fixed_cart", "50"),
    ("styck5", "fixed_product", "5"),
    ("udda", "percent", "12.5"),
)
# first name, last name, company, country, street, postcode, city
PEOPLE: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("Åsa", "Öström", "", "SE", "Storgatan 1", "211 34", "Malmö"),
    ("Björn", "Åberg", "", "SE", "Vasagatan 12", "411 24", "Göteborg"),
    ("Camilla", "Nyström", "", "SE", "Kungsgatan 44", "753 21", "Uppsala"),
    ("David", "Ek", "", "SE", "Södra vägen 7", "392 33", "Kalmar"),
    ("Mette", "Sørensen", "", "DK", "Vestergade 18", "1456", "København"),
    ("Jukka", "Mäkinen", "", "FI", "Aleksanterinkatu 9", "00100", "Helsinki"),
    ("Jürgen", "Weiß", "", "DE", "Lindenstraße 4", "10969", "Berlin"),
    ("Élodie", "Lefèvre", "", "FR", "12 rue des Lilas", "75020", "Paris"),
    ("Ola", "Nordmann", "", "NO", "Storgata 1", "0155", "Oslo"),
    ("Maria", "Holm", "Café Holm AB", "SE", "Hamngatan 2", "111 47", "Stockholm"),
    ("Hans", "Weber", "Teehaus Weber GmbH", "DE", "Marktplatz 1", "80331", "München"),
)
GERMAN_VAT = "DE136695976"
SWEDISH_VAT = "SE556036079301"


def new_shop(clock: Clock, switches: Switches, emit: Callable[[str, int], None], *, empty: bool = False) -> Shop:
    """A shop as it is before anybody shopped; `empty` has set-up and keys only."""
    shop = Shop(clock, switches)
    for pair in ((CONSUMER_KEY, CONSUMER_SECRET, "read_write"), (READ_KEY, READ_SECRET, "read"),
                 (WRITE_KEY, WRITE_SECRET, "write")):  # fmt: skip
        shop.keys[pair[0]] = Key(*pair)
    shop.number("key"), shop.number("key"), shop.number("key")
    shop.classes = {"reduced-rate": "Reduced rate", "zero-rate": "Zero rate"}
    shop.attributes = {1: {"id": 1, "name": "Storlek", "slug": "pa_storlek"}}
    shop.start_at("user", 2)
    shop.start_at("post", 10)
    _ways(shop)
    if not empty:
        _taxes(shop)
        _products(shop)
        _people(shop)
        _coupons(shop)
    shop.emit = emit
    return shop


def _ways(shop: Shop) -> None:
    """Zones, shipping methods (prices without VAT) and gateways."""
    zones = (
        ("Övriga världen", (), (("flat_rate", 3, "DHL", "150"),)),
        ("Sverige", ("SE",), _SWEDISH_WAYS),
        ("Norden och EU", ("DK", "FI", "DE", "FR", "NO"), (("flat_rate", 2, "DHL", "99.00"),)),
    )
    shop.zones = [
        {
            "id": number,
            "name": name,
            "order": number,
            "countries": list(countries),
            "methods": [_method(*method) for method in methods],
        }
        for number, (name, countries, methods) in enumerate(zones)
    ]
    shop.gateways = {
        name: {
            "id": name,
            "title": title,
            "description": "",
            "order": order,
            "enabled": True,
            "method_title": title,
            "method_description": "",
            "method_supports": ["products", "refunds"] if refunds else ["products"],
            "settings": {},
        }
        for order, (name, title, refunds) in enumerate(_GATEWAYS)
    }


def _method(method_id: str, instance: int, title: str, cost: str) -> Json:
    return {"method_id": method_id, "instance_id": instance, "title": title, "cost": cost}


def _taxes(shop: Shop) -> None:
    shop.classes = {"moms-0": "Moms 0", "moms-12": "Moms 12", "moms-6": "Moms 6"}
    rows = [("SE", slug, percent, label) for slug, percent, label in _HOME]
    rows += [
        (country, slug, percent, f"{label} {percent}%")
        for country, percents, label in _ABROAD
        for slug, percent in percents.items()
    ]
    for country, slug, percent, label in rows:
        number = shop.number("rate")
        shop.rates[number] = Rate(number, country, "", Decimal(percent), label, tax_class=slug)


def _products(shop: Shop) -> None:
    now = shop.now()
    for name, sku, price, slug, status, stock, virtual in ARTICLES:
        one = Product(shop.number("post"), name, now, now, sku=sku, regular_price=price)
        one.tax_class, one.tax_status = slug, status
        one.virtual = one.downloadable = virtual
        if not virtual:
            one.manage_stock, one.stock_quantity = True, stock
        shop.products[one.id] = one
    _shirt(shop)
    card = Product(shop.number("post"), "Presentkort 500 kr", now, now, sku=GIFT_CARD_SKU, regular_price="500.00")
    card.tax_status, card.virtual, card.downloadable = "none", True, True
    shop.products[card.id] = card


def _shirt(shop: Shop) -> None:
    """A product with variations."""
    now = shop.now()
    sizes = ("S", "M", "L")
    parent = Product(shop.number("post"), "T-shirt", now, now, type="variable", sku="TEE")
    parent.attributes = [
        {"id": 1, "name": "Storlek", "slug": "pa_storlek", "position": 0, "visible": True, "variation": True,
         "options": sorted(sizes)}
    ]  # fmt: skip
    shop.products[parent.id] = parent
    for size in sizes:
        one = Product(shop.number("post"), f"T-shirt - {size}", now, now, type="variation", sku=f"TEE-{size}")
        one.parent_id, one.regular_price, one.manage_stock, one.stock_quantity = parent.id, "299.00", True, 80
        one.attributes = [{"id": 1, "name": "Storlek", "slug": "pa_storlek", "option": size}]
        shop.products[one.id] = one


def _coupons(shop: Shop) -> None:
    now = shop.now()
    for code, kind, amount in _COUPONS:
        number = shop.number("post")
        shop.coupons[number] = Coupon(number, code, now, now, Decimal(amount), kind)


def email_of(first: str, last: str) -> str:
    """A made-up e-mail address in a reserved domain."""
    plain = f"{first}.{last}".lower()
    return plain.translate(str.maketrans("åäöéèøüß", "aaoeeous")).replace(" ", "-") + "@example.com"


def address(person: tuple[str, str, str, str, str, str, str]) -> dict[str, str]:
    """A person's billing address."""
    first, last, company, country, street, postcode, city = person
    return dict.fromkeys(BILLING, "") | {
        "first_name": first,
        "last_name": last,
        "company": company,
        "country": country,
        "address_1": street,
        "postcode": postcode,
        "city": city,
        "email": email_of(first, last),
    }


def _people(shop: Shop) -> None:
    now = shop.now()
    for person in PEOPLE:
        billing = address(person)
        email = billing["email"]
        one = Customer(shop.number("user"), email, now, now, person[0], person[1], username=email.partition("@")[0])
        one.billing, one.shipping = billing, {name: billing[name] for name in SHIPPING}
        shop.customers[one.id] = one
