"""`kontera check`: the laws, held against what this installation keeps."""

from __future__ import annotations

import sys

import click

from kontera.cli.common import grounded, json_option, merchant_named, merchant_option, show, table
from kontera.money import to_plain


@click.command()
@click.argument("names", nargs=-1, metavar="[CHECK]...")
@merchant_option
@json_option
@grounded
def check(names: tuple[str, ...], merchant: str, as_json: bool) -> None:
    """Hold a merchant's books against the laws. Exit code 1 when one is broken."""
    from kontera.proof import laws

    unknown = [name for name in names if name not in laws.CHECKS]
    if unknown:
        raise click.ClickException(f"No check is called {unknown[0]!r} (known: {', '.join(laws.CHECKS)}).")
    findings = laws.check(merchant_named(merchant), list(names))
    rows = [
        (
            finding.check,
            "holds" if not finding.count else f"BROKEN {finding.count}x",
            finding.promise,
            ", ".join(finding.broken),
        )
        for finding in findings
    ]
    show(to_plain(findings), as_json, lambda: table(rows, ("check", "", "promise", "broken by")))
    sys.exit(1 if any(finding.count for finding in findings) else 0)
