"""Journal batches and their lines: general journals and customer payments.

Decides defaults of a line, how ids and numbers are kept in step, and which lines a page shows. Posting a batch is
`journal_posting.py`. After facts BC 48-50, 212-233.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kontera.money import ZERO
from kontera.sandboxes.business_central import journal_posting
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import dialog, exists_already, no_relation
from kontera.sandboxes.business_central.fields import ZERO_GUID
from kontera.sandboxes.business_central.odata import Query
from kontera.sandboxes.business_central.registers import default_dimensions
from kontera.sandboxes.business_central.resource import Parent, Resource
from kontera.sandboxes.business_central.store import Record, Table
from kontera.sandboxes.business_central.tables import ENTITIES

GENERAL, PAYMENTS = "GENERAL", "CASHRCPT"
_SERIES = {GENERAL: "GJNL-GEN", PAYMENTS: "GJNL-RCPT"}
_NEED_JOURNAL = "You must specify a journal batch ID or a journal ID to get a journal line."
_LINE_ORDER = ("accountType", "accountId", "accountNumber", "postingDate", "documentNumber", "externalDocumentNumber",
               "amount", "description", "comment", "balanceAccountType", "balancingAccountId",
               "balancingAccountNumber", "taxCode")  # fmt: skip
_PLAIN = frozenset({"postingDate", "documentNumber", "externalDocumentNumber", "amount", "description", "comment",
                    "accountType", "balanceAccountType"})  # fmt: skip


class Batches(Resource):
    """Journal batches of one template; both kinds share a table and are reached by id from either."""

    def __init__(self, name: str, template: str) -> None:
        super().__init__(name)
        self.template = template
        self.actions = ("post",) if name == "journals" else ()

    def table(self, company: Company) -> Table:
        """See Resource."""
        return company.table("journals")

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """See Resource. Another template is shown when the filter names it. BC 225."""
        wanted = query.equals.get("templateDisplayName") if self.name == "journals" else None
        return self.table(company).where(templateDisplayName=wanted[0] if wanted else self.template)

    def find(self, company: Company, identity: str, parent: Parent | None) -> Record | None:
        """See Resource. `journals` reaches any batch by its id."""
        found = self.table(company).get(identity)
        return found if found and (self.name == "journals" or found["templateDisplayName"] == self.template) else None

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        record = {name: each.empty for name, each in ENTITIES["journals"].fields.items() if name != "id"}
        values = self.read(body)
        record.update(values)
        record["templateDisplayName"] = values.get("templateDisplayName") or self.template
        record["_series"] = _SERIES.get(record["templateDisplayName"], "")
        self._balance(company, record, values)
        self.check_key(company, record, None)
        return self.table(company).add(record)

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource. Another code is a rename. BC 224."""
        values = self.read(body)
        self.table(company).edit(record, **values)
        self._balance(company, record, values)
        self.check_key(company, record, record)
        for line in company.table("journalLines").where(journalId=record["id"]):
            company.table("journalLines").edit(line, journalDisplayName=record["code"])

    def remove(self, company: Company, record: Record) -> None:
        """See Resource."""
        for line in company.table("journalLines").where(journalId=record["id"]):
            company.table("journalLines").remove(line)
        self.table(company).remove(record)

    def act(self, company: Company, record: Record, action: str) -> None:
        """See Resource."""
        journal_posting.post(company, record)

    def check_key(self, company: Company, record: Record, own: Record | None) -> None:
        """See Resource; a code is used once per template."""
        if not record["code"]:
            raise dialog("Name must be filled in. Enter a value in Gen. Journal Batch.")
        same = self.table(company).where(code=record["code"], templateDisplayName=record["templateDisplayName"])
        if any(row is not own for row in same):
            raise exists_already("Gen. Journal Batch", f"Name='{record['code']}'")

    def _balance(self, company: Company, record: Record, values: Record) -> None:
        if "balancingAccountId" not in values:
            return
        identity = values["balancingAccountId"]
        number, kind = "", "G/L Account"
        if identity != ZERO_GUID:
            number, kind = account_number(company, identity)
        record["balancingAccountNumber"], record["_balanceType"] = number, kind


