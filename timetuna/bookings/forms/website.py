"""What a host chooses for a page that stands inside another website, and which website that is."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.activity import Changed, Deed, note
from timetuna.lib.urls import website_of
from timetuna.pages.forms.page_form import lock_page
from timetuna.pages.models import BookingPage
from timetuna.web.framing import ANYBODY
from timetuna.web.saving import HostForm

MODES = [
    ("inline", gettext_lazy("In the page")),
    ("popup", gettext_lazy("Popup")),
    ("button", gettext_lazy("Button in the corner")),
]
THEMES = [
    ("auto", gettext_lazy("As on the device")),
    ("light", gettext_lazy("Light")),
    ("dark", gettext_lazy("Dark")),
]
CORNERS = [
    ("bottom-right", gettext_lazy("Bottom right")),
    ("bottom-left", gettext_lazy("Bottom left")),
    ("top-right", gettext_lazy("Top right")),
    ("top-left", gettext_lazy("Top left")),
]
MOST_WEBSITES = 50
_COLOR = re.compile(r"#[0-9a-f]{6}")
_LOCAL = re.compile(r"http://(localhost|127\.0\.0\.1)(:\d+)?")


class EmbedForm(forms.Form):
    """Asked by an address; what cannot be falls back to what it begins with."""

    mode = forms.ChoiceField(label=gettext_lazy("How it is shown"), choices=MODES)
    theme = forms.ChoiceField(label=gettext_lazy("Colours"), choices=THEMES)
    corner = forms.ChoiceField(label=gettext_lazy("Corner"), choices=CORNERS)
    accent = forms.CharField(
        label=gettext_lazy("Accent"), required=False, widget=forms.TextInput(attrs={"type": "color"})
    )
    text = forms.CharField(label=gettext_lazy("Link text"), max_length=60, required=False)

    def __init__(self, data: Any, *, accent: str) -> None:
        begins = {
            "mode": "inline",
            "theme": "auto",
            "corner": "bottom-right",
            "accent": accent,
            "text": gettext("Book a time"),
        }
        given = {name: str(data.get(name) or value).strip() for name, value in begins.items()}
        for name, choices in (("mode", MODES), ("theme", THEMES), ("corner", CORNERS)):
            if given[name] not in dict(choices):
                given[name] = begins[name]
        if not _COLOR.fullmatch(given["accent"].lower()):
            given["accent"] = accent
        given["text"] = given["text"][:60]
        super().__init__(given)
        self.given = given


class WebsiteForm(HostForm):
    """Adds a website to those that may show the page."""

    website = forms.CharField(
        label=gettext_lazy("Your website"),
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "inputmode": "url",
                "autocapitalize": "none",
                "spellcheck": "false",
                "placeholder": "https://",
            }
        ),
        error_messages={
            "required": gettext_lazy("Enter the address of your website."),
            "max_length": gettext_lazy("This is too long for the address of a website."),
        },
    )

    def __init__(self, page: BookingPage, data: Any = None) -> None:
        super().__init__(data)
        self.page = page

    def clean_website(self) -> str:
        typed = str(self.cleaned_data["website"]).strip()
        found = website_of(typed if "://" in typed else f"https://{typed}")
        if not found or not (found.startswith("https://") or _LOCAL.fullmatch(found)):
            raise forms.ValidationError(
                gettext("Enter an address that begins with https://, such as https://example.org.")
            )
        return found

    def lock(self, host_id: int) -> None:  # noqa: ARG002
        lock_page(self.page)

    def store(self) -> bool:
        """False where there are as many as there can be. One that is there already changes nothing."""
        row = BookingPage.objects.get(pk=self.page.pk)
        there, new = row.embed_origins.split(), self.cleaned_data["website"]
        if ANYBODY in there or new in there:
            return True
        if len(there) >= MOST_WEBSITES:
            text = gettext("There can be %(most)d websites. Take one off on the tab Guests first.")
            self.add_error("website", text % {"most": MOST_WEBSITES})
            return False
        BookingPage.objects.filter(pk=row.pk).update(embed_origins="\n".join([*there, new]))
        note(Deed.PAGE_CHANGED, **row.about(), changes=[Changed("Websites that may show it")])
        return True
