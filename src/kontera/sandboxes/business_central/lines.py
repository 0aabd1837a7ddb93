"""The lines of orders, invoices and credit memos: what each property does when it is set.

Decides defaults from items and accounts, quantities, prices, discounts and tax codes. Properties act in the order
they were sent, and one that equals the stored value does nothing. After facts BC 4-7, 17-19, 24-32, 154-174.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from kontera.money import HUNDRED, ONE, ZERO, round_to
from kontera.sandboxes.business_central import amounts
from kontera.sandboxes.business_central.arithmetic import line_amount
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import dialog, field_error, must_have_value, no_relation
from kontera.sandboxes.business_central.fields import ZERO_GUID
from kontera.sandboxes.business_central.kinds import Kind
from kontera.sandboxes.business_central.registers import default_dimensions
from kontera.sandboxes.business_central.store import Record


class Editor:
    """Sets properties of one line, one after the other."""

    def __init__(self, company: Company, kind: Kind, header: Record, line: Record, new: bool) -> None:
        self.company, self.kind, self.header, self.line, self.new = company, kind, header, line, new
        self._setters: dict[str, Callable[[Any], None]] = {
            "itemId": self._item_id,
            "accountId": self._account_id,
            "lineType": self._type,
            "lineObjectNumber": self._object_number,
            "itemVariantId": self._variant,
            "locationId": self._location,
            "unitOfMeasureId": self._unit_id,
            "unitOfMeasureCode": self._unit_code,
            "quantity": self._quantity,
            "unitPrice": self._price,
            "discountAmount": self._discount_amount,
            "discountPercent": self._discount_percent,
            "taxCode": self._tax_code,
            "shipQuantity": self._ship,
            "invoiceQuantity": self._invoice,
        }

    def apply(self, values: Record) -> None:
        """Set what was sent, then work out the amounts."""
        if values.get("itemId", ZERO_GUID) != ZERO_GUID and values.get("accountId", ZERO_GUID) != ZERO_GUID:
            raise dialog('Both "itemId" and "accountId" are specified. Specify only one of them.')
        for name, value in values.items():
            if name == "taxCode":
                if value != self.line["_vatProd"]:
                    self._tax_code(value)
            elif name in ("documentId", "sequence"):
                continue
            elif self.line[name] != value:
                if name in self._setters:
                    self._setters[name](value)
                else:
                    self.line[name] = value
        amounts.revalue(self.company, self.kind, self.header, self.line)

    def _type(self, value: str) -> None:
        """Another type empties the line. BC 28."""
        self._emptied()
        self.line["lineType"] = value

    def _emptied(self) -> None:
        line, kept = self.line, ("id", "documentId", "sequence", "shipmentDate", "lastModifiedDateTime", "_version")
        quantity = line["quantity"]
        self._give_back()
        line.update({name: value for name, value in self.kind.blank_line().items() if name not in kept})
        line["_keptQuantity"] = quantity

    def _item_id(self, value: str) -> None:
        if value == ZERO_GUID:
            return
        self._set_item(self.company.need("items", value, "Item does not exist."))

    def _account_id(self, value: str) -> None:
        if value == ZERO_GUID:
            return
        self._set_account(self.company.need("accounts", value, "Account does not exist."))

    def _object_number(self, value: str) -> None:
        """The number of whatever the line's type stands for; a comment's is a standard text. BC 26, 27."""
        if not self.new:
            raise dialog('The value for "lineObjectNumber" cannot be modified.')
        kind = self.line["lineType"]
        table = {"Item": ("items", "Item"), "Account": ("accounts", "G/L Account")}.get(kind)
        found = self.company.table(table[0]).by("number", value) if table else None
        if found is None:
            raise no_relation("No.", table[1] if table else "Standard Text", value)
        (self._set_item if kind == "Item" else self._set_account)(found)

    def _set_item(self, item: Record) -> None:
        sold = self.kind.name != "salesCreditMemos"
        if item["blocked"]:
            raise field_error(f"Blocked must be equal to 'No'  in Item: No.={item['number']}. Current value is 'Yes'.")
        if item["_salesBlocked"] and sold:
            raise dialog(f"You cannot sell Item {item['number']} because the Sales Blocked check box is selected on "
                         "the Item card.")  # fmt: skip
        if not item["generalProductPostingGroupCode"]:
            raise must_have_value("Gen. Prod. Posting Group", "Item", "No.", item["number"])
        if item["type"] == "Inventory" and not item["inventoryPostingGroupCode"]:
            raise must_have_value("Inventory Posting Group", "Item", "No.", item["number"])
        self._emptied()
        self.line.update(
            lineType="Item", itemId=item["id"], accountId=ZERO_GUID, lineObjectNumber=item["number"],
            description=item["displayName"], description2=item["displayName2"], _allowDisc=True,
            unitOfMeasureId=item["baseUnitOfMeasureId"], unitOfMeasureCode=item["baseUnitOfMeasureCode"],
            _genProd=item["generalProductPostingGroupCode"], locationId=self.header["_location"],
            _dims={**self.header["_dims"], **default_dimensions(self.company, item["id"])},
        )  # fmt: skip
        self._vat(item["_vatProd"])
        self.line["unitPrice"] = self._list_price(item)
        self._requantify()

    def _set_account(self, account: Record) -> None:
        number = account["number"]
        if not account["directPosting"]:
            raise field_error(f"Direct Posting must be equal to 'Yes'  in G/L Account: No.={number}. Current value is "
                              "'No'.")  # fmt: skip
        if account["accountType"] != "Posting":
            raise field_error(f"Account Type must be equal to 'Posting'  in G/L Account: No.={number}. Current value "
                              f"is '{account['accountType']}'.")  # fmt: skip
        if account["blocked"]:
            raise field_error(f"Blocked must be equal to 'No'  in G/L Account: No.={number}. Current value is 'Yes'.")
        self._emptied()
        self.line.update(
            lineType="Account", itemId=ZERO_GUID, accountId=account["id"], lineObjectNumber=number,
            description=account["displayName"], _allowDisc=False, _genProd=account["_genProd"],
            locationId=self.header["_location"],
            _dims={**self.header["_dims"], **default_dimensions(self.company, account["id"])},
        )  # fmt: skip
        self._vat(account["_vatProd"])
        self._requantify()

    def _vat(self, product: str) -> None:
        setup = self.company.vat_setup(self.header["_vatBus"], product)
        self.line.update(
            _vatProd=product, _identifier=setup.identifier, _percent=setup.line_percent, _vatKind=setup.kind
        )

    def _tax_code(self, value: str) -> None:
        """Written as a VAT product posting group, read as a VAT identifier. BC 4."""
        self._testable()
        if self.company.table("taxGroups").by("code", value) is None:
            raise no_relation("VAT Prod. Posting Group", "VAT Product Posting Group", value)
        before = self.line["_percent"]
        self._vat(value)
        if self.header["pricesIncludeTax"] and self.line["lineType"] == "Item":
            price = self.line["unitPrice"] * (HUNDRED + self.line["_percent"]) / (HUNDRED + before)
            self.line["unitPrice"] = round_to(price, 5)

    def _list_price(self, item: Record) -> Decimal:
        """The item's own price in the document's currency, with VAT or without as the document has it."""
        price: Decimal = item["unitPrice"]
        factor = (HUNDRED + self.line["_percent"]) / HUNDRED
        if item["priceIncludesTax"] and not self.header["pricesIncludeTax"]:
            price = price / factor
        elif self.header["pricesIncludeTax"] and not item["priceIncludesTax"]:
            price = price * factor
        return round_to(price / self.header["_rate"], 5).normalize() + ZERO

    def _variant(self, value: str) -> None:
        variant = self.company.table("itemVariants").get(value)
        if value != ZERO_GUID and (variant is None or variant["itemId"] != self.line["itemId"]):
            raise no_relation("Variant Code", "Item Variant", variant["code"] if variant else value)
        self.line["itemVariantId"] = value
        if variant is not None and variant["description"]:
            self.line["description"] = variant["description"]

    def _location(self, value: str) -> None:
        location = self.company.table("locations").get(value)
        if value != ZERO_GUID and location is None:
            raise no_relation("Location Code", "Location", value)
        if location is not None and location.get("_inTransit"):
            raise field_error("Use As In-Transit must be equal to 'No' in Location.")
        self.line["locationId"] = value

    def _unit_id(self, value: str) -> None:
        unit = self.company.table("unitsOfMeasure").get(value)
        if unit is None:
            raise dialog('The "unitOfMeasureId" does not match to a Unit of Measure.')
        self._unit(unit)

    def _unit_code(self, value: str) -> None:
        unit = self.company.table("unitsOfMeasure").by("code", value)
        if unit is None:
            raise no_relation("Unit of Measure Code", "Unit of Measure", value)
        self._unit(unit)

    def _unit(self, unit: Record) -> None:
        item = self.company.table("items").get(self.line["itemId"])
        if item is not None:
            if unit["code"] not in (item["baseUnitOfMeasureCode"], *item.get("_units", ())):
                raise no_relation("Unit of Measure Code", "Item Unit of Measure", unit["code"])
            self._reduce()
            self.line["unitPrice"] = self._list_price(item)
        self.line["unitOfMeasureId"], self.line["unitOfMeasureCode"] = unit["id"], unit["code"]

    def _testable(self) -> None:
        if self.line["lineType"] != "Comment" and not self.line["lineObjectNumber"]:
            raise must_have_value("No.", "Sales Line", "Document No.", self.header["number"])

    def _quantity(self, value: Decimal) -> None:
        """Proposes what to ship, looks the price up again, and gives back its discount (BC 5, 19, 169)."""
        self._testable()
        line = self.line
        if self.kind.ships and abs(value) < abs(line["shippedQuantity"]):
            raise dialog("Quantity must not be less than Quantity Shipped")
        self._reduce()
        line["quantity"] = value
        item = self.company.table("items").get(line["itemId"])
        if item is not None:
            line["unitPrice"] = self._list_price(item)
        self._requantify()

    def _requantify(self) -> None:
        line = self.line
        kept = line.pop("_keptQuantity", None)
        if kept is not None and line["quantity"] == 0:
            line["quantity"] = kept
        line["discountAmount"] = round_to(self._whole() * line["discountPercent"] / HUNDRED, self._decimals())
        if self.kind.ships:
            proposed = self.company.switches.quantity_to_ship == "Remainder"
            line["shipQuantity"] = line["quantity"] - line["shippedQuantity"] if proposed else ZERO
            line["invoiceQuantity"] = line["quantity"] - line["invoicedQuantity"] if proposed else ZERO

    def _decimals(self) -> int:
        return self.company.decimals(self.header["currencyCode"])

    def _whole(self) -> Decimal:
        return round_to(self.line["quantity"] * self.line["unitPrice"], self._decimals())

    def _price(self, value: Decimal) -> None:
        self._testable()
        self._reduce()
        self.line["unitPrice"] = value
        percent = self.line["discountPercent"]
        self.line["discountAmount"] = round_to(self._whole() * percent / HUNDRED, self._decimals())

    def _discount_percent(self, value: Decimal) -> None:
        self._in_range(value)
        self._reduce()
        self.line["discountPercent"] = value
        self.line["discountAmount"] = round_to(self._whole() * value / HUNDRED, self._decimals())

    def _discount_amount(self, value: Decimal) -> None:
        """Takes away the line's share of the invoice discount, the header's value stays. BC 7, 168."""
        whole = self._whole()
        percent = ZERO if whole == 0 else round_to(value / whole * HUNDRED, 5)
        self._in_range(percent)
        self._give_back()
        self.line["discountAmount"] = round_to(value, self._decimals())
        self.line["discountPercent"] = percent.normalize() + ZERO

    @staticmethod
    def _in_range(percent: Decimal) -> None:
        if not 0 <= percent <= HUNDRED:
            raise dialog("The value in the Line Discount % field must be between 0 and 100.")

    def _give_back(self) -> None:
        self.line["_invDisc"] = ZERO

    def _reduce(self) -> None:
        """The header's discount shrinks by the line's share. BC 5."""
        if self.header["_discountKind"] == "amount" and self.line["_invDisc"]:
            self.header["_discount"] -= self.line["_invDisc"]
        self._give_back()

    def _ship(self, value: Decimal) -> None:
        """What to ship next; what to invoice follows. BC 17, 18."""
        line = self.line
        outstanding = line["quantity"] - line["shippedQuantity"]
        if abs(value) > abs(outstanding) or value * outstanding < 0:
            raise dialog(f"You cannot ship more than {_plain(outstanding)} units.")
        line["shipQuantity"] = value
        line["invoiceQuantity"] = line["shippedQuantity"] + value - line["invoicedQuantity"]

    def _invoice(self, value: Decimal) -> None:
        line = self.line
        most = line["shippedQuantity"] + line["shipQuantity"] - line["invoicedQuantity"]
        if abs(value) > abs(most) or value * most < 0:
            raise dialog(f"You cannot invoice more than {_plain(most)} units.")
        line["invoiceQuantity"] = value


def _plain(number: Decimal) -> str:
    return f"{number.normalize() + ZERO:f}"


def converted_price(line: Record, to_gross: bool) -> Decimal:
    """A unit price when the document changes between prices with and without VAT. BC 36."""
    factor = ONE + line["_percent"] / HUNDRED
    price: Decimal = line["unitPrice"] * factor if to_gross else line["unitPrice"] / factor
    return round_to(price, 5).normalize() + ZERO


def restated(line: Record, decimals: int) -> None:
    """The discount amount that follows a converted price."""
    whole = round_to(line["quantity"] * line["unitPrice"], decimals)
    line["discountAmount"] = round_to(whole * line["discountPercent"] / HUNDRED, decimals)
    line["_lineAmount"] = line_amount(line["quantity"], line["unitPrice"], line["discountAmount"], decimals)
