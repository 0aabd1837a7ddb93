"""`kontera sign-in`: a person consents at the vendor, and the connection gets its keys."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import click

from kontera.cli.common import CLOCK, author, connection_coded, grounded, merchant_named, merchant_option, told
from kontera.errors import KonteraError


@click.command()
@click.argument("code")
@click.option("--answer", help="The whole address the vendor sent you back to; asked for when not given.")
@merchant_option
@grounded
def sign_in(code: str, answer: str | None, merchant: str) -> None:
    """Consent for the connection CODE: open the address shown, consent, and give back where you were sent."""
    from kontera.connections.signing_in import ConsentRefused, consent_address, finish_consent
    from kontera.work import engine

    connection = connection_coded(merchant_named(merchant), code)
    try:
        if answer is None:
            click.echo(f"Open this address and consent:\n\n{consent_address(connection, author())}\n")
            click.echo(f"If the browser then shows the page of {connection.name} in Kontera, you are done: Ctrl+C.")
            answer = click.prompt("The address you were sent back to")
        given = {name: values[-1] for name, values in parse_qs(urlsplit(str(answer)).query).items()}
        if "code" not in given or "state" not in given:
            reason = given.get("error_description", given.get("error", "it holds no code"))
            raise click.ClickException(f"That address does not say that you consented: {reason}.")
        finish_consent(given["code"], given["state"], CLOCK)
    except ConsentRefused as error:
        raise click.ClickException(str(error)) from error
    except KonteraError as error:
        raise click.ClickException(told(error.problem)) from error
    engine.wake(connection.pk)
    click.echo(f"{connection.name} is signed in.")
