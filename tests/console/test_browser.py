"""The console in a real browser: the way of a bookkeeper, both languages, the keyboard alone, narrow screens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kontera.clock import ManualClock, SystemClock
from kontera.console import actions, moment
from kontera.db.models import Case, CaseWaiter, Connection, Decision, Lane, ShopOrder
from kontera.work import engine
from tests.console import browser
from tests.console.test_voucher import summary_in
from tests.console.world import NOW, PASSWORD, World, build

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.skipif(not browser.CHROMIUM.exists(), reason=f"{browser.CHROMIUM} is not installed")


def aside(work: Callable[[], Any]) -> Any:
    """Do database work in a thread of its own: playwright's loop runs in this one."""
    from django.db import connections

    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results[0]


@pytest.fixture(scope="module")
def shop(ground: Path) -> Iterator[World]:
    """A merchant that the served console sees. It has no lanes and wakes none: no other test's worker takes it up."""
    quiet = pytest.MonkeyPatch()
    quiet.setattr(engine, "wake", lambda connection: False)
    moment.set_clock(ManualClock(NOW))
    world: World = aside(build)
    aside(lambda: Lane.objects.filter(merchant=world.merchant).delete())
    yield world
    aside(lambda: Connection.objects.filter(merchant=world.merchant).update(live=False))
    quiet.undo()
    moment.set_clock(SystemClock())


@dataclass
class Visit:
    """A page, and everything it did that it should not."""

    page: Page
    base: str
    world: World
    faults: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> None:
        """Go to one of the merchant's pages."""
        self.page.goto(self.base + self.world.path + path)


@pytest.fixture(scope="module")
def served(shop: World) -> Iterator[tuple[Any, str]]:
    """A browser and the console's address."""
    with browser.serving() as base, browser.chromium() as chromium:
        yield chromium, base


