"""What a shop might send that it should not: its own documents with values put where nobody expects them."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

NOISE: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, "", {}, [], True, 0, -1, 7.5, "1e400", "1e-400", "9" * 40, 10**30, "NaN", "Infinity", "12,50"),
        *(" 12.50 ", "å🍵", {"a": 1}, [1], [None], "2026-13-45", "\u0000", "0.0000001", "9" * 17),
    ]
)


def documents_of(folder: Path) -> list[Any]:
    """The vendor's documents among golden translations."""
    files = sorted(path for path in folder.glob("*.json") if not path.name.endswith(".expected.json"))
    return [json.loads(path.read_text()) for path in files]


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a document."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(deeper for key, value in children for deeper in places(value, (*path, key)))]


@st.composite
def damaged(draw: st.DrawFn, documents: Sequence[Any]) -> bytes:
    """One of the documents with one to three values replaced."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(document)[1:]))
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = copy.deepcopy(draw(NOISE))
    return json.dumps(document).encode()
