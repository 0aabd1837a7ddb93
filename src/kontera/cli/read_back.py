"""One vendor's sandbox as the demo, the crash test and the bench see it: its public API, and its control plane.

Decides how something is asked and how a refusal is told. What the answers mean is in `read_shops` and `read_ledgers`.
"""

from __future__ import annotations

from typing import Any

import httpx2

_TIMEOUT = 60.0


class Vendor:
    """A running sandbox. told: what it said of itself when it was served (`base_url` and `credentials`)."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.base_url: str = told["base_url"]
        self.keys: dict[str, Any] = told["credentials"]
        self.http = httpx2.Client(timeout=_TIMEOUT)

    def get(self, path: str, params: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """One answer of the public API. Raises httpx2.HTTPStatusError when it refuses."""
        named = {"Accept": "application/json", **headers}
        answer = self.http.get(self.base_url + path, params=params or {}, headers=named)
        answer.raise_for_status()
        return answer

    def view(self, name: str) -> Any:
        """A view of the control plane."""
        return self._control(self.http.get(self._at(name)))

    def act(self, name: str, body: dict[str, Any]) -> Any:
        """A lever of the control plane."""
        return self._control(self.http.post(self._at(f"actions/{name}"), json=body))

    def calls(self) -> dict[str, Any]:
        """What the sandbox counted of the calls made to it."""
        counted: dict[str, Any] = self.view("calls")
        return counted

    def count_anew(self) -> None:
        """Counting begins at zero."""
        self._control(self.http.post(self._at("calls/reset"), json={}))

    def fault(self, **fault: Any) -> None:
        """Something goes wrong from now on."""
        self._control(self.http.post(self._at("faults"), json=fault))

    def no_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._control(self.http.delete(self._at("faults")))

    def _at(self, path: str) -> str:
        return f"{self.base_url}/_sandbox/{path}"

    @staticmethod
    def _control(answer: httpx2.Response) -> Any:
        answer.raise_for_status()
        return answer.json()
