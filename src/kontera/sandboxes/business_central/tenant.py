"""One tenant: its companies, the resources they share, and its webhook subscriptions.

Decides how a company is found. It knows no HTTP.
"""

from __future__ import annotations

from kontera.clock import Clock
from kontera.sandboxes.business_central import (
    dims,
    documents,
    journals,
    partners,
    registers,
    seed,
    shipments,
)
from kontera.sandboxes.business_central.company import Company
from kontera.sandboxes.business_central.errors import ApiError
from kontera.sandboxes.business_central.hooks import Hooks
from kontera.sandboxes.business_central.resource import Resource

FIRST_COMPANY = "CRONUS Sverige AB"


class Tenant:
    """Everything behind one API root."""

    def __init__(self, clock: Clock, names: tuple[str, ...] = (FIRST_COMPANY,)) -> None:
        self.clock = clock
        modules = (partners, documents, shipments, journals, registers, dims)
        self.resources: dict[str, Resource] = {each.name: each for module in modules for each in module.resources()}
        self.companies: dict[str, Company] = {}
        self.hooks = Hooks(self)
        for name in names:
            self.open(name)

    def open(self, name: str) -> Company:
        """A fresh company under this name."""
        made = seed.company(name, self.clock)
        self.companies[made.id] = made
        made.log.listener = lambda changes: self.hooks.changed(made, changes)
        return made

    def company_of(self, key: str) -> Company:
        """The company with this id or name. Raises ApiError when there is none."""
        found = self.companies.get(key.lower())
        found = found or next((each for each in self.companies.values() if each.name == key), None)
        if found is None:
            raise ApiError(404, "Internal_CompanyNotFound", f"Cannot find a company with the id or name '{key}'.")
        return found
