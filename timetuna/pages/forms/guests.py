"""The editor's tab Guests."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms

from timetuna.lib.crypto import random_token
from timetuna.lib.urls import may_lead_to, website_of
from timetuna.pages.forms import time_spans
from timetuna.pages.forms.fields import switch, whole_number
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.models import BookingPage
from timetuna.web.framing import ANYBODY

NEVER = "never"
MOST_GUESTS, LONGEST_HOURS = 20, 14 * 24
_HOUR, _DAY = 60, 24 * 60
_NOTICES = (0, _HOUR, 2 * _HOUR, 4 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY, 7 * _DAY)
_REASONS = (
    (BookingPage.AskReason.NO, "No"),
    (BookingPage.AskReason.OPTIONAL, "If they like"),
    (BookingPage.AskReason.REQUIRED, "They have to say"),
)
MOST_WEBSITES = 10
KEY_BYTES = 32
_PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}
_CHOOSE = {"required": "Choose one from the list.", "invalid_choice": "Choose one from the list."}


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields under one heading. id: of the heading, for links."""

    id: str
    title: str
    names: tuple[str, ...]
    help_text: str = ""


SECTIONS = (
    FormSection("approval-title", "Confirmation", ("approval", "approval_hours")),
    FormSection(
        "changes",
        "Changes",
        ("change_notice_minutes", "cancel_notice_minutes", "ask_reason"),
        "Guests change a booking by the link in their mail. After the time you set here they are asked to write to "
        "you; you yourself can always change it.",
    ),
    FormSection("others", "Others", ("most_guests",)),
    FormSection(
        "after",
        "After booking",
        ("redirect_url", "redirect_origins"),
        "Guests then go on to a page of your own. Its address gets the booking's id and nothing else; the mail leads "
        "to the booking as always.",
    ),
    FormSection(
        "embed",
        "On your website",
        ("embed_origins", "embed_details"),
        "Shows this page as a part of yours. Where scripts do not run, it stays the link that it is.",
    ),
    FormSection("signed", "Links with fixed values", ("signed_links",)),
)


