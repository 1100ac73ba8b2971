"""What a browser would send for the forms of a page, in the order of the page and without JavaScript."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Pairs = list[tuple[str, str]]
UNSENT = {"submit", "button", "reset", "image", "file"}
ROWS = {
    "durations": ("minutes", "title", "description", "price"),
}
TICKED = {"checkbox", "radio"}


@dataclass
class Form:
    """One form: where it goes, "" for the page itself, its fields, and its named buttons, of which one is pressed."""

    action: str
    method: str
    fields: Pairs = field(default_factory=list)
    buttons: Pairs = field(default_factory=list)

    def names(self) -> list[str]:
        """Return the names of the fields, each once, in order."""
        return list(dict(self.fields))

    def with_values(self, **changes: str | None) -> Pairs:
        """Return the fields with other values in them; None takes a field away, a new name comes last but one."""
        kept = [
            (name, changes.get(name) or "") if name in changes else (name, value)
            for name, value in self.fields
        ]
        known = self.names()
        fresh = [(name, value) for name, value in changes.items() if name not in known and value is not None]
        return [*(pair for pair in kept[:-1] if changes.get(pair[0], "") is not None), *fresh, *kept[-1:]]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open = False
        self.template = 0
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []
        self.text: list[str] | None = None
        self.named = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "template":
            self.template += 1
        elif tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get").lower()))
            self.open = True
        elif tag == "option" and self.select is not None:
            self.options.append((found.get("value", ""), "selected" in found))
        elif self.open and not self.template and "disabled" not in found and "form" not in found:
            self._control(tag, found)

    def _control(self, tag: str, found: dict[str, str]) -> None:
        name, kind = found.get("name", ""), found.get("type", "text")
        if tag == "button" and name and kind != "button" and "formaction" not in found:
            self.forms[-1].buttons.append((name, found.get("value", "")))
        elif tag == "select" and name:
            self.select, self.options = name, []
        elif tag == "textarea":
            self.named, self.text = name, []
        elif tag == "input" and name and kind not in UNSENT and (kind not in TICKED or "checked" in found):
            self.forms[-1].fields.append((name, found.get("value", "on" if kind in TICKED else "")))

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.template -= 1
        elif tag == "form":
            self.open = False
        elif tag == "textarea" and self.text is not None:
            if self.named:
                self.forms[-1].fields.append((self.named, "".join(self.text).removeprefix("\n")))
            self.text = None
        elif tag == "select" and self.select is not None:
            chosen = [value for value, selected in self.options if selected] or [
                value for value, _ in self.options[:1]
            ]
            self.forms[-1].fields += [(self.select, value) for value in chosen]
            self.select = None


def forms_of(page: str) -> list[Form]:
    """Return the forms that are sent by POST."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return [form for form in reader.forms if form.method == "post"]


def main_form(page: str) -> Form:
    """Return the form with the most fields, an empty one where the page has none."""
    return max(forms_of(page), key=lambda form: len(form.fields), default=Form("", "post"))


def rows_sent(rows: list[dict[str, Any]], prefix: str, *, initial: int = 0) -> dict[str, Any]:
    """Return what a browser sends for a formset's rows; what a row does not name is empty in it."""
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    blank = dict.fromkeys(ROWS[prefix], "")
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in (blank | row).items()}
    return data


def days_sent(windows: Mapping[int, Sequence[tuple[str, str]]]) -> dict[str, str]:
    """Return what is typed for the days of a week, by weekday; the others are closed."""
    return {
        f"day{day}": ", ".join(f"{start}-{end}" for start, end in windows.get(day, ())) for day in range(7)
    }


def emptied(client: Any, path: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return what is sent when `data` is all that the page's form holds: its other fields empty, switches off."""
    form = main_form(client.get(path).content.decode())
    blank = {name: "" for name in form.names() if not re.search(r"_FORMS$|-[0-9]+-", name)}
    return blank | {name: value for name, value in form.fields if name == "version"} | data


def submit(client: Any, path: str, data: dict[str, Any], **options: Any) -> Any:
    """Open the page and send its form with nothing but `data` in it."""
    return client.post(path, emptied(client, path, data), **options)
