"""What hosts type about webhooks."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from timetuna.pages.forms.fields import LineField, switch
from timetuna.web.forms import WholeForm
from timetuna.webhooks.body import SENTENCES, TYPES
from timetuna.webhooks.models import LONGEST_URL, WebhookEndpoint
from timetuna.webhooks.sending import address_fault

USUAL = ("booking.created", "booking.moved", "booking.cancelled")


class WebhookForm(WholeForm):
    """A new one, or one that there is."""

    url = LineField(
        label=gettext_lazy("Address"),
        max_length=LONGEST_URL,
        help_text=gettext_lazy("Where your program listens. It begins with https://."),
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={"required": gettext_lazy("Enter the address.")},
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        choices=list(SENTENCES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice", "invalid_list"), gettext_lazy("Choose at least one.")
        ),
    )
    thin = switch(
        gettext_lazy("Send ids alone"),
        gettext_lazy("Names, addresses and answers stay here; your program reads them with a key."),
    )

    def __init__(self, data: Any = None, hook: WebhookEndpoint | None = None) -> None:
        initial: dict[str, Any] = {"events": list(USUAL), "thin": False}
        if hook is not None:
            initial = {
                "url": hook.url,
                "events": [one for one in hook.events if one in TYPES],
                "thin": hook.thin,
            }
        super().__init__(data, initial=initial)

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if sentence := address_fault(url):
            raise forms.ValidationError(sentence)
        return url


class ReplayForm(forms.Form):
    """Since when what failed is sent again."""

    LONGEST = timedelta(days=30)
    since = forms.ChoiceField(
        label=gettext_lazy("What failed"),
        choices=[
            ("1", gettext_lazy("within the last hour")),
            ("24", gettext_lazy("within the last 24 hours")),
            ("72", gettext_lazy("within the last three days")),
            ("720", gettext_lazy("within the last 30 days")),
        ],
        initial="72",
    )

    def since_in_words(self) -> str:
        """As in "within the last hour". Of a valid form."""
        return str(dict(self.fields["since"].choices)[self.cleaned_data["since"]])  # type: ignore[attr-defined]

    def age(self) -> timedelta:
        """Of a valid form."""
        return timedelta(hours=int(self.cleaned_data["since"]))
