"""How a fault in a scenario file is told: where, the line, and what would have been accepted. Decides no rule."""

from __future__ import annotations


class ScenarioError(ValueError):
    """The file cannot be used as it stands. The message starts with file and line."""

    def __init__(self, file: str, line: int, text: str, reason: str, accepted: str = "") -> None:
        told = f"{file}:{line}: {reason}\n    {text.strip()}"
        if accepted:
            told += f"\n  Accepted: {accepted}"
        super().__init__(told)
        self.line = line
