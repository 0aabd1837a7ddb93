"""The seeded shop's customers: private persons in several countries, and companies with a VAT number.

Decides who they are. The vendor has no field for a VAT number: shops keep it in a form field, named here `VAT-nummer`.
The numbers pass their country's check digit rule and belong to nobody on purpose.
"""

from __future__ import annotations

from decimal import Decimal

from kontera.sandboxes.bigcommerce.seed_data import COUNTRY_NAMES
from kontera.sandboxes.bigcommerce.state import Json, Store

VAT_FIELD = "VAT-nummer"

# first name, last name, company, country, street, zip, city, customer group, VAT number, store credit
PEOPLE = (
    ("Anna", "Åkesson", "", "SE", "Vasagatan 12", "411 24", "Göteborg", 0, "", "0"),
    ("Björn", "Öberg", "", "SE", "Storgatan 3", "903 26", "Umeå", 0, "", "120"),
    ("Camilla", "Nyström", "", "SE", "Kungsgatan 44", "753 21", "Uppsala", 0, "", "0"),
    ("David", "Ek", "", "SE", "Södra vägen 7", "392 33", "Kalmar", 0, "", "45.50"),
    ("Mette", "Sørensen", "", "DK", "Vestergade 18", "1456", "København", 0, "", "0"),
    ("Jukka", "Mäkinen", "", "FI", "Aleksanterinkatu 9", "00100", "Helsinki", 0, "", "0"),
    ("Greta", "Schmidt", "", "DE", "Lindenstraße 4", "10969", "Berlin", 0, "", "0"),
    ("Élodie", "Lefèvre", "", "FR", "12 rue des Lilas", "75020", "Paris", 0, "", "0"),
    ("Ola", "Nordmann", "", "NO", "Storgata 1", "0155", "Oslo", 0, "", "0"),
    ("Emily", "Carter", "", "GB", "7 Mill Lane", "SW1A 1AA", "London", 0, "", "0"),
    ("Maria", "Holm", "Café Holm AB", "SE", "Hamngatan 2", "111 47", "Stockholm", 1, "SE556036079301", "0"),
    ("Hans", "Weber", "Teehaus Weber GmbH", "DE", "Marktplatz 1", "80331", "München", 2, "DE136695976", "0"),
    ("Sanne", "de Vries", "Theewinkel BV", "NL", "Keizersgracht 100", "1015 CW", "Amsterdam", 2, "NL004495445B01", "0"),
)


def address(
    first: str,
    last: str,
    country: str,
    street: str,
    zip_code: str,
    city: str,
    *,
    company: str = "",
    email: str = "",
    phone: str = "",
    vat: str = "",
) -> Json:
    """A postal address with the field names of V2 orders; the VAT number becomes a form field."""
    fields = [{"name": VAT_FIELD, "value": vat}] if vat else []
    return {
        "first_name": first,
        "last_name": last,
        "company": company,
        "street_1": street,
        "street_2": "",
        "city": city,
        "state": "",
        "zip": zip_code,
        "country": COUNTRY_NAMES.get(country, country),
        "country_iso2": country,
        "phone": phone,
        "email": email,
        "form_fields": fields,
    }


def email_of(first: str, last: str) -> str:
    """A made-up e-mail address in a reserved domain."""
    plain = f"{first}.{last}".lower().translate(str.maketrans("åäöéèø ", "aaoeeo-"))
    return f"{plain}@example.com"


def add_customers(store: Store) -> None:
    """Put the customers and their groups into the store."""
    store.customer_groups = [{"id": 1, "name": "Företag Sverige"}, {"id": 2, "name": "EU-företag"}]
    now = store.now()
    for first, last, company, country, street, zip_code, city, group, vat, credit in PEOPLE:
        number = store.number("customer", 11)
        email = email_of(first, last)
        fields = [{"customer_id": number, "name": VAT_FIELD, "value": vat}] if vat else []
        store.customers[number] = {
            "id": number,
            "email": email,
            "first_name": first,
            "last_name": last,
            "company": company,
            "phone": "",
            "registration_ip_address": "",
            "notes": "",
            "tax_exempt_category": "",
            "customer_group_id": group,
            "date_created": now,
            "date_modified": now,
            "address_count": 1,
            "attribute_count": 0,
            "authentication": {"force_password_reset": False},
            "addresses": [
                {
                    "id": number * 10,
                    "customer_id": number,
                    "first_name": first,
                    "last_name": last,
                    "company": company,
                    "address1": street,
                    "address2": "",
                    "city": city,
                    "state_or_province": "",
                    "postal_code": zip_code,
                    "country": COUNTRY_NAMES.get(country, country),
                    "country_code": country,
                    "phone": "",
                    "address_type": "commercial" if company else "residential",
                }
            ],
            "attributes": [],
            "form_fields": fields,
            "store_credit_amounts": [{"amount": Decimal(credit)}],
            "accepts_product_review_abandoned_cart_emails": False,
            "origin_channel_id": 1,
            "channel_ids": [1, 2],
        }
