"""`kontera connect`: bad input is refused in words and leaves nothing behind (M98 M118)."""

from __future__ import annotations

from pathlib import Path

from kontera.connections import store
from kontera.db.models import Connection, Merchant
from tests.cli.conftest import Say

KEYS = ("--set", "client_id=a", "--set", "client_secret=b")


def test_a_refused_connection_leaves_no_merchant_behind(say: Say, slug: str) -> None:
    """The whole command or nothing."""
    for wrong in (("--set", "vat_codes=rubbish"), ("--code", "a b"), ("--ledger", "none"), ("--since", "soon")):
        done = say("connect", "fortnox", "--merchant", slug, *KEYS, *wrong)
        assert 1 == done.exit_code, done.output
        assert not Merchant.objects.filter(slug=slug).exists()


def test_a_merchant_whose_name_no_address_can_hold_is_refused(say: Say) -> None:
    """Said before anything is written."""
    for name in ("nordisk te", "te/ab", "x" * 51):
        done = say("connect", "fortnox", "--merchant", name, *KEYS)
        assert 1 == done.exit_code
        assert "the merchant's short name" in done.output
        assert not Merchant.objects.filter(slug=name[:50]).exists()


def test_secrets_come_from_a_file_or_from_standard_input(say: Say, slug: str, tmp_path: Path) -> None:
    """Neither in the shell's history nor in the list of processes."""
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    done = say("connect", "fortnox", "--merchant", slug, "--set", "client_id=a", "--set", f"client_secret=@{file}")
    assert 0 == done.exit_code, done.output
    made = Connection.objects.get(merchant__slug=slug)
    assert "from a file" == store.settings_of(made)["client_secret"]
    done = say("connect", "fortnox", "--merchant", slug, "--set", "client_secret=-", stdin="typed\n")
    assert 0 == done.exit_code, done.output
    made.refresh_from_db()
    assert "typed" == store.settings_of(made)["client_secret"]
    done = say("connect", "fortnox", "--merchant", slug, "--set", f"client_secret=@{tmp_path}/none")
    assert (1, True) == (done.exit_code, "cannot be read" in done.output)


def test_what_is_next_is_said(say: Say, slug: str) -> None:
    """A ledger with consent: sign in, then ask whether it is ready."""
    done = say("connect", "fortnox", "--merchant", slug, "--code", "fx", *KEYS)
    assert [
        "Connected Fortnox as 'fx'.",
        f"Next, consent there: kontera sign-in fx --merchant {slug}",
        f"Then ask whether everything is there: kontera readiness fx --merchant {slug}",
    ] == done.output.splitlines()
    assert Merchant.objects.get(slug=slug).rulebooks.exists()


def test_without_a_vendor_every_setting_is_listed(say: Say) -> None:
    """With its choices, its default and what it is for; not those Kontera keeps itself."""
    said = say("connect").output
    assert "(one of authorization_code, client_credentials; without it authorization_code)" in said
    assert "Client secret (required; secret)" in said
    assert "Example: OSSDE19=19:2670" in said
    assert "refresh_token" not in said