def account_number(company: Company, identity: str) -> tuple[str, str]:
    """Number and type of the account (or bank account) behind an id. Raises ApiError when there is none."""
    account = company.table("accounts").get(identity)
    if account is not None:
        return account["number"], "G/L Account"
    for code, bank in company.banks.items():
        if bank["id"] == identity:
            return code, "Bank Account"
    raise dialog('The "balancingAccountId" does not match to an Account.')


class JournalLines(Resource):
    """Lines of a batch. Subclassed for customer payments; both live in one table."""

    def table(self, company: Company) -> Table:
        """See Resource."""
        return company.table("journalLines")

    def shows(self, record: Record) -> bool:
        """Whether this page lists the line. BC 233."""
        return record["_documentType"] == " " and record["accountType"] in ("G/L Account", "Bank Account")

    def rows(self, company: Company, parent: Parent | None, query: Query) -> Iterable[Record]:
        """See Resource. BC 219."""
        if parent is not None:
            lines = self.table(company).where(journalId=parent.record["id"])
        elif query.equals.get("journalId"):
            lines = self.table(company).where(journalId=query.equals["journalId"][0])
        elif query.equals.get("id"):
            lines = self.table(company).where(id=query.equals["id"][0])
        else:
            raise dialog(_NEED_JOURNAL)
        return sorted(filter(self.shows, lines), key=lambda line: int(line["lineNumber"]))

    def insert(self, company: Company, body: dict[str, Any], parent: Parent | None) -> Record:
        """See Resource."""
        values = self.read(body)
        batch = self._batch(company, values, parent)
        record = self._started(company, batch)
        number = values.pop("lineNumber", 0)
        if number:
            self._unused(company, batch["id"], number)
            record["lineNumber"] = number
        self.fill(company, record, values)
        return self.table(company).add(record)

    def modify(self, company: Company, record: Record, body: dict[str, Any]) -> None:
        """See Resource. Another line number renames the line. BC 217, 220."""
        values = self.read(body)
        if values.pop("journalId", record["journalId"]) != record["journalId"]:
            raise dialog(self.fixed_journal)
        if values.pop("journalDisplayName", record["journalDisplayName"]) != record["journalDisplayName"]:
            raise dialog(self.fixed_name)
        number = values.pop("lineNumber", record["lineNumber"])
        if number != record["lineNumber"]:
            self._unused(company, record["journalId"], number)
        self.table(company).edit(record, lineNumber=number)
        self.fill(company, record, {name: value for name, value in values.items() if record[name] != value})

    fixed_journal = "The Journal Batch Id isn't editable."
    fixed_name = "The Journal Batch Display Name isn't editable."

    def _unused(self, company: Company, batch: str, number: int) -> None:
        if self.table(company).where(journalId=batch, lineNumber=number):
            raise exists_already("Gen. Journal Line", f"Line No.='{number}'")

    def _batch(self, company: Company, values: Record, parent: Parent | None) -> Record:
        batch = parent.record if parent else company.table("journals").get(values.get("journalId", ZERO_GUID))
        if batch is None:
            raise dialog(_NEED_JOURNAL)
        if values.pop("journalId", batch["id"]) != batch["id"]:
            raise dialog("The Journal Id and Journal Display Name do not match.")
        if values.pop("journalDisplayName", batch["code"]) != batch["code"]:
            raise dialog("The Journal Id and Journal Display Name do not match.")
        return batch

    def _started(self, company: Company, batch: Record) -> Record:
        """A line with what it takes from the line before and from its batch. BC 50."""
        record: Record = {}
        for entity in ("customerPayments", "journalLines"):
            record.update({name: each.empty for name, each in ENTITIES[entity].fields.items() if name != "id"})
        lines = sorted(self.table(company).where(journalId=batch["id"]), key=lambda line: int(line["lineNumber"]))
        last = lines[-1] if lines else None
        record.update(
            journalId=batch["id"], journalDisplayName=batch["code"], _documentType=" ", _currency="", _dims={},
            lineNumber=(last["lineNumber"] if last else 0) + 10000,
            postingDate=last["postingDate"] if last else company.today(),
            documentNumber=self._document_number(company, batch, lines),
            balancingAccountId=batch["balancingAccountId"], balancingAccountNumber=batch["balancingAccountNumber"],
            balanceAccountType=batch.get("_balanceType", "G/L Account"),
        )  # fmt: skip
        return record

    @staticmethod
    def _document_number(company: Company, batch: Record, lines: list[Record]) -> str:
        series = company.series.get(batch["_series"])
        if not lines:
            return f"{series.prefix}{series.next}" if series else ""
        last: str = lines[-1]["documentNumber"]
        unbalanced = sum((line["amount"] for line in lines if not line["balancingAccountNumber"]), ZERO) != 0
        if unbalanced or series is None:
            return last
        return re.sub(r"\d+$", lambda found: str(int(found[0]) + 1).zfill(len(found[0])), last)

    def fill(self, company: Company, record: Record, values: Record) -> None:
        """Set values in the page's own order, whatever order they were sent in. BC 229."""
        for name in _LINE_ORDER:
            if name not in values:
                continue
            value = values[name]
            if name == "accountType" and value not in ("G/L Account", "Bank Account"):
                raise dialog("Account Type or Bal. Account Type must be G/L Account or Bank Account.")
            if name in _PLAIN:
                record[name] = value
            elif name in ("accountId", "accountNumber"):
                self._account(company, record, values)
            elif name.startswith("balancingAccount"):
                self._balancing(company, record, name, value)
            elif company.switches.copy_vat_to_journal:  # BC 231: otherwise the code is ignored
                record["taxCode"] = value

    def _account(self, company: Company, record: Record, values: Record) -> None:
        accounts = company.table("accounts")
        if record["accountType"] == "Bank Account":
            code = values.get("accountNumber", "")
            bank = company.banks.get(code) or next(
                (each for each in company.banks.values() if each["id"] == values.get("accountId")), None
            )
            if bank is None:
                raise no_relation("Account No.", "Bank Account", code)
            record["accountId"], record["accountNumber"] = bank["id"], bank["code"]
            record["description"] = record["description"] or bank["name"]
            return
        if "accountId" in values and values["accountId"] != ZERO_GUID:
            account = accounts.get(values["accountId"])
            if account is None:
                raise dialog('The "accountId" does not match to an Account.')
            if values.get("accountNumber", account["number"]) != account["number"]:
                raise dialog("The account values do not match to a specific Account.")
        else:
            account = accounts.by("number", values.get("accountNumber", ""))
            if account is None:
                raise dialog('The "accountNumber" does not match to an Account.')
        record["accountId"], record["accountNumber"] = account["id"], account["number"]
        record["description"] = record["description"] or account["displayName"]
        record["_dims"] = {**default_dimensions(company, account["id"]), **record["_dims"]}

    @staticmethod
    def _balancing(company: Company, record: Record, name: str, value: str) -> None:
        if name == "balancingAccountId":
            number, kind = account_number(company, value) if value != ZERO_GUID else ("", "G/L Account")
            record.update(balancingAccountId=value, balancingAccountNumber=number, balanceAccountType=kind)
            return
        table = {"Customer": "customers", "G/L Account": "accounts"}.get(record["balanceAccountType"])
        found = company.table(table).by("number", value) if table else company.banks.get(value)
        if found is None and value:
            raise no_relation("Bal. Account No.", record["balanceAccountType"], value)
        record.update(balancingAccountId=found["id"] if found else ZERO_GUID, balancingAccountNumber=value)


