"""Which times a host wants to write to somebody, and how they read them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from timetuna.pages.forms.fields import ZoneField
from timetuna.pages.public import PublicPage


class MailTimesForm(forms.Form):
    """Asked by an address, so that nothing is stored. links: by id what each is called."""

    zone = ZoneField(help_text=gettext_lazy("The clock of your guest. Type a city to find it."))
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    duration = forms.ChoiceField(label=gettext_lazy("Length"))
    by = forms.ChoiceField(label=gettext_lazy("The times lead to"), required=False)

    def __init__(
        self, page: PublicPage, links: Mapping[int, str], data: Any, *, zone: str, language: str
    ) -> None:
        lengths = [(str(one.minutes), one.lasts()) for one in page.durations]
        begins = {"zone": zone, "language": language, "duration": lengths[0][0], "by": ""}
        given = {name: data.get(name, begins[name]) for name in begins}
        super().__init__(given)
        plain = [] if page.settings.link_only and links else [("", gettext("The page itself"))]
        offered = {
            "language": list(settings.LANGUAGES),
            "duration": lengths,
            "by": [*plain, *((str(pk), label) for pk, label in links.items())],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - said for the type checker
            field.choices = choices
            if given[name] not in dict(choices):
                given[name] = choices[0][0]
