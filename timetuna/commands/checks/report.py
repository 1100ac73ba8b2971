"""What `timetuna check` finds, line by line."""

from collections.abc import Callable
from dataclasses import dataclass, field

MARKS = {"ok": "ok     ", "note": "note   ", "missing": "missing"}


@dataclass
class Report:
    """Prints findings as they come, and remembers whether something necessary is missing."""

    show: Callable[[str], None] = print
    missing: list[str] = field(default_factory=list)

    def heading(self, text: str) -> None:
        self.show(f"\n{text}")

    def ok(self, sentence: str) -> None:
        self._line("ok", sentence)

    def note(self, sentence: str) -> None:
        """What does not work, or could be better, though TimeTuna runs."""
        self._line("note", sentence)

    def lacks(self, sentence: str) -> None:
        """What is missing though necessary, and how to mend it."""
        self.missing.append(sentence)
        self._line("missing", sentence)

    def _line(self, mark: str, sentence: str) -> None:
        self.show(f"  {MARKS[mark]}  {sentence}")
