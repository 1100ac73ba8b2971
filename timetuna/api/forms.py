"""What a host says of a new key."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from timetuna.api.actions.keys import NewKey
from timetuna.api.scopes import SENTENCES, ApiScope
from timetuna.bookings.forms.questions import TickList
from timetuna.pages.models import BookingPage
from timetuna.web.forms import WholeForm

format_html_lazy = lazy(format_html, SafeString)
_NEVER = 0
_FOR = (
    (7, gettext_lazy("A week")),
    (30, gettext_lazy("A month")),
    (90, gettext_lazy("Three months")),
    (365, gettext_lazy("A year")),
    (_NEVER, gettext_lazy("Until I revoke it")),
)


def _with_name(scope: ApiScope) -> Any:
    """In a sentence, and as programs and the documentation call it."""
    return format_html_lazy('{} <code class="help" dir="ltr">{}</code>', SENTENCES[scope], scope)


class NewKeyForm(WholeForm):
    """Who names no pages gives all of theirs, those to come too."""

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=80,
        help_text=gettext_lazy(
            "The program’s name, for example. It is shown in the history of what the key has done."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the key a name, so that you recognise it later.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        choices=[(str(one), _with_name(one)) for one in ApiScope],
        initial=[str(ApiScope.BOOKINGS)],
        widget=TickList,
        error_messages={"required": gettext_lazy("Tick at least one thing that the key may do.")},
    )
    pages = forms.MultipleChoiceField(
        label=gettext_lazy("On which pages?"),
        required=False,
        widget=TickList,
        help_text=gettext_lazy("Nothing ticked is all of them, also those that you make later."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long is it good?"), choices=_FOR, coerce=int, initial=365
    )

    def __init__(self, pages: Iterable[BookingPage], data: Any = None) -> None:
        """pages: those that can be chosen."""
        super().__init__(data)
        self._pages = {page.public_id: page for page in pages}
        field = self.fields["pages"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - said for the type checker
        field.choices = [(one, page.title) for one, page in self._pages.items()]

    def wanted(self) -> NewKey:
        """Of a valid form."""
        chosen = [self._pages[one].pk for one in self.cleaned_data["pages"]]
        return NewKey(
            name=self.cleaned_data["name"],
            scopes=[ApiScope(one) for one in self.cleaned_data["scopes"]],
            days=self.cleaned_data["days"] or None,
            pages=chosen or None,
        )
