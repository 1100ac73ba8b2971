"""A team's name and public address, and whom to ask to join it."""

import re
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts import handles
from timetuna.accounts.actions.change_team import change_team
from timetuna.accounts.actions.create_team import TooManyTeams, create_team
from timetuna.accounts.actions.take_handle import HandleTaken
from timetuna.accounts.forms import cleaned
from timetuna.accounts.models import Membership, Team, User
from timetuna.accounts.queries import handle_is_free
from timetuna.accounts.rate_limits import wait_for_handle
from timetuna.lib.mail import AddressError, clean_address
from timetuna.rate_limits.limits import wait_in_words
from timetuna.web.forms import WholeForm, in_full
from timetuna.web.saving import HostForm

MOST_AT_ONCE = 20
_BETWEEN = re.compile(r"[\s,;]+")
_NAMED = re.compile(r"(?:^|(?<=[,;>\n]))[^<>@]*<([^<>\s]+)>")
"""As mail programs copy it: "Ada Lovelace" <ada@example.org>."""
_TAKEN = gettext_lazy("This public address is taken. Choose another one.")
Role = Membership.Role


class _Named(forms.Form):
    """What a team is called.  team: None for a new one."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=handles.LONGEST_NAME,
        error_messages={"required": gettext_lazy("Give the team a name.")},
    )
    handle = forms.CharField(
        label=gettext_lazy("Public address"),
        max_length=handles.LONGEST,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    team: Team | None = None

    def clean_name(self) -> str:
        return cleaned(handles.clean_name, self.cleaned_data["name"])

    def clean_handle(self) -> str:
        handle: str = self.cleaned_data["handle"]
        if self.team and handle == self.team.handle:
            return handle
        handle = cleaned(handles.clean_handle, handle)
        if not handle_is_free(handle, owner=self.team):
            raise forms.ValidationError(_TAKEN)
        return handle

    def may_take(self, user_id: int) -> bool:
        """Count that somebody takes another public address; where they do so too often say it at the field."""
        if seconds := wait_for_handle(user_id):
            wait = wait_in_words(seconds)
            self.add_error(
                "handle",
                gettext("You have taken many addresses lately. Wait %(wait)s and try again.")
                % {"wait": wait},
            )
        return not seconds


class NewTeamForm(_Named, WholeForm):
    """Without JavaScript the address is left empty, and made from the name."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["name"].help_text = gettext("Guests see it on the team’s pages.")
        handle = self.fields["handle"]
        handle.required = False
        handle.help_text = gettext(
            "The team’s pages begin with %(address)s and this. Left empty, it is made from the name."
        ) % {"address": in_full("/")}
        handle.widget.attrs |= {"data-from": "id_name", "data-longest": handles.LONGEST}

    def clean_handle(self) -> str:
        if self.cleaned_data["handle"].strip():
            return super().clean_handle()
        suggested = handles.handle_for(self.cleaned_data.get("name", ""))
        try:
            handle = handles.clean_handle(suggested)
        except ValueError:
            raise forms.ValidationError(gettext("Choose a public address.")) from None
        if not handle_is_free(handle):
            raise forms.ValidationError(
                gettext("“%(handle)s” is taken. Choose another one.") % {"handle": handle}
            )
        return handle

    def make(self, owner: User) -> Team | None:
        """The team that was asked for. None where it cannot be; then the form says why."""
        if not (self.is_valid() and self.may_take(owner.pk)):
            return None
        try:
            return create_team(owner, name=self.cleaned_data["name"], handle=self.cleaned_data["handle"])
        except HandleTaken as error:
            self.add_error("handle", str(error))
        except TooManyTeams as error:
            self.add_error(None, str(error))
        return None


class TeamForm(_Named, HostForm):
    """Saved by whoever runs the team."""

    def __init__(self, team: Team, user_id: int, data: Any = None) -> None:
        super().__init__(data, initial={"name": team.name, "handle": team.handle})
        self.team, self._user_id = team, user_id
        begin = in_full(reverse("public_host", args=[team.handle]))
        self.fields["handle"].help_text = gettext(
            "The team’s pages begin with %(address)s. When you change it, links that were shared lead on."
        ) % {"address": f"{begin}/"}

    def lock(self, host_id: int) -> None:
        """The host's before the team's, as everywhere."""
        super().lock(host_id)
        assert self.team is not None  # noqa: S101 - it was given
        Team.objects.select_for_update().get(pk=self.team.pk)

    def store(self) -> bool:
        """False where somebody took the public address in the meantime."""
        assert self.team is not None  # noqa: S101 - it was given
        handle = self.cleaned_data["handle"]
        if handle != self.team.handle and not self.may_take(self._user_id):
            return False
        try:
            change_team(self.team, name=self.cleaned_data["name"], handle=handle)
        except HandleTaken as error:
            self.add_error("handle", str(error))
            return False
        return True


class InviteForm(WholeForm):
    """Several addresses at once.  roles: whether they can be asked to be more than members."""

    addresses = forms.CharField(
        label=gettext_lazy("Email addresses"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocapitalize": "none", "spellcheck": "false"}),
        help_text=gettext_lazy("One or several, each on a line of its own or with commas between them."),
        error_messages={"required": gettext_lazy("Enter at least one email address.")},
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[
            (Role.MEMBER, gettext_lazy("Member: edits its pages")),
            (Role.ADMIN, gettext_lazy("Admin: invites people too")),
            (Role.OWNER, gettext_lazy("Owner: can do everything")),
        ],
        initial=Role.MEMBER,
    )

    def __init__(self, data: Any = None, *, roles: bool) -> None:
        super().__init__(data)
        if not roles:
            del self.fields["role"]

    def clean_addresses(self) -> list[str]:
        """Each once, in lower case, without names; where one is none, nobody is invited."""
        addresses = _NAMED.sub(r" \1 ", self.cleaned_data["addresses"])
        written = [one for one in _BETWEEN.split(addresses) if one]
        found, wrong = [], []
        for one in written:
            try:
                found.append(clean_address(one).lower())
            except AddressError:
                wrong.append(one[:60])
        if wrong:
            text = gettext("Nobody was invited. No email address like name@example.org: %(wrong)s")
            raise forms.ValidationError(text, params={"wrong": ", ".join(wrong[:5])})
        if len(set(found)) > MOST_AT_ONCE:
            raise forms.ValidationError(
                gettext("Invite %(most)d people at most at once.") % {"most": MOST_AT_ONCE}
            )
        return list(dict.fromkeys(found))
