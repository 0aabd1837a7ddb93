"""Every table, by room: who (merchants), where (connections), what came in (intake), what goes out (posting), what
waits (cases) and who did what (audit)."""

from kontera.db.models.audit import AuditEntry, Exchange
from kontera.db.models.cases import Case, CaseWaiter, Decision
from kontera.db.models.connections import Binding, Connection, Lane, SetupSnapshot
from kontera.db.models.intake import Cursor, Fact, Look, Notice
from kontera.db.models.merchants import Membership, Merchant, Role
from kontera.db.models.posting import OutboxDocument, PostedEntry, RulebookVersion, ShopOrder

__all__ = [
    "AuditEntry",
    "Binding",
    "Case",
    "CaseWaiter",
    "Connection",
    "Cursor",
    "Decision",
    "Exchange",
    "Fact",
    "Lane",
    "Look",
    "Membership",
    "Merchant",
    "Notice",
    "OutboxDocument",
    "PostedEntry",
    "Role",
    "RulebookVersion",
    "SetupSnapshot",
    "ShopOrder",
]
