"""The editor's tab Guests."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext, gettext_lazy

from timetuna.lib.crypto import random_token
from timetuna.lib.urls import may_lead_to, website_of
from timetuna.pages.forms import time_spans
from timetuna.pages.forms.fields import switch, whole_number
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.models import BookingPage
from timetuna.web.framing import ANYBODY

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NEVER = "never"
MOST_GUESTS, LONGEST_HOURS = 20, 14 * 24
_HOUR, _DAY = 60, 24 * 60
_NOTICES = (0, _HOUR, 2 * _HOUR, 4 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY, 7 * _DAY)
_REASONS = (
    (BookingPage.AskReason.NO, gettext_lazy("No")),
    (BookingPage.AskReason.OPTIONAL, gettext_lazy("If they like")),
    (BookingPage.AskReason.REQUIRED, gettext_lazy("They have to say")),
)
MOST_WEBSITES = 10
KEY_BYTES = 32
_PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}
_CHOOSE = {
    "required": gettext_lazy("Choose one from the list."),
    "invalid_choice": gettext_lazy("Choose one from the list."),
}


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields under one heading. id: of the heading, for links.  seldom: it is folded until there is something in it."""

    id: str
    title: "StrOrPromise"
    names: tuple[str, ...]
    help_text: "StrOrPromise" = ""
    seldom: bool = False


SECTIONS = (
    FormSection("approval-title", gettext_lazy("Confirmation"), ("approval", "approval_hours")),
    FormSection(
        "changes",
        gettext_lazy("What guests may do"),
        ("change_notice_minutes", "cancel_notice_minutes", "ask_reason", "most_guests"),
        gettext_lazy("By the link in their mail; later they are asked to write to you."),
    ),
    FormSection(
        "after",
        gettext_lazy("After booking"),
        ("redirect_url", "redirect_origins"),
        gettext_lazy(
            "Guests then go on to a page of your own. Its address gets the booking’s id and nothing else; "
            "the mail leads to the booking as always."
        ),
        seldom=True,
    ),
    FormSection(
        "embed",
        gettext_lazy("On your website"),
        ("embed_origins", "embed_details"),
        gettext_lazy(
            "Shows this page as a part of yours. Where scripts do not run, it stays the link that it is."
        ),
        seldom=True,
    ),
    FormSection("signed", gettext_lazy("Links with fixed values"), ("signed_links",), seldom=True),
)


