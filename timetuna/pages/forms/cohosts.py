"""Whom to ask to host a page, and where the page stands."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts.models import Team, User
from timetuna.lib.mail import clean_address
from timetuna.pages.models import BookingPage


class CohostForm(forms.Form):
    """By mail address, or somebody of the page's team."""

    email = forms.CharField(
        label=gettext_lazy("Email address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    member = forms.TypedChoiceField(
        label=gettext_lazy("Somebody of the team"),
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={
            "invalid_choice": gettext_lazy(
                "They host this page already, were asked meanwhile, or have left the team."
            )
        },
    )

    def __init__(self, page: BookingPage, people: list[User], data: Any = None) -> None:
        super().__init__(data)
        self.page, self.people = page, {one.pk: one for one in people}
        names = [(str(pk), f"{one.name} ({one.email})") for pk, one in self.people.items()]
        self.fields["member"].choices = [("", gettext("Choose …")), *names]  # type: ignore[attr-defined]
        if not people:
            del self.fields["member"]

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"]).strip()
        try:
            return clean_address(typed).lower() if typed else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> None:
        member, typed = self._member(), self.cleaned_data.get("email", "")
        if not self.errors and not self.address():
            self.add_error("email", gettext("Enter the email address of the person you want to ask."))
        elif member and typed not in ("", member.email):
            self.add_error(
                "email", gettext("Ask one after the other: %(name)s is chosen above.") % {"name": member.name}
            )

    def address(self) -> str:
        """Whom to ask."""
        member = self._member()
        return member.email if member else str(self.cleaned_data.get("email", ""))

    def _member(self) -> User | None:
        return self.people.get(self.cleaned_data.get("member") or 0)


class AssignForm(forms.Form):
    """Below which team's address the page stands; "" is its owner's."""

    team = forms.TypedChoiceField(
        label=gettext_lazy("Team"),
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": gettext_lazy("This team cannot be chosen any more.")},
    )

    def __init__(self, page: BookingPage, teams: list[Team], data: Any = None) -> None:
        super().__init__(data, initial={"team": page.team_id})
        self.page = page
        self.teams = {one.pk: one for one in teams}
        own = gettext("No team, at /%(handle)s/") % {"handle": page.host.handle}
        names = [
            (str(pk), gettext("%(name)s, at /%(handle)s/") % {"name": one.name, "handle": one.handle})
            for pk, one in self.teams.items()
        ]
        self.fields["team"].choices = [("", own), *names]  # type: ignore[attr-defined]

    def chosen(self) -> Team | None:
        return self.teams.get(self.cleaned_data["team"] or 0)
