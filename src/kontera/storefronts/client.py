"""HTTP to one shop, as far as it is alike for every vendor: reads, harmless writes, and what an answer's status means.

Decides what a status says about us where the vendor has no rule of its own: busy, down, sign in, scope, gone, our
fault. A page for people is never an answer. Never looks into an order, and never repeats a call: the lane does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from kontera.calls import Answer, Caller, asked_to_wait
from kontera.storefronts.fields import Node, Unreadable, parse
from kontera.storefronts.trouble import Troubles

T = TypeVar("T")
_WORDS = ("error", "message", "error_description", "title")


class ShopClient(ABC):
    """The base of a vendor's client. Safe to use from several threads, as the caller is. connection: its name in
    cases."""

    def __init__(self, caller: Caller, connection: str) -> None:
        self._caller = caller
        self._trouble = Troubles(caller, connection, self.words)

    @abstractmethod
    def ask(self, method: str, path: str, params: Mapping[str, str], content: bytes | None) -> Answer:
        """Send one request with the vendor's own way of showing the key."""

    def scope(self, method: str, path: str) -> str:
        """What a key lacks that may not do this, as the shop's own settings name it."""
        return f"{'read' if method == 'GET' else 'write'} {path.strip('/').split('/')[0]}"

    def words(self, body: bytes) -> str:
        """The shop's own sentence about a refusal; of a page for people the first words."""
        try:
            refusal = Node(parse(body), "$")
            return next((refusal.text(name) for name in _WORDS if refusal.has(name)), "")
        except Unreadable:
            return body[:200].decode("utf-8", "replace").strip()

    def judged(self, answer: Answer, method: str, path: str) -> bytes | None:
        """The body of an answer that is one; None when there is no such thing. Raises what the status means."""
        trouble, request = self._trouble, f"{method} {path}"
        if answer.status == 429:
            raise trouble.busy(request, answer, asked_to_wait(answer.headers))
        if answer.status >= 500 or not answer.is_json:
            raise trouble.down(request, answer, maintenance=answer.status == 503 or answer.status < 500)
        if answer.status == 401:
            raise trouble.sign_in(self.words(answer.body))
        if answer.status == 403:
            raise trouble.scope(self.scope(method, path), answer.body)
        return trouble.settled(request, answer)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> bytes | None:
        """The body of one read; None when the thing does not exist. Raises NeedsSignIn, NeedsOperator, WillRetry or
        OurFault."""
        return self.judged(self.ask("GET", path, params or {}, None), "GET", path)

    def send(self, method: str, path: str, content: object) -> bytes:
        """One write that is harmless to repeat. Errors as `get`."""
        body = self.judged(self.ask(method, path, {}, msgspec.json.encode(content)), method, path)
        if body is None:
            raise self._trouble.fault(f"{method} {path}", 404, b"")
        return body

    def whole(self, path: str, params: Mapping[str, str] | None = None) -> Node:
        """The one object an address answers with. Errors as `get`; WillRetry for half an answer."""
        try:
            return Node(parse(self.get(path, params) or b""), "$")
        except Unreadable as error:
            raise self._trouble.garbled(f"GET {path}") from error

    def page(self, path: str, params: Mapping[str, str]) -> list[bytes]:
        """One page of a list, each element exactly as the shop wrote it."""
        body = self.get(path, params)
        try:
            return [bytes(raw) for raw in msgspec.json.decode(body or b"[]", type=list[msgspec.Raw])]
        except msgspec.MsgspecError as error:
            raise self._trouble.garbled(f"GET {path}") from error

    def read_as(self, kind: type[T], raws: Sequence[bytes], path: str) -> list[T]:
        """The elements of a list in a shape of ours; numbers may come as text. Raises WillRetry for another shape."""
        try:
            return [msgspec.json.decode(raw, type=kind, strict=False) for raw in raws]
        except msgspec.MsgspecError as error:
            raise self._trouble.garbled(f"GET {path}") from error
