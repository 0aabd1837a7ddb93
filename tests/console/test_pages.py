"""Every page of the console shows what it should, in both languages."""
from __future__ import annotations
import re
def test_smoke(world, person):
    client = person("finance")
    case = world.cases["ACCOUNT_INACTIVE"]
    for lang in ("sv","en"):
        client.post("/language/", {"language": lang, "next": "/"})
        for p in ("", "?span=all","orders/","orders/?q=307,00","orders/?place=waiting&from=x","orders/export.csv",f"orders/{world.booked.pk}/",f"orders/{world.booked.pk}/facts/1/",f"orders/{world.booked.pk}/requests/","cases/","cases/?tab=resolved","cases/?tab=mine","cases/?tab=finance",f"cases/{case.pk}/","rules/","rules/3/","rules/3/rulebook.toml","connections/","connections/nt/","connections/bok/"):
            r = client.get(world.path + p)
            assert r.status_code == 200, p
