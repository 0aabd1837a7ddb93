"""Rulebooks: written and read without loss, errors with lines, the most specific rule wins and ties are errors."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontera.accounting.documents import VatRegion
from kontera.accounting.match import Facts, Tie, choose
from kontera.accounting.rulebook import (
    BookingMatch,
    BookingRule,
    CustomerMatch,
    CustomerRule,
    PaymentMatch,
    PaymentRule,
    RevenueMatch,
    RevenueRule,
    Rulebook,
    VatMatch,
    VatRule,
)
from kontera.accounting.rulebook_toml import RulebookError, dump, line_of, load, numbered, rule_with_line
from kontera.accounting.starter import starter_text
from kontera.commerce import LineKind

from .help import SE_BAS, facts, line, order, problems, rules, tax

SMALL = """\
name = "small"
version = 3
valid_from = 2026-01-01

[accounts]
receivable = "1510"
rounding = "3740"
gift_card_debt = "2421"
store_credit_debt = "2420"
exchange_gain = "3960"
exchange_loss = "7960"

[currency]
rate_source = "ledger"

[[booking]]
id = "all"
match = {}
mode = "invoice"
book = true
when = "placed"

[[customers]]
id = "all"
match = {}
identify = ["email", "collective"]
update = "always"

[[vat]]
id = "se-25"
match = { country = "SE", rate = 25 }
vat_code = "MP1"
vat_account = "2611"

