"""A scenario file's text as words. Pure: the same text gives the same scenario, or the same error with its line."""

from __future__ import annotations

from kontera.simulate.scenario.events import event_of, is_event
from kontera.simulate.scenario.expected import balance_of, effect_of, is_balance, is_expected
from kontera.simulate.scenario.header import header_of, is_header
from kontera.simulate.scenario.lexer import Text, lines_of
from kontera.simulate.scenario.words import Effect, Event, Posted, Scenario, Step


def parse(text: str, file: str, *, unfinished: bool = False) -> Scenario:
    """The scenario in `text`. Raises ScenarioError, naming `file` and the line.

    unfinished: events without an expected part are let through, for `accept` to fill.
    """
    lines = lines_of(text, file)
    top = [line for line in lines if is_header(line)]
    header = header_of(text, file, top)
    rest = [line for line in lines if line not in top]
    steps, balances = _Reader(rest, unfinished).read()
    return Scenario(file=file, header=header, steps=steps, balances=balances, text=text)


class _Reader:
    """Walks the lines below the header."""

    def __init__(self, lines: list[Text], unfinished: bool) -> None:
        self._lines = lines
        self._unfinished = unfinished
        self._at = 0

    def read(self) -> tuple[tuple[Step, ...], tuple[Posted, ...]]:
        """All steps, and the balances at the end."""
        steps: list[Step] = []
        balances: list[Posted] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if is_event(line):
                if balances:
                    raise line.refuse("Nothing can happen after the balances at the end")
                steps.append(self._step())
            elif is_balance(line):
                balances.append(balance_of(line))
                self._at += 1
            elif is_expected(line):
                raise line.refuse("Nothing happened before this", "an event, beginning with its date")
            else:
                said = "DATE something happens | expect ... | then ACCOUNT holds AMOUNT"
                raise line.refuse("This line belongs to nothing", said)
        return tuple(steps), tuple(balances)

    def _step(self) -> Step:
        events: list[Event] = []
        while self._at < len(self._lines) and is_event(self._lines[self._at]):
            if events and self._unfinished and self._lines[self._at].number > self._lines[self._at - 1].number + 1:
                break  # where nothing is expected yet, an empty line says where a step ends
            line, below = self._block()
            event = event_of(line, below)
            if events and event.at < events[-1].at and event.timed:
                raise line.refuse("This happens before the event above it")
            events.append(event)
        end = self._lines[self._at - 1].number
        first = self._lines[self._at] if self._at < len(self._lines) else None
        if first is None or not is_expected(first):
            if self._unfinished:
                return Step(events=tuple(events), end=end)
            line = self._lines[self._at - 1]
            raise line.refuse("What must be so after this is not said", "expect ... | expect nothing")
        effects = self._effects()
        last = self._lines[self._at - 1].number
        return Step(events=tuple(events), expected=effects, first=first.number, last=last, end=end)

    def _effects(self) -> tuple[Effect, ...]:
        found: list[Effect] = []
        while self._at < len(self._lines) and is_expected(self._lines[self._at]):
            line, below = self._block()
            effect = effect_of(line, below)
            if effect is not None:
                found.append(effect)
        return tuple(found)

    def _block(self) -> tuple[Text, list[Text]]:
        """A line and what is indented below it."""
        line = self._lines[self._at]
        self._at += 1
        below = []
        while self._at < len(self._lines) and self._lines[self._at].indented:
            below.append(self._lines[self._at])
            self._at += 1
        return line, below
