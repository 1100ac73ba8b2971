"""The editor's tab Booking."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from timetuna.pages.actions.give_address import AddressOnceUsed, AddressTaken, address_taken, give_address
from timetuna.pages.calendar_use import usable_kinds
from timetuna.pages.forms.fields import LineField, WordsField, switch
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.forms.prices.price import PriceForm
from timetuna.pages.forms.rows import DurationRows
from timetuna.pages.forms.staffing import StaffingForm
from timetuna.pages.meeting_types.base import Lack, MeetingKind, meeting_kinds
from timetuna.pages.models import BookingPage, Duration, MeetingType
from timetuna.pages.slugs import former_use, is_taken, well_formed
from timetuna.texts import can_text
from timetuna.web.forms import Rows

TAKES = "takes_address"
_PHONE = {
    BookingPage.Phone.OFF: gettext_lazy("Not asked"),
    BookingPage.Phone.OPTIONAL: gettext_lazy("Optional"),
    BookingPage.Phone.REQUIRED: gettext_lazy("Required"),
    BookingPage.Phone.VERIFIED: gettext_lazy("Required and verified"),
}


@dataclass(frozen=True, slots=True)
class TypeLine:
    """One meeting type as the template shows it. logo: of who makes its links, as a data: address, or ""."""

    switch: forms.BoundField
    detail: forms.BoundField | None
    lack: Lack | None
    slug: str = ""
    icon: str = ""
    logo: str = ""

    def is_ready(self) -> bool:
        """Whether it can be used, is on, or has something to say."""
        return bool(not self.lack or self.switch.value() or self.switch.errors)


class BookingTabForm(PageForm):
    class Meta:
        model = BookingPage
        fields = ("title", "description", "listed", "link_only", "phone")

    also = ("follows_title", *StaffingForm.base_fields, *PriceForm.base_fields)
    of_others = False

    title = LineField(
        label=gettext_lazy("Title"),
        max_length=120,
        error_messages={"required": gettext_lazy("Give the page a title.")},
    )
    slug = forms.CharField(label=gettext_lazy("Address"), max_length=60, required=False)
    description = WordsField(
        label=gettext_lazy("Description"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy("Shown beside the times."),
    )
    listed = switch(
        gettext_lazy("Listed"),
        gettext_lazy(
            "Guests find it on your list of pages, and search engines may show it. Its address works either way."
        ),
    )
    link_only = switch(
        gettext_lazy("Only with a link"),
        gettext_lazy("Guests need one of the links you create under Share; the address alone is not enough."),
    )
    phone = forms.ChoiceField(
        label=gettext_lazy("Ask for a phone number"),
        choices=_PHONE.items(),
        help_text=gettext_lazy("You read it in the emails and at the booking."),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose one from the list.")
        ),
    )

    def __init__(self, page: BookingPage, data: Any = None, _files: Any = None) -> None:
        self.page = page
        stored = {row.kind: row for row in page.meeting_types.all()}
        self.was_on = {kind for kind, row in stored.items() if row.enabled}
        self.kinds = meeting_kinds()
        made = [kind.slug for kind in self.kinds if kind.makes_link]
        self.usable = usable_kinds([page], made)[page.pk]
        super().__init__(data, initial={"slug": page.slug}, instance=page)
        self._offer_phone()
        for kind in self.kinds:
            self._add_kind(kind, stored.get(kind.slug))
        self.staffing = StaffingForm(page, data)
        self.durations = DurationRows.on(page, data)
        self.prices = PriceForm(page, self.durations, data, others=self.of_others)

    def _offer_phone(self) -> None:
        """A verified number needs a service for texts; a page that has it stays as it is without one."""
        field, verified = self.fields["phone"], BookingPage.Phone.VERIFIED
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - said for the type checker
        if can_text():
            sentence = gettext("Verified: your guest types a code that is sent to it by text.")
        elif self.page.phone == verified:
            sentence = gettext(
                "This server has no service for texts any more: the code goes to your guest’s email address instead."
            )
        else:
            field.choices = [choice for choice in _PHONE.items() if choice[0] != verified]
            sentence = gettext("Verified numbers need a service for texts, which this server does not have.")
        field.help_text = f"{field.help_text} {sentence}"

    def _add_kind(self, kind: MeetingKind, stored: MeetingType | None) -> None:
        self.fields[f"type_{kind.slug}"] = switch(kind.title, kind.help_text)
        self.fields[f"type_{kind.slug}"].widget.attrs["aria-labelledby"] = f"type-{kind.slug}"
        self.initial[f"type_{kind.slug}"] = kind.slug in self.was_on
        if kind.detail:
            self.fields[kind.detail.name] = LineField(
                label=kind.detail.label,
                max_length=kind.detail.longest,
                required=False,
                help_text=kind.detail.help_text,
            )
            self.initial[kind.detail.name] = stored.detail if stored else ""

    def rows(self) -> Iterator[tuple[str, Rows]]:
        yield gettext("Durations"), self.durations

    def inner(self) -> Iterator[forms.Form]:
        yield from self.staffing.inner()
        yield self.prices

    def clean_slug(self) -> str:
        """In lower case; "" has one made from the title, as has a new page's that was left as it was."""
        slug = str(self.cleaned_data["slug"]).lower()
        if self._was_only_named(slug):
            return ""
        if slug and not well_formed(slug):
            raise forms.ValidationError(
                gettext("Use the letters a to z, digits and hyphens, for example intro-call.")
            )
        if slug and is_taken(self.page.owner(), slug, but_page=self.page.pk):
            raise forms.ValidationError(address_taken(self.page))
        if slug != self.page.slug and not self.takes(slug) and (warning := self._warning(slug)):
            raise forms.ValidationError(warning)
        return slug

    def _was_only_named(self, slug: str) -> bool:
        """Whether a new page got its title and nobody typed its address: no script has made it follow."""
        page = self.page
        return (
            page.follows_title
            and slug == page.slug
            and self.cleaned_data.get("title", page.title) != page.title
        )

    def takes(self, slug: str) -> bool:
        """Whether the host has ticked that this very address is to be taken from another page."""
        return str(self.data.get(TAKES, "")) == slug

    def address_warned(self) -> str:
        """The address that was typed if another page had it, else ""; the template asks for a tick then."""
        slug = str(self["slug"].value() or "").strip().lower()
        changed = self.is_bound and slug != self.page.slug and well_formed(slug)
        return slug if changed and self._warning(slug) else ""

    def _warning(self, slug: str) -> str:
        former = former_use(self.page.owner(), slug, but_page=self.page.pk) if slug else None
        if former is None:
            return ""
        if former.page is None:
            return gettext(
                "This was the address of a page that is deleted. Links to it that you have shared would open this page."
            )
        return gettext(
            "This was the address of “%(title)s”. Links to it that you have shared would open this page."
        ) % {"title": former.page.title}

    def clean(self) -> None:
        """Check the meeting types: one at least, each with what it needs."""
        on = self._switched_on()
        if not on:
            self.add_error(None, gettext("Switch on at least one meeting type, so that guests can meet you."))
        for kind in on:
            # A type that was on before its provider went away does not stand in the way of other changes.
            ready = kind.slug in self.was_on or kind.slug in self.usable
            if sentence := kind.refusal(self._detail(kind), ready=ready):
                self.add_error(kind.detail.name if kind.detail else f"type_{kind.slug}", sentence)

    def _switched_on(self) -> list[MeetingKind]:
        return [kind for kind in self.kinds if self.cleaned_data.get(f"type_{kind.slug}")]

    def _detail(self, kind: MeetingKind) -> str:
        return str(self.cleaned_data.get(kind.detail.name, "")) if kind.detail else ""

    def type_lines(self) -> Iterator[TypeLine]:
        for kind in self.kinds:
            lack = None if kind.slug in self.usable else kind.lack(on=kind.slug in self.was_on)
            detail = self[kind.detail.name] if kind.detail else None
            yield TypeLine(self[f"type_{kind.slug}"], detail, lack, kind.slug, kind.icon, kind.logo())

    def ready_types(self) -> list[TypeLine]:
        return [line for line in self.type_lines() if line.is_ready()]

    def other_types(self) -> list[TypeLine]:
        """Those that need something first."""
        return [line for line in self.type_lines() if not line.is_ready()]

    def store(self) -> bool:
        """False where another window took the address in the meantime."""
        page, slug = self.instance, self.cleaned_data["slug"]
        page.follows_title = False
        try:
            give_address(page, slug, takes_former=self.takes(slug))
        except (AddressTaken, AddressOnceUsed) as error:
            self.add_error("slug", str(error))
            return False
        self.staffing.store()
        self.prices.store()
        super().store()
        page.durations.all().delete()
        rows = sorted(self.durations.cleaned(), key=lambda row: row["minutes"])
        Duration.objects.bulk_create(
            Duration(page=page, **{name: row[name] for name in ("minutes", "title", "description", "price")})
            for row in rows
        )
        on = self._switched_on()
        for kind in self.kinds:
            setting = {"enabled": kind in on, "detail": self._detail(kind)}
            MeetingType.objects.update_or_create(page=page, kind=kind.slug, defaults=setting)
        return True


class OthersBookingTabForm(BookingTabForm):
    """For those who do not own the page: what is missing has to be connected by others."""

    of_others = True

    def type_lines(self) -> Iterator[TypeLine]:
        for line in super().type_lines():
            yield replace(line, lack=line.lack and replace(line.lack, connect="", by_calendar=False))