class NoticeField(forms.ChoiceField):
    """Until how long before the start; kept as minutes, None is never."""

    def __init__(self, *, label: "StrOrPromise") -> None:
        super().__init__(label=label, error_messages=_CHOOSE)

    def offer(self, stored: int | None) -> None:
        """Offer the usual lengths, and what is stored."""
        lengths = sorted({*_NOTICES, *([] if stored is None else [stored])})
        self.choices = [*((str(one), _shown(one)) for one in lengths), (NEVER, gettext("Never"))]

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
        gettext_lazy("I confirm each booking"),
        gettext_lazy(
            "Guests then ask for a time. It is taken while you decide, and nothing else happens before your yes."
        ),
    )
    approval_hours = whole_number(
        gettext_lazy("Hours until a request ends by itself"),
        1,
        LONGEST_HOURS,
        gettext_lazy("When you have not answered, or when its time begins. Your guest is told."),
    )
    change_notice_minutes = NoticeField(label=gettext_lazy("Guests may move"))
    cancel_notice_minutes = NoticeField(label=gettext_lazy("Guests may cancel"))
    ask_reason = forms.ChoiceField(
        label=gettext_lazy("Ask for a reason"),
        choices=_REASONS,
        error_messages=_CHOOSE,
        help_text=gettext_lazy("When a guest moves or cancels. You read it in the mail and at the booking."),
    )
    most_guests = whole_number(
        gettext_lazy("Others a guest can bring"),
        0,
        MOST_GUESTS,
        gettext_lazy("Each gets an invitation by mail. 0 lets nobody be brought."),
    )

    redirect_url = forms.CharField(
        label=gettext_lazy("Redirect guests to"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("An address such as https://example.org/thanks. Left empty, they stay here."),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", **_PLAIN}),
        error_messages={"max_length": gettext_lazy("This can have 500 characters at most.")},
    )
    redirect_origins = forms.CharField(
        label=gettext_lazy("Your websites"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy(
            "One a line, such as https://example.org. Guests are led to these and nowhere else, also where a "
            "link to the page asks for it (?redirect=…)."
        ),
        widget=forms.Textarea(attrs={"rows": 3, **_PLAIN}),
        error_messages={"max_length": gettext_lazy("This can have 2,000 characters at most.")},
    )

    embed_origins = forms.CharField(
        label=gettext_lazy("Websites that may show it"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy(
            "One per line, such as https://example.org, or * for any website. Left empty, none may."
        ),
        widget=forms.Textarea(attrs={"rows": 3, **_PLAIN}),
        error_messages={"max_length": gettext_lazy("This can have 2,000 characters at most.")},
    )

    embed_details = switch(
        gettext_lazy("Share guest details with these websites"),
        gettext_lazy(
            "They are told the name and email address of whoever has booked in them, and guests read that. "
            "It needs the websites by name."
        ),
    )
    signed_links = switch(
        gettext_lazy("Signed links"),
        gettext_lazy(
            "Your CRM can then make links whose values guests cannot change. Off, and every link signed so far is "
            "an ordinary one; on again makes a new key."
        ),
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
            sentence = gettext(
                "This is no address that guests can be led to; it should be like https://example.org/thanks."
            )
            if website.startswith("https://"):
                sentence = gettext(
                    "Name %(website)s among your websites below, so that guests can be led there."
                ) % {"website": website}
            self.add_error("redirect_url", sentence)
        if data.get("embed_details") and data.get("embed_origins") in ("", ANYBODY):
            self.add_error(
                "embed_details", gettext("Name the websites above: details are shared with nobody else.")
            )
        return data

    def store(self) -> None:
        """With a key for signed links where there is none yet, and none where they are off."""
        on = self.cleaned_data["signed_links"]
        self.instance.link_key = (self.instance.link_key or random_token(KEY_BYTES)) if on else ""
        super().store()

    def sections(self) -> list[tuple[FormSection, list[forms.BoundField]]]:
        return [(section, self._fields_of(section)) for section in SECTIONS if not section.seldom]

    def folds(self) -> list[tuple[FormSection, list[forms.BoundField], bool]]:
        """Those that are needed seldom, and whether each is open: something is set there, or is wrong."""
        return [
            (section, fields, any(field.value() or field.errors for field in fields))
            for section in SECTIONS
            if section.seldom and (fields := self._fields_of(section))
        ]

    def _fields_of(self, section: FormSection) -> list[forms.BoundField]:
        return [self[name] for name in section.names]


def _websites(typed: str, *, local: bool = False) -> str:
    """Each once, one a line. Raises ValidationError. local: those of one's own machine may do without encryption."""
    found = []
    for line in typed.split():
        website = website_of(line if "://" in line else f"https://{line}")
        near = local and urlsplit(website).hostname in {"localhost", "127.0.0.1"}
        if not (website.startswith("https://") or (website and near)):
            raise forms.ValidationError(
                gettext("“%(text)s” is no website; it should be like https://example.org.")
                % {"text": line[:60]}
            )
        found.append(website)
    if len(set(found)) > MOST_WEBSITES:
        raise forms.ValidationError(
            gettext("There can be %(most)s websites at most.") % {"most": MOST_WEBSITES}
        )
    return "\n".join(dict.fromkeys(found))


def _shown(minutes: int) -> str:
    if not minutes:
        return gettext("Until the start")
    return gettext("Until %(time)s before the start") % {"time": time_spans.show([minutes])}
