"""The editor's tab Booking."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import URLValidator

from timetuna.calendars.provider_catalogue import listing
from timetuna.calendars.queries import comes_with_event, conference_kinds, kind_provider, set_up
from timetuna.pages.actions.save_booking import BookingTab, TypeSetting
from timetuna.pages.calendar_use.selection import usable_kinds
from timetuna.pages.forms.durations import duration_rows
from timetuna.pages.forms.fields import LineField, WordsField
from timetuna.pages.meeting_types import IN_PERSON, LINK, PHONE
from timetuna.pages.models import BookingPage
from timetuna.pages.slugs import former_use, is_taken, well_formed
from timetuna.web.forms import Rows, Switch
from timetuna.web.saving import HostForm

ADDRESS_TAKEN = "Another page of yours has this address. Choose a different one."
ADDRESS_ONCE_USED = "Another page of yours had this address until a moment ago. Look at it again."
TAKES = "takes_address"
_DETAILS = {PHONE: "phone_number", IN_PERSON: "place", LINK: "link"}
_COLUMNS = ("title", "slug", "description", "listed")
_FEWEST_DIGITS = 3
_PHONE = re.compile(r"[0-9+()./ #*,;a-z-]+", re.IGNORECASE)
_http_address = URLValidator(schemes=["https", "http"])


def _switch(label: str, help_text: str) -> forms.BooleanField:
    widget = Switch(attrs={"role": "switch"})
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=widget)


@dataclass(frozen=True, slots=True)
class TypeLine:
    """One meeting type as the template shows it.

    note: why guests do not see it. connect: the provider that has to be connected first. by_calendar: or another
    calendar has to be chosen for the page's events.
    """

    switch: forms.BoundField
    detail: forms.BoundField | None = None
    note: str = ""
    connect: str = ""
    by_calendar: bool = False


class BookingTabForm(HostForm):
    """Title, address, description, durations and meeting types of a page."""

    title = LineField(label="Title", max_length=120, error_messages={"required": "Give the page a title."})
    slug = forms.CharField(label="Address", max_length=60, required=False)
    description = WordsField(
        label="Description", max_length=2_000, required=False, help_text="Guests read it beside the times."
    )
    listed = _switch(
        "Listed",
        "It is shown at your own address, beside your other listed pages, and search engines may show it. "
        "Guests who have its address can book it in any case.",
    )
    type_phone = _switch("Phone", "Guests call you, or you call them.")
    phone_number = LineField(
        label="Number guests call",
        max_length=60,
        required=False,
        help_text="Leave it empty to be the one who calls: guests are then asked for their number.",
    )
    type_in_person = _switch("In person", "You meet at a place.")
    place = LineField(
        label="Place",
        max_length=500,
        required=False,
        help_text="Guests read it on the page and in the invitation.",
    )
    type_link = _switch("Custom link", "The same link for every meeting, such as your own video room.")
    link = LineField(label="Link", max_length=500, required=False, help_text="It begins with https://.")

    def __init__(self, page: BookingPage, data: Any = None) -> None:
        """Show the page's stored settings, or what was sent in `data`."""
        self.page = page
        stored = {row.kind: row for row in page.meeting_types.all()}
        self.was_on = {kind for kind, row in stored.items() if row.enabled}
        self.providers = conference_kinds()
        self.usable = usable_kinds(page.host_id, [page], self.providers)[page.pk]
        initial: dict[str, Any] = {name: getattr(page, name) for name in _COLUMNS}
        initial |= {f"type_{kind}": kind in self.was_on for kind in (*self.providers, *_DETAILS)}
        initial |= {name: stored[kind].detail for kind, name in _DETAILS.items() if kind in stored}
        super().__init__(data, initial=initial)
        for kind, label in self.providers.items():
            help_text = f"Every booking gets its own {label} link."
            self.fields[f"type_{kind}"] = _switch(label, help_text)
        self.durations = duration_rows(data=data, stored=page.durations.all())

    def rows(self) -> Iterator[tuple[str, Rows]]:
        """Yield the durations."""
        yield "Durations", self.durations

    def clean_slug(self) -> str:
        """Return the address in lower case; "" has one made from the title."""
        slug = str(self.cleaned_data["slug"]).lower()
        if slug and not well_formed(slug):
            raise forms.ValidationError("Use the letters a to z, digits and hyphens, for example intro-call.")
        if slug and is_taken(self.page.host_id, slug, but_page=self.page.pk):
            raise forms.ValidationError(ADDRESS_TAKEN)
        if slug != self.page.slug and not self.takes(slug) and (warning := self._warning(slug)):
            raise forms.ValidationError(warning)
        return slug

    def takes(self, slug: str) -> bool:
        """Say whether the host has ticked that this very address is to be taken from another page."""
        return str(self.data.get(TAKES, "")) == slug

    def address_warned(self) -> str:
        """Return the address that was typed if another page had it, else ""; the template asks for a tick then."""
        slug = str(self["slug"].value() or "").strip().lower()
        changed = self.is_bound and slug != self.page.slug and well_formed(slug)
        return slug if changed and self._warning(slug) else ""

    def _warning(self, slug: str) -> str:
        former = former_use(self.page.host_id, slug, but_page=self.page.pk) if slug else None
        if former is None:
            return ""
        owner = (
            f"the address of “{former.page.title}”"
            if former.page
            else "the address of a page that is deleted"
        )
        return f"This was {owner}. Links to it that you have shared would open this page."

    def clean(self) -> None:
        """Check the meeting types: one at least, each with what it needs."""
        on = self._switched_on()
        if not on:
            self.add_error(None, "Switch on at least one meeting type, so that guests can meet you.")
        for kind in on:
            if kind in self.providers:
                self._clean_provider(kind)
            else:
                self._clean_detail(kind, self.cleaned_data.get(_DETAILS[kind], ""))

    def _switched_on(self) -> list[str]:
        kinds = (*self.providers, *_DETAILS)
        return [kind for kind in kinds if self.cleaned_data.get(f"type_{kind}")]

    def _clean_provider(self, kind: str) -> None:
        # A type that was on before its provider went away does not stand in the way of other changes.
        if kind in self.was_on or kind in self.usable:
            return
        label, maker = self.providers[kind], _maker(kind)
        sentence = f"{label} is not connected yet. Connect {maker}, then save again."
        if comes_with_event(kind):
            sentence = (
                f"{label} needs a calendar that can carry it to get this page's new events. "
                f"Connect {maker} or choose another calendar, then save again."
            )
        self.add_error(f"type_{kind}", sentence if set_up(kind) else _not_set_up(label))

    def _clean_detail(self, kind: str, detail: str) -> None:
        if kind == PHONE and detail and not _is_phone_number(detail):
            self.add_error(
                "phone_number", "Enter a phone number with its country code, such as +49 30 901820."
            )
        if kind == IN_PERSON and not detail:
            self.add_error("place", "Enter the place where you meet.")
        if kind == LINK and not _is_web_address(detail):
            self.add_error("link", "Enter a full address that begins with https://.")

    def type_lines(self) -> Iterator[TypeLine]:
        """Return the meeting types in order, ready to be shown."""
        for kind, label in self.providers.items():
            switch = self[f"type_{kind}"]
            if kind in self.usable:
                yield TypeLine(switch)
            elif not set_up(kind):
                yield TypeLine(switch, note=_not_set_up(label))
            else:
                lacks = "not connected"
                if comes_with_event(kind):
                    lacks = "the calendar that gets this page's events cannot carry it"
                note = f"{label} is on, but {lacks}: guests do not see it."
                if kind not in self.was_on:
                    note = f"{label}: {lacks}." if comes_with_event(kind) else f"{label} is {lacks} yet."
                yield TypeLine(switch, note=note, connect=_maker(kind), by_calendar=comes_with_event(kind))
        for kind, name in _DETAILS.items():
            yield TypeLine(self[f"type_{kind}"], detail=self[name])

    def values(self) -> BookingTab:
        """Return the valid tab."""
        on, data = self._switched_on(), self.cleaned_data
        return BookingTab(
            title=data["title"],
            slug=data["slug"],
            description=data["description"],
            listed=data["listed"],
            takes_former=self.takes(data["slug"]),
            durations=self.durations.values(),
            meeting_types=[
                TypeSetting(kind, kind in on, data[_DETAILS[kind]] if kind in _DETAILS else "")
                for kind in (*self.providers, *_DETAILS)
            ],
        )


def _maker(kind: str) -> str:
    """Return the name of the provider to connect for a kind of meeting."""
    found = listing(kind_provider(kind))
    return found.label if found else kind


def _not_set_up(label: str) -> str:
    return f"{label} is not set up on this server; whoever runs it can add its keys to the settings."


def _is_phone_number(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return digits >= _FEWEST_DIGITS and _PHONE.fullmatch(text) is not None


def _is_web_address(text: str) -> bool:
    try:
        _http_address(text)
    except forms.ValidationError:
        return False
    return True