[[vat]]
id = "food"
match = { rate = [12, 13.5], tax_class = '''
[[vat]]
id = "not a rule"
''' }
"""

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=12)
MAYBE_WORDS = st.none() | WORDS | st.lists(WORDS, min_size=1, max_size=3).map(tuple)
RATES = st.decimals(0, 99, places=2)
MAYBE_RATES = st.none() | RATES | st.lists(RATES, min_size=1, max_size=3).map(tuple)
VAT_MATCHES = st.builds(
    VatMatch,
    country=MAYBE_WORDS,
    rate=MAYBE_RATES,
    tax_class=MAYBE_WORDS,
    customer=st.sampled_from([None, "private", "company"]),
    region=st.none() | st.sampled_from(VatRegion) | st.lists(st.sampled_from(VatRegion), min_size=1).map(tuple),
)
REVENUE_MATCHES = st.builds(RevenueMatch, kind=st.none() | st.sampled_from(LineKind), sku=MAYBE_WORDS, rate=MAYBE_RATES)


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    """Any rulebook a merchant could write."""
    optional = st.just("") | WORDS
    vat = [
        VatRule(id=f"v{number}", match=match, vat_code=draw(optional), vat_account=draw(optional))
        for number, match in enumerate(draw(st.lists(VAT_MATCHES, max_size=4)))
    ]
    revenue = [
        RevenueRule(id=f"r{number}", match=match, account=draw(WORDS), cost_centre=draw(optional))
        for number, match in enumerate(draw(st.lists(REVENUE_MATCHES, max_size=4)))
    ]
    start = draw(st.none() | st.dates())
    booking = BookingRule(id="b", match=BookingMatch(), valid_from=start, mode="order", book=False, when="paid")
    payment = PaymentRule(id="p", match=PaymentMatch(method=draw(MAYBE_WORDS)), account="1580", settle="leave_open")
    customers = CustomerRule(id="c", match=CustomerMatch(), identify=("vat", "shop_id"), update="never")
    return msgspec.structs.replace(
        SE_BAS,
        name=draw(WORDS),
        version=draw(st.integers(1, 99)),
        vat=tuple(vat),
        revenue=tuple(revenue),
        booking=(booking,),
        payment=(payment,),
        customers=(customers,),
    )


@given(rulebooks())
def test_a_rulebook_written_and_read_again_is_the_same(rulebook: Rulebook) -> None:
    """N9 N3: rules are data that can be exported, kept and imported without loss."""
    assert rulebook == load(dump(rulebook))


@pytest.mark.parametrize("text", [SMALL, starter_text("se-bas")])
def test_a_file_read_and_written_says_the_same(text: str) -> None:
    """Nothing a merchant wrote is lost or added by reading and writing it (comments are not data)."""
    before = tomllib.loads(text, parse_float=Decimal)
    assert before == tomllib.loads(dump(load(text)), parse_float=Decimal)


@pytest.mark.parametrize(
    ("old", "new", "line_number", "says"),
    [
        ('country = "SE"', 'contry = "SE"', 31, "unknown field `contry`"),
        ("vat_code =", "vat_cod =", 32, "unknown field `vat_cod`"),
        ("[currency]", "[curency]", 13, "unknown field `curency`"),
        ("rate = 25", 'rate = "25"', 31, "without quotes"),
        ('vat_account = "2611"', 'vat_account = ""', 33, "leave the key out"),
        ("rate = 25", "rate = []", 31, "leave the key out"),
        ('"placed"', '"plced"', 21, "plced"),
        ('rate_source = "ledger"', 'rate_source = "bank"', 14, "bank"),
        ("version = 3", 'version = "3"', 2, "Expected `int`"),
        ('receivable = "1510"', "", 5, "missing required field `receivable`"),
        ('id = "food"', 'id = "se-25"', 35, "'se-25' is used twice"),
        ('id = "food"', 'id = "food"\nbefore = "x"', 35, "names no vat rule"),
        ('id = "all"\nmatch = {}\nmode', 'id = "all"\nmatch = { store = "nt" }\nmode', 16, "must have an empty match"),
        ("version = 3", "version = ", 2, "Invalid value"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_line(old: str, new: str, line_number: int, says: str) -> None:
    """An unknown key is an error, never ignored; the message starts with file and line."""
    assert SMALL.count(old) == 1
    with pytest.raises(RulebookError) as caught:
        load(SMALL.replace(old, new), "rules/se.toml")
    message = str(caught.value)
    assert message.startswith(f"rules/se.toml:{line_number}: "), message
    assert says in message


def test_lines_are_found_past_texts_that_look_like_rules() -> None:
    """A long text that holds `[[vat]]` is not a rule."""
    assert line_of(SMALL, "$.vat[1]") == 35
    assert line_of(SMALL, "$.vat[1].match.rate") == 37


def vat(rule_id: str, before: str = "", **match: object) -> VatRule:
    """A VAT rule."""
    return VatRule(id=rule_id, match=msgspec.convert(match, VatMatch), before=before)


GERMANY = Facts(country="DE", rate=Decimal("19.0000"), tax_class="books", customer="company", region="eu_distance")


@pytest.mark.parametrize(
    ("matches", "winner"),
    [
        ([{}], 0),
        ([{}, {"country": "DE"}], 1),
        ([{"country": "DE", "rate": 19}, {"country": "DE"}], 0),
        ([{"country": ["FR", "DE"], "rate": [7, 19]}, {"country": "DE"}], 0),
        ([{"tax_class": "b*ks"}, {"country": "FR", "rate": 19, "customer": "company"}], 0),
        ([{"region": ["export", "eu_distance"]}, {}], 0),
        ([{"country": "SE"}, {"rate": 7}, {"customer": "private"}, {"region": "export"}], None),
        ([{"tax_class": "b.oks"}, {"tax_class": "boo"}], None),
    ],
)
def test_the_rule_with_most_matching_dimensions_wins(matches: list[dict[str, object]], winner: int | None) -> None:
    """M40: precedence is the number of matched dimensions and does not depend on order."""
    given_rules = [vat(str(number), **match) for number, match in enumerate(matches)]
    expected = None if winner is None else given_rules[winner]
    assert expected == choose(given_rules, GERMANY)
    assert expected == choose(given_rules[::-1], GERMANY)


def test_equally_specific_rules_tie_unless_one_says_before() -> None:
    """A tie is an answer, never a choice; `before` settles it, and only between the rules that name each other."""
    first, second, third = vat("a", country="DE"), vat("b", rate=19), vat("c", customer="company")
    assert Tie(first, second) == choose([first, second], GERMANY)
    ahead = vat("a", before="b", country="DE")
    assert ahead == choose([second, ahead], GERMANY)
    assert isinstance(choose([ahead, second, third], GERMANY), Tie)


def test_a_tie_holds_the_order_and_names_both_rules_with_their_lines() -> None:
    """M45: two rules for the same sale: the order waits and finance sees which two lines of which rulebook."""
    added = '[[vat]]\nid = "mine"\nmatch = { country = "SE", rate = 25 }\nvat_code = "X"\nvat_account = "2611"\n'
    rulebook = rules(added)
    the_order = order(line("125.00", tax(25, "25.00")), paid="klarna")
    assert problems(the_order, rulebook) == [("RULES_AMBIGUOUS", "rules:vat.se-25|vat.mine")]
    named = facts(the_order, rulebook)
    text = dump(rulebook).split("\n")
    for key, rule_id in (("first", "se-25"), ("second", "mine")):
        number = int(named[key].partition("(line ")[2].partition(":")[0])
        assert text[number - 1] == "[[vat]]"
        assert f'id = "{rule_id}"' == text[number]
    assert ["vat.mine", 'line 371: match = { country = "SE", rate = 25 })'][0] in named["second"]
    assert named["second"] == rule_with_line(rulebook, "vat", rulebook.vat[-1])


@pytest.mark.parametrize(
    "said", ["version = 1", "version=1", "  version = 0x1F # 2", "'version' = 1", '"version" = 1_0']
)
def test_a_rulebook_is_given_its_number_and_keeps_everything_else(said: str) -> None:
    """M40: the number that counts is the one it is kept under, however the file wrote its own."""
    text = starter_text("se-bas").replace("version = 1", said, 1)
    named_in_a_text = text.replace('name = "se-bas"', 'name = "version = 3"')
    for one in (text, named_in_a_text):
        read = load(numbered(one, 42))
        assert 42 == read.version
        assert msgspec.structs.replace(read, version=load(one).version) == load(one)
    assert text.count("#") == numbered(text, 42).count("#"), "comments stay"