class NoticeField(forms.ChoiceField):
    """Until how long before the start; kept as minutes, None is never."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, error_messages=_CHOOSE)

    def offer(self, stored: int | None) -> None:
        """Offer the usual lengths, and what is stored."""
        lengths = sorted({*_NOTICES, *([] if stored is None else [stored])})
        self.choices = [*((str(one), _shown(one)) for one in lengths), (NEVER, "Never")]

    def prepare_value(self, value: Any) -> Any:
        return NEVER if value is None else str(value)

    def clean(self, value: Any) -> Any:
        """None is never."""
        chosen = super().clean(value)
        return None if chosen == NEVER else int(chosen)


class GuestsTabForm(PageForm):
    """Whether the host confirms each booking, and what guests may do with theirs.

    Requests that wait keep waiting, with or without approval from now on.
    """

    class Meta:
        model = BookingPage
        fields = tuple(name for section in SECTIONS for name in section.names if name != "signed_links")

    also = ("link_key",)

    approval = switch(
        "I confirm each booking",
        "Guests then ask for a time. It is taken while you decide, and nothing else happens before your yes.",
    )
    approval_hours = whole_number(
        "Hours until a request ends by itself",
        1,
        LONGEST_HOURS,
        "When you have not answered, or when its time begins. Your guest is told.",
    )
    change_notice_minutes = NoticeField(label="Guests may move")
    cancel_notice_minutes = NoticeField(label="Guests may cancel")
    ask_reason = forms.ChoiceField(
        label="Ask for a reason",
        choices=_REASONS,
        error_messages=_CHOOSE,
        help_text="When a guest moves or cancels. You read it in the mail and at the booking.",
    )
    most_guests = whole_number(
        "Others a guest can bring",
        0,
        MOST_GUESTS,
        "Each gets an invitation by mail. 0 lets nobody be brought.",
    )

    redirect_url = forms.CharField(
        label="Lead guests to",
        max_length=500,
        required=False,
        help_text="An address such as https://example.org/thanks. Left empty, they stay here.",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", **_PLAIN}),
        error_messages={"max_length": "This can have 500 characters at most."},
    )
    redirect_origins = forms.CharField(
        label="Your websites",
        max_length=2_000,
        required=False,
        help_text="One a line, such as https://example.org. Guests are led to these and nowhere else, also where a "
        "link to the page asks for it (?redirect=…).",
        widget=forms.Textarea(attrs={"rows": 3, **_PLAIN}),
        error_messages={"max_length": "This can have 2,000 characters at most."},
    )

    embed_origins = forms.CharField(
        label="Websites that may show it",
        max_length=2_000,
        required=False,
        help_text="One a line, such as https://example.org, or * for any website. Left empty, none may.",
        widget=forms.Textarea(attrs={"rows": 3, **_PLAIN}),
        error_messages={"max_length": "This can have 2,000 characters at most."},
    )

    embed_details = switch(
        "Share guest details with these websites",
        "They are told the name and mail address of whoever has booked in them, and guests read that. It needs the "
        "websites by name.",
    )
    signed_links = switch(
        "Signed links",
        "Your CRM can then make links whose values guests cannot change. Off, and every link signed so far is "
        "an ordinary one; on again makes a new key.",
    )

    def __init__(self, page: BookingPage, data: Any = None, _files: Any = None) -> None:
        super().__init__(data, instance=page)
        self.initial["signed_links"] = bool(page.link_key)
        for name in ("change_notice_minutes", "cancel_notice_minutes"):
            field = self.fields[name]
            assert isinstance(field, NoticeField)  # noqa: S101 - said for the type checker
            field.offer(self.initial[name])

    def clean_redirect_origins(self) -> str:
        return _websites(self.cleaned_data["redirect_origins"])

    def clean_embed_origins(self) -> str:
        """Beside them, whatever runs on the reader's own machine, where websites are made."""
        typed = self.cleaned_data["embed_origins"]
        return ANYBODY if typed.strip() == ANYBODY else _websites(typed, local=True)

    def clean(self) -> dict[str, Any]:
        """Nobody is led to a website that is not listed."""
        data: dict[str, Any] = self.cleaned_data
        wanted, websites = data.get("redirect_url"), data.get("redirect_origins")
        if wanted and websites is not None and not may_lead_to(wanted, websites.split()):
            website = website_of(wanted)
            sentence = (
                "This is no address that guests can be led to; it should be like https://example.org/thanks."
            )
            if website.startswith("https://"):
                sentence = f"Name {website} among your websites below, so that guests can be led there."
            self.add_error("redirect_url", sentence)
        if data.get("embed_details") and data.get("embed_origins") in ("", ANYBODY):
            self.add_error("embed_details", "Name the websites above: details are shared with nobody else.")
        return data

    def store(self) -> None:
        """With a key for signed links where there is none yet, and none where they are off."""
        on = self.cleaned_data["signed_links"]
        self.instance.link_key = (self.instance.link_key or random_token(KEY_BYTES)) if on else ""
        super().store()

    def sections(self) -> list[tuple[FormSection, list[forms.BoundField]]]:
        return [(section, [self[name] for name in section.names]) for section in SECTIONS]


def _websites(typed: str, *, local: bool = False) -> str:
    """Each once, one a line. Raises ValidationError. local: those of one's own machine may do without encryption."""
    found = []
    for line in typed.split():
        website = website_of(line if "://" in line else f"https://{line}")
        near = local and urlsplit(website).hostname in {"localhost", "127.0.0.1"}
        if not (website.startswith("https://") or (website and near)):
            raise forms.ValidationError(
                f"“{line[:60]}” is no website; it should be like https://example.org."
            )
        found.append(website)
    if len(set(found)) > MOST_WEBSITES:
        raise forms.ValidationError(f"There can be {MOST_WEBSITES} websites at most.")
    return "\n".join(dict.fromkeys(found))


def _shown(minutes: int) -> str:
    return f"Until {time_spans.show([minutes])} before the start" if minutes else "Until the start"
