"""What hosts type or upload to bring along what they have elsewhere."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_lazy

from timetuna.imports.models import BusyShadow
from timetuna.pages.forms.fields import switch
from timetuna.pages.models import BookingPage
from timetuna.providers.base import LoginField
from timetuna.web.forms import WholeForm

_LONGEST_TOKEN = 4_000
_ASCII = gettext_lazy(
    "This holds signs that no such key has. Copy it once more, without what stands around it."
)


class TokenForm(WholeForm):
    """A token that is used once. It never comes back into the page."""

    token = forms.CharField(strip=True)

    def __init__(self, asked: LoginField, data: Any = None) -> None:
        super().__init__(data)
        attrs = {
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "dir": "ltr",
        }
        self.fields["token"] = forms.CharField(
            label=gettext(asked.label),
            help_text=gettext(asked.help),
            max_length=_LONGEST_TOKEN,
            widget=forms.PasswordInput(render_value=False, attrs=attrs),
            error_messages={
                "required": gettext("Paste all of it."),
                "max_length": gettext("This is longer than any such key. Copy it once more."),
            },
        )

    def clean_token(self) -> str:
        """Bearer tokens are signs of one line (RFC 6750)."""
        token = str(self.cleaned_data["token"])
        if not token.isascii() or not token.isprintable() or " " in token:
            raise forms.ValidationError(_ASCII)
        return token


class UploadForm(forms.Form):
    """One file. most: bytes.  accept: what browsers offer to choose."""

    file = forms.FileField()

    def __init__(
        self, *, label: str, help_text: str, accept: str, most: int, data: Any = None, files: Any = None
    ) -> None:
        super().__init__(data, files)
        self.most = most
        self.fields["file"] = forms.FileField(
            label=label,
            help_text=help_text,
            widget=forms.FileInput(attrs={"accept": accept}),
            error_messages={
                "required": gettext("Choose a file."),
                "empty": gettext("This file is empty."),
                "invalid": gettext("Choose a file."),
                "missing": gettext("Choose a file."),
            },
        )

    def content(self) -> tuple[str, bytes]:
        """The file's name and what is in it, cut one byte beyond what may be."""
        file = self.cleaned_data["file"]
        assert isinstance(file, UploadedFile)  # noqa: S101 - said for the type checker
        return file.name or "", file.read(self.most + 1)


class MoveHereForm(WholeForm):
    """Of which page a booking from elsewhere becomes one, and whether its people are told."""

    page = forms.TypedChoiceField(
        label=gettext_lazy("Booking page"),
        coerce=int,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose one of your pages.")
        ),
    )
    told = switch(gettext_lazy("Send our invitation to the guest"), "")

    def __init__(
        self, shadow: BusyShadow, pages: list[BookingPage], *, product: str, data: Any = None
    ) -> None:
        there = shadow.page_id if shadow.page_id in {page.pk for page in pages} else None
        super().__init__(data, initial={"page": there or (pages[0].pk if pages else None), "told": False})
        self.fields["page"].choices = [(page.pk, page.title) for page in pages]  # type: ignore[attr-defined]
        self.fields["told"].help_text = gettext(
            "On: guest and you get a confirmation with our link to the meeting. Off: nobody is mailed now, and the "
            "guest keeps the link or place from %(product)s."
        ) % {"product": product}
