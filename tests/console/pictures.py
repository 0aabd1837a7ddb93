"""Takes the pictures of the console for the docs: `python -m tests.console.pictures docs/images` from the checkout.

The merchant is the one of the tests, so that the pictures show the same figures every time.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from kontera.clock import ManualClock
from kontera.db.ground import open_ground

WIDTH, HEIGHT = 1280, 800


def take(folder: Path) -> list[Path]:
    """The pictures, written into `folder`."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's loop runs in this thread; nobody else uses it
    from kontera.console import moment
    from tests.console.browser import chromium, serving, sign_in
    from tests.console.world import NOW, PASSWORD, build

    moment.set_clock(ManualClock(NOW))
    world = build()
    pages = {
        "today": "",
        "orders": "orders/",
        "order": f"orders/{world.booked.pk}/",
        "cases": "cases/",
        "case": f"cases/{world.cases['ACCOUNT_INACTIVE'].pk}/",
        "rules": "rules/",
        "connections": "connections/",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as base, chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="sv-SE")
        sign_in(page, base, world.people["finance"], PASSWORD)
        for name, path in pages.items():
            page.goto(base + world.path + path)
            if name == "order":
                page.click("summary >> text=Sencha 100 g")
                page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=str(folder / f"{name}.png"))
    return [folder / f"{name}.png" for name in pages]


def main() -> None:
    """Open a database of its own, take the pictures, leave nothing behind."""
    home = tempfile.TemporaryDirectory(prefix="kontera-pictures-")
    Path(home.name).chmod(0o755)
    with home, open_ground(Path(home.name)):
        for picture in take(Path(sys.argv[1])):
            sys.stdout.write(f"{picture} {picture.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main()