class CustomerPayments(JournalLines):
    """Payments of customers, applied to an invoice. BC 48, 49, 213-222."""

    fixed_journal = "The Journal Id cannot be changed."
    fixed_name = "The Journal Batch Display Name cannot be changed."

    def shows(self, record: Record) -> bool:
        """See JournalLines. BC 221."""
        return bool(record["accountType"] == "Customer" and record["_documentType"] == "Payment")

    def _started(self, company: Company, batch: Record) -> Record:
        record = super()._started(company, batch)
        record["accountType"], record["_documentType"] = "Customer", "Payment"
        return record

    def fill(self, company: Company, record: Record, values: Record) -> None:
        """See JournalLines."""
        self._customer(company, record, values)
        for name in ("postingDate", "documentNumber", "externalDocumentNumber", "amount"):
            if name in values:
                record[name] = values[name]
        self._applied(company, record, values)
        for name in ("description", "comment"):
            if name in values:
                record[name] = values[name]

    def _customer(self, company: Company, record: Record, values: Record) -> None:
        customers = company.table("customers")
        customer = None
        if values.get("customerId", ZERO_GUID) != ZERO_GUID:
            customer = customers.get(values["customerId"])
            if customer is None:
                raise dialog('The "customerId" does not match to a Customer.')
            if values.get("customerNumber", customer["number"]) != customer["number"]:
                raise dialog("The customer values do not match to a specific Customer.")
        elif values.get("customerNumber"):
            customer = customers.by("number", values["customerNumber"])
            if customer is None:
                raise dialog('The "customerNumber" does not match to a Customer.')
        if customer is not None:
            self._take(record, customer)

    @staticmethod
    def _take(record: Record, customer: Record) -> None:
        record.update(
            customerId=customer["id"], customerNumber=customer["number"], accountId=customer["id"],
            accountNumber=customer["number"], description=record["description"] or customer["displayName"],
            _currency=customer["currencyCode"],
        )  # fmt: skip

    def _applied(self, company: Company, record: Record, values: Record) -> None:
        """The invoice by id has to be posted; by number any text goes, and posting finds out. BC 48."""
        invoices = company.table("salesInvoices")
        invoice = None
        if "appliesToInvoiceId" in values and values["appliesToInvoiceId"] != ZERO_GUID:
            invoice = invoices.get(values["appliesToInvoiceId"])
            if invoice is None or not invoice["_posted"]:
                raise dialog('The "appliesToInvoiceId" should be the ID of an Open, Paid, Corrective, or Canceled '
                             "Invoice.")  # fmt: skip
            if values.get("appliesToInvoiceNumber", invoice["number"]) != invoice["number"]:
                raise dialog("The Applies To Invoice values do not match to the same Invoice.")
        elif "appliesToInvoiceNumber" in values:
            found = invoices.by("number", values["appliesToInvoiceNumber"])
            invoice = found if found and found["_posted"] else None
            if invoice is None:
                record["appliesToInvoiceId"] = ZERO_GUID
                record["appliesToInvoiceNumber"] = values["appliesToInvoiceNumber"]
        if invoice is None:
            return
        record["appliesToInvoiceId"], record["appliesToInvoiceNumber"] = invoice["id"], invoice["number"]
        if not record["customerNumber"]:  # BC 49
            self._take(record, company.table("customers").rows[invoice["billToCustomerId"]])
        if record["customerNumber"] == invoice["billToCustomerNumber"]:
            record["_currency"] = invoice["currencyCode"]


def resources() -> list[Resource]:
    """The resources of this module."""
    return [
        Batches("journals", GENERAL),
        Batches("customerPaymentJournals", PAYMENTS),
        JournalLines("journalLines"),
        CustomerPayments("customerPayments"),
    ]
