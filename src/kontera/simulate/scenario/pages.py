"""`python -m kontera.simulate.scenario.pages`: write docs/reference/scenarios.md anew from the files in scenarios/."""

from __future__ import annotations

from pathlib import Path

from kontera.simulate.scenario.page import page
from kontera.simulate.scenario.parse import parse

PAGE = Path("docs/reference/scenarios.md")


def written(root: Path) -> str:
    """The page as the files under `root` make it. Raises ScenarioError for a file that cannot be read."""
    files = sorted((root / "scenarios").glob("*.scenario"))
    return page([parse(path.read_text(encoding="utf-8"), f"scenarios/{path.name}") for path in files])


if __name__ == "__main__":
    PAGE.write_text(written(Path()), encoding="utf-8")
