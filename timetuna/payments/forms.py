"""What hosts type about payments."""

from django import forms
from django.utils.translation import gettext_lazy

from timetuna.web.forms import WholeForm

_LONGEST_KEY = 300


class KeyForm(WholeForm):
    """A restricted key. What was typed does not come back."""

    key = forms.CharField(
        label=gettext_lazy("Restricted key"),
        max_length=_LONGEST_KEY,
        widget=forms.PasswordInput(
            render_value=False,
            attrs={
                "autocomplete": "new-password",
                "spellcheck": "false",
                "dir": "ltr",
                "placeholder": "rk_live_…",
            },
        ),
        error_messages={
            "required": gettext_lazy("Paste the key here."),
            "max_length": gettext_lazy("This is too long for a key of Stripe’s. Copy it once more."),
        },
    )
