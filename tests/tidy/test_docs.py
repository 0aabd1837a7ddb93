"""The docs name only what exists: commands, settings, pages. M104 M123."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import click

from kontera.cli import main
from kontera.connections.registry import VENDORS
from tests.tidy.source import ROOT, report, texts

PAGES = {path: text for path, text in texts().items() if path.endswith(".md") and not path.startswith("tests/")}
_FENCE = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def _commands(text: str) -> list[list[str]]:
    """The kontera commands in a page, continued lines joined: lists of words."""
    said = [line for block in _FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    said += re.findall(r"`(kontera [^`]+)`", text)
    return [line.split()[1:] for line in said if line.strip().startswith("kontera ")]


def command_faults(words: list[str]) -> list[str]:
    """What is wrong with a command a page tells people to type: unknown commands, options and settings."""
    found: click.Command = main
    context = click.Context(main)
    rest = list(words)
    while rest and isinstance(found, click.Group) and not rest[0].startswith("-"):
        below = found.get_command(context, rest[0])
        if below is None:
            return [f"no command {rest[0]!r}"]
        found = below
        rest.pop(0)
    known = {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    faults = [f"no option {word!r}" for word in rest if word.startswith("--") and word not in known]
    if words[0] == "connect" and rest and rest[0] in VENDORS:
        settings = {setting.name for setting in VENDORS[rest[0]].settings()}
        named = [word.partition("=")[0] for before, word in pairwise(rest) if before == "--set"]
        faults += [f"{rest[0]} has no setting {name!r}" for name in named if name not in settings]
    return faults


def link_faults(path: str, text: str) -> list[str]:
    """Links within the checkout that lead nowhere."""
    folder = (ROOT / path).parent
    return [f"{path}: {link} leads nowhere" for link in _LINK.findall(text) if not (folder / link).exists()]


def test_every_command_in_the_docs_exists() -> None:
    """M123: what a page tells people to type works."""
    findings = [
        f"{path}: kontera {' '.join(words)}: {fault}"
        for path, text in PAGES.items()
        for words in _commands(text)
        for fault in command_faults(words)
    ]
    assert not findings, report(findings)


def test_every_link_in_the_docs_leads_somewhere() -> None:
    """M98: a case page can be reached from where it is named."""
    findings = [finding for path, text in PAGES.items() for finding in link_faults(path, text)]
    assert not findings, report(findings)


def test_every_picture_is_shown() -> None:
    """A picture on no page is seen by nobody and grows old."""
    shown = {link.rpartition("/")[2] for text in PAGES.values() for link in _LINK.findall(text)}
    assert set() == {path.name for path in (ROOT / "docs" / "images").iterdir()} - shown


def test_a_command_that_does_not_exist_is_found() -> None:
    """Commands, options and settings."""
    assert ["no command 'fly'"] == command_faults(["fly"])
    assert ["no option '--high'"] == command_faults(["serve", "--high"])
    assert ["fortnox has no setting 'colour'"] == command_faults(["connect", "fortnox", "--set", "colour=red"])
    assert [] == command_faults(["rules", "import", "rules.toml", "--reason", "x"])


def test_commands_are_read_from_blocks_and_text() -> None:
    """Continued lines are one command."""
    page = "`kontera check`\n```sh\nkontera connect fortnox \\\n    --set a=b\nmake test\n```\n"
    assert [["connect", "fortnox", "--set", "a=b"], ["check"]] == _commands(page)


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    """Addresses on the internet are not looked at."""
    assert ["docs/start.md: nowhere.md leads nowhere"] == link_faults(
        "docs/start.md", "[a](nowhere.md) [b](https://x.y)"
    )