@pytest.fixture
def visit(served: tuple[Any, str], shop: World) -> Iterator[Visit]:
    """Signed in as finance, 1280 wide. Afterwards: no console error, no failed page, nothing asked of another host."""
    chromium, base = served
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="sv-SE")
    page = context.new_page()
    page.set_default_timeout(15000)
    found = Visit(page, base, shop)
    page.on(
        "console", lambda message: found.faults.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    page.on("request", lambda asked: found.faults.append(asked.url) if not asked.url.startswith(base) else None)
    browser.sign_in(page, base, shop.people["finance"], PASSWORD)
    yield found
    assert [] == found.faults
    context.close()


def released(case: Case, author: str, reason: str, orders: list[int] | None = None) -> int:
    """What `posting` does when every order passes: the waiters go, the case is resolved, the decision stays."""
    waiters = CaseWaiter.objects.filter(case=case, released_at=None)
    found = list(waiters.values_list("order_id", flat=True))
    waiters.update(released_at=NOW)
    ShopOrder.objects.filter(pk__in=found).update(place="posting")
    Case.objects.filter(pk=case.pk).update(phase="resolved", resolved_at=NOW)
    Decision.objects.create(
        merchant=case.merchant, case=case, author=author, choice="try_again", reason=reason, decided_at=NOW
    )
    return len(found)


def test_a_bookkeepers_morning(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """M87 M97 M98 N4: Today -> Cases -> a case -> leave two out, release the rest -> an order -> why this account."""
    monkeypatch.setattr(actions, "check_again", released)
    page = visit.page
    assert "Idag" == page.inner_text("h1")
    page.click("nav >> text=Ärenden")
    page.click("text=Konto 3002 är inaktivt i Fortnox")
    assert "Register > Kontoplan" in page.inner_text("main")
    assert page.is_disabled("text=Släpp valda")
    page.check("tbody tr:nth-child(1) input")
    page.check("tbody tr:nth-child(2) input")
    assert "2" == page.inner_text("text=Släpp valda >> span")
    page.check("text=Lämna utanför bokföringen")
    page.click("text=Besluta för valda")
    assert page.evaluate("document.querySelector('#reason').matches(':invalid')")
    page.fill("#reason", "Provordrar")
    page.click("text=Besluta för valda")
    assert "Beslutet gäller 2 ordrar och är sparat." == page.inner_text("[role=status]").strip()
    page.fill("#reason", "Kontot är aktiverat i Fortnox")
    page.click("text=Kontrollera igen och släpp alla 4")
    assert "Löst" in page.inner_text("article")
    assert "Kontot är aktiverat i Fortnox" in page.inner_text("main")
    assert "Provordrar" in page.inner_text("main")
    page.fill("#find", "270")
    page.press("#find", "Enter")
    page.wait_for_url(f"**/orders/{visit.world.booked.pk}/")
    page.click("summary >> text=Sencha 100 g")
    page.click(".why a >> text=revenue.tea-12")
    page.wait_for_url("**/rules/3/#revenue.tea-12")
    assert "3002" in page.inner_text("[id='revenue.tea-12']")


def test_the_keyboard_is_enough(visit: Visit) -> None:
    """Rows, selection, search, help, drawer and menu without a mouse; focus is always seen."""
    page, keys = visit.page, visit.page.keyboard
    keys.press("g")
    keys.press("o")
    page.wait_for_url("**/orders/")
    keys.press("j")
    keys.press("j")
    keys.press("k")
    assert "1081" == page.inner_text("tr.at th")
    assert "2px" == page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    keys.press("Enter")
    page.wait_for_url("**/orders/*/")
    keys.press(".")
    page.wait_for_selector("#drawer:not([hidden]) >> text=Inga anrop")
    keys.press("Escape")
    assert page.is_hidden("#drawer")
    keys.press("?")
    assert page.is_visible("dialog[open] >> text=Nästa och föregående rad")
    keys.press("Escape")
    assert 0 == page.locator("dialog[open]").count()
    keys.press("F3")
    assert "find" == page.evaluate("document.activeElement.id")
    keys.type("1079 jkx?.")
    assert "1079 jkx?." == page.input_value("#find")
    keys.press("Escape")
    keys.press("/")
    page.fill("#find", "1079")
    keys.press("Enter")
    page.wait_for_selector("h1 >> text=Order 1079")


def test_x_selects_the_row(visit: Visit) -> None:
    """And the button says how many are chosen."""
    visit.open(f"cases/{visit.world.cases['VAT_UNMAPPED'].pk}/")
    for key in ("j", "x", "j", "x"):
        visit.page.keyboard.press(key)
    assert "2" == visit.page.inner_text("[data-chosen] >> nth=0")
    visit.page.keyboard.press("x")
    assert "1" == visit.page.inner_text("[data-chosen] >> nth=0")


def test_english_is_complete(visit: Visit) -> None:
    """The switch changes the page one is on, and no Swedish is left on any page."""
    page = visit.page
    page.click("text=English")
    assert ("en", "Today") == (page.get_attribute("html", "lang"), page.inner_text("h1"))
    for path, title in (
        ("orders/", "Orders"),
        ("cases/", "Cases"),
        ("rules/", "Rules"),
        ("connections/", "Connections"),
    ):
        visit.open(path)
        assert title == page.inner_text("h1")
        for word in ("Ordrar", "Ärenden", "Bokförd", "väntar", "Kopplingar"):
            assert word not in page.inner_text("body"), (path, word)


def test_the_drawer_fetches_the_requests(visit: Visit) -> None:
    """Once opened, the requests and answers of the order are there."""
    visit.open(f"orders/{visit.world.booked.pk}/")
    visit.page.keyboard.press(".")
    visit.page.wait_for_selector("#drawer >> text=api.fortnox.example/3/invoices")


def test_readiness_is_asked_without_leaving_the_page(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """M118: the list appears under the button."""
    from kontera.calls import ReadinessCheck

    ready = [ReadinessCheck(name="Kundfaktura", function="invoice", ok=True)]
    monkeypatch.setattr(actions, "readiness", lambda connection: ready)
    visit.open("connections/bok/")
    visit.page.click("text=Fråga nu")
    visit.page.wait_for_selector("#readiness >> text=på plats")


def test_today_refreshes_by_itself(visit: Visit) -> None:
    """M11: a new order shows without a reload."""
    page = visit.page
    before = page.inner_text(".stage-left_out strong >> nth=0")
    order = visit.world.booked.pk
    aside(lambda: ShopOrder.objects.filter(pk=order).update(place="left_out"))
    page.evaluate("document.activeElement.blur(); document.body.dispatchEvent(new Event('refresh'))")
    page.wait_for_selector(f".stage-left_out strong >> text='{int(before) + 1}'")
    aside(lambda: ShopOrder.objects.filter(pk=order).update(place="booked"))


PAGES = (
    "",
    "orders/",
    "orders/{order}/",
    "orders/{order}/facts/1/",
    "vouchers/{voucher}/",
    "cases/",
    "cases/{case}/",
    "rules/",
    "connections/",
    "connections/bok/",
)

AUDIT = """() => {
  const seen = (e) => e.getClientRects().length > 0;
  const name = (e) => e.getAttribute('aria-label') || e.textContent?.trim() || e.title ||
    (e.getAttribute('aria-labelledby') && document.getElementById(e.getAttribute('aria-labelledby'))?.innerText);
  const faults = [];
  if (!document.documentElement.lang) faults.push('no lang');
  if (!document.title.trim()) faults.push('no title');
  if (document.querySelectorAll('h1').length !== 1) faults.push('h1: ' + document.querySelectorAll('h1').length);
  let level = 1;
  for (const h of document.querySelectorAll('main h1, main h2, main h3, main h4')) {
    const now = Number(h.tagName[1]);
    if (now > level + 1) faults.push('heading jumps: ' + h.innerText);
    level = now;
  }
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!e.labels?.length && !e.getAttribute('aria-label')) faults.push('no label: ' + e.outerHTML);
  for (const e of document.querySelectorAll('a, button, summary'))
    if (seen(e) && !name(e)) faults.push('no name: ' + e.outerHTML);
  for (const e of document.querySelectorAll('nav, aside, dialog'))
    if (!name(e)) faults.push('landmark without name: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('thead th'))
    if (e.scope !== 'col') faults.push('th without scope: ' + e.outerHTML);
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((x) => x === id).length > 1) faults.push('id twice: ' + id);
  for (const e of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
    for (const a of ['aria-labelledby', 'aria-describedby'])
      if (e.hasAttribute(a) && !document.getElementById(e.getAttribute(a))) faults.push(a + ': ' + e.getAttribute(a));
  return faults;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_and_fit_wide_and_narrow(visit: Visit, path: str) -> None:
    """Labels, headings, names, landmarks and ids in order; no sideways scrolling at 1280 and 390."""
    where = {"order": visit.world.booked.pk, "case": visit.world.cases["VAT_UNMAPPED"].pk}
    where["voucher"] = aside(lambda: summary_in(visit.world)[0].pk) if "{voucher}" in path else 0
    visit.open(path.format(**where))
    assert [] == visit.page.evaluate(AUDIT)
    for width in (1280, 390):
        visit.page.set_viewport_size({"width": width, "height": 800})
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_contrast_is_readable_in_light_and_dark(visit: Visit) -> None:
    """WCAG AA for the texts of Today: 4.5 to 1, in both schemes."""
    measure = """() => {
      const parse = (c) => (c.match(/[\\d.]+/g) ?? []).map(Number);
      const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
      const ground = (e) => {
        for (; e; e = e.parentElement) {
          const c = parse(getComputedStyle(e).backgroundColor);
          if (c.length === 3 || c[3] === 1) return c;
        }
        return [255, 255, 255];
      };
      const bad = [];
      for (const e of document.querySelectorAll('main *')) {
        if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length) continue;
        const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
        if ((a + .05) / (b + .05) < 4.5) bad.push(e.className + ': ' + e.innerText);
      }
      return bad;
    }"""
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        for path in ("", "orders/", f"orders/{visit.world.booked.pk}/"):
            visit.open(path)
            assert [] == visit.page.evaluate(measure), (scheme, path)


def test_print_shows_the_order_without_the_controls(visit: Visit) -> None:
    """What an auditor puts in a binder."""
    visit.open(f"orders/{visit.world.booked.pk}/")
    visit.page.emulate_media(media="print")
    assert visit.page.is_hidden(".top nav")
    assert visit.page.is_hidden("text=Läs igen från butiken")
    assert visit.page.is_visible("text=Utgående moms 12 %")
