"""Writes the reference pages of the problem codes from the catalogue: `python -m kontera.cases.pages [folder]`.

Decides how a page looks. The pages are generated so that the docs, the console and the terminal say the same; a test
fails when they are out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kontera.cases.catalogue import LASTS, CaseText, Severity, Team, Wording, catalogue, words

FOLDER = Path("docs/reference/cases")

HEADS = {
    "en": {"why": "Why", "do": "What to do", "safe": "What is safe"},
    "sv": {"why": "Varför", "do": "Vad du gör", "safe": "Vad du kan vara lugn för"},
}

SEVERITIES = {
    Severity.CONNECTION: "Everything on the connection waits until it is mended.",
    Severity.MANY: "All orders with the same cause wait in one case and are released together.",
    Severity.ONE: "Each order is a case of its own.",
    Severity.PASSING: (
        f"Passes by itself. When nothing has got through for {LASTS.seconds // 60} minutes it becomes a case about the "
        "connection, which is resolved by itself when the vendor answers again."
    ),
    Severity.NOTED: "Shown where it is met, on the order or by readiness; never a case of its own.",
}


def page(entry: CaseText) -> str:
    """The page of one code, in Markdown: both languages, where, who, and what makes up the cause."""
    lines = [
        f"# {entry.code}",
        "",
        f"Owner: **{words().teams[entry.owner]['en']}** ({words().teams[entry.owner]['sv']}). "
        f"{SEVERITIES[entry.severity]}",
    ]
    if entry.together and entry.severity not in (Severity.PASSING, Severity.NOTED):
        lines += ["", f"Orders wait together when these are equal: {_list(entry.together)}."]
    for language, name in (("sv", "Svenska"), ("en", "English")):
        lines += ["", f"## {name}", "", *_wording(entry.wording(language), language), "", *_where(entry, language)]
    lines += ["", f"Facts it carries: {_list(entry.facts)}."]
    if entry.buttons:
        buttons = [_named(words().buttons[button]["en"], "en") for button in entry.buttons]
        lines += ["", f"From the case: {'; '.join(buttons)}."]
    return "\n".join(lines) + "\n"


def index() -> str:
    """The index page, grouped by the team that owns the problem (M95), the worst first."""
    order = list(Severity)
    lines = [
        "# Cases: every problem code",
        "",
        "A case is one problem with all orders that wait for it. Each code belongs to one team, says in Swedish and",
        "English what is wrong, what to do and where, and releases everything that waits when it is mended.",
        "These pages are generated from `src/kontera/cases/catalogue/` by `make pages`.",
    ]
    for team in Team:
        mine = [entry for entry in catalogue().values() if entry.owner is team]
        if mine:
            names = words().teams[team]
            lines += ["", f"## {names['en']} ({names['sv']})", "", "| Code | What is wrong |", "|---|---|"]
            for entry in sorted(mine, key=lambda entry: (order.index(entry.severity), entry.code)):
                lines.append(f"| [{entry.code}]({entry.code}.md) | {_named(entry.en.title, 'en')} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """File name -> content, the index included."""
    return {"index.md": index(), **{f"{code}.md": page(entry) for code, entry in catalogue().items()}}


def write(folder: Path) -> None:
    """Make the folder hold exactly these pages: write them, remove pages of codes that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()


def _wording(wording: Wording, language: str) -> list[str]:
    heads = HEADS[language]
    return [
        f"**{_named(wording.title, language)}**",
        "",
        f"{heads['why']}: {_named(wording.body, language)}",
        "",
        f"{heads['do']}: {_named(wording.action, language)}",
        "",
        f"{heads['safe']}: {_named(wording.safe, language)}",
    ]


def _where(entry: CaseText, language: str) -> list[str]:
    return [f"- {words().vendor(vendor)}: {_named(path, language)}" for vendor, path in entry.places(language).items()]


def _named(text: str, language: str) -> str:
    """With the general words for shop and ledger, a capital first letter, and facts as `{fact}`."""
    for name, said in words().generic.items():
        text = text.replace("{" + name + "}", said[language])
    return (text[:1].upper() + text[1:]).replace("{", "`{").replace("}", "}`")


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
