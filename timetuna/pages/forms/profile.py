"""The settings' tab Profile: what guests see of a host, and the host's zone with what becomes of the hours in it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy

from timetuna.accounts import handles
from timetuna.accounts.actions.change_profile import change_photo
from timetuna.accounts.actions.take_handle import HandleTaken
from timetuna.accounts.forms import cleaned
from timetuna.accounts.models import User
from timetuna.accounts.queries import handle_is_free
from timetuna.l10n.datetimes import zone_name, zone_or_utc
from timetuna.lib import pictures
from timetuna.lib.mail import clean_address, pasted_address
from timetuna.lib.phones import read_number
from timetuna.lib.text import country_of, single_line
from timetuna.pages.actions.save_profile import save_profile
from timetuna.pages.forms.fields import LineField, ZoneField
from timetuna.pages.forms.pictures import PictureField, PicturesForm, version_of
from timetuna.pages.public import Face
from timetuna.pages.schedule_lines import HoursLine, hours_in_zone
from timetuna.web.forms import Switch, Ticks, in_full
from timetuna.web.saving import Parts

ASKED = "asked_for"
_COLUMNS = ("name", "handle", "time_zone", "role", "language", "contact")
_LONGEST_CONTACT = 254
_PHOTO = 192, 192  # three times what pages show, for dense screens


@dataclass(frozen=True, slots=True)
class HoursToMove:
    """Hours in the zone that the host leaves. moves: whether they are to come along."""

    line: HoursLine
    moves: bool


class ProfileForm(PicturesForm):
    """A change of zone asks what becomes of the hours that are meant in the former one."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("Guests see it on your pages and in their mails."),
        max_length=handles.LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    role = LineField(
        label=gettext_lazy("Your role"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Shown below your name on your pages, such as “Head of design”."),
    )
    photo = PictureField(
        label=gettext_lazy("Your photo"),
        made=partial(pictures.jpeg, size=_PHOTO, filled=True),
        fit="384x384",
        crop=True,
        help_text=gettext_lazy(
            "Shown beside your name, on your pages and in guests’ emails. PNG, JPEG or WebP, up to 200 kB."
        ),
    )
    remove_photo = forms.BooleanField(label=gettext_lazy("Remove the photo"), required=False, widget=Switch)
    handle = forms.CharField(
        label=gettext_lazy("Public address"),
        max_length=handles.LONGEST,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    time_zone = ZoneField(
        help_text=gettext_lazy("Your own clock, here and in your mails. Type a city to find yours.")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("For these pages and for emails to you. Guests see their own language."),
        required=False,
    )
    moves = forms.TypedMultipleChoiceField(coerce=int, required=False, widget=Ticks)
    contact = forms.CharField(
        label=gettext_lazy("Where guests ask you"),
        help_text=gettext_lazy(
            "An email address or a phone number. Everybody reads it on your own pages where no times are "
            "free. Left empty, none is shown."
        ),
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def remove_photo_field(self) -> forms.BoundField | None:
        return self.remover("photo")

    def __init__(self, user: User, data: Any = None, files: MultiValueDict[str, Any] | None = None) -> None:
        super().__init__(data, files, initial={name: getattr(user, name) for name in _COLUMNS})
        self.set_versions(photo=user.photo_version)
        self.face = Face.of(user.pk, user.name, user.photo_version, user.role)
        self.user, self._staying = user, hours_in_zone(user.pk, user.time_zone)
        self.fields["moves"].choices = [(str(line.id), line.id) for line in self._staying]  # type: ignore[attr-defined]
        languages = [one for one in settings.LANGUAGES if one[0] in settings.HOST_LANGUAGES]
        self.fields["language"].choices = [("", gettext("As my browser asks")), *languages]  # type: ignore[attr-defined]
        if len(languages) == 1:
            del self.fields["language"]
        begin = f"{in_full(reverse('public_host', args=[user.handle]))}/"
        self.fields["handle"].help_text = gettext(
            "Your pages begin with %(address)s. When you change it, links you have shared lead on."
        ) % {"address": begin}

    def clean_name(self) -> str:
        return cleaned(handles.clean_name, self.cleaned_data["name"])

    def clean_handle(self) -> str:
        if self.cleaned_data["handle"] == self.user.handle:
            return self.user.handle
        handle = cleaned(handles.clean_handle, self.cleaned_data["handle"])
        if not handle_is_free(handle, owner=self.user):
            raise forms.ValidationError(gettext("This public address is taken. Choose another one."))
        return handle

    def clean_contact(self) -> str:
        """A mail address in lower case, or a number as it is kept."""
        typed = single_line(self.cleaned_data["contact"], max_length=_LONGEST_CONTACT)
        if not typed:
            return ""
        try:
            if "@" in typed:
                return clean_address(pasted_address(typed)).lower()
            return read_number(typed, country=country_of(self.user.time_zone))
        except ValueError as error:
            sentence = gettext(
                "Enter an email address, or a phone number with its country code, such as +49 30 123456."
            )
            raise forms.ValidationError(sentence) from error

    def clean_time_zone(self) -> str:
        """One that is kept under an old name stays as it is."""
        zone, present = str(self.cleaned_data["time_zone"]), self.user.time_zone
        return present if zone_name(zone_or_utc(zone)) == zone_name(zone_or_utc(present)) else zone

    def clean(self) -> None:
        """Ask what becomes of the hours, once for each zone that is chosen."""
        zone = self.new_zone()
        if zone and self._staying and self.data.get(ASKED) != zone:
            self.add_error(None, gettext("One question first: do your hours move to the new time zone?"))

    def new_zone(self) -> str:
        """The zone that the host changes to, or ""."""
        zone = str(getattr(self, "cleaned_data", {}).get("time_zone", ""))
        return "" if zone == self.user.time_zone else zone

    def present_name(self) -> str:
        return zone_name(zone_or_utc(self.user.time_zone))

    def new_name(self) -> str:
        return zone_name(zone_or_utc(self.new_zone()))

    def hours(self) -> list[HoursToMove]:
        """The hours that may stay behind; all move unless the host has said otherwise."""
        answered = self.is_bound and self.data.get(ASKED) == self.new_zone()
        ticked = {str(one) for one in self["moves"].value() or []}
        return [HoursToMove(line, not answered or str(line.id) in ticked) for line in self._staying]

    def parts(self) -> Parts:
        """What is stored with the host; the answer about the hours is none of it."""
        found = super().parts()
        del found["moves"]
        return found

    def store(self) -> bool:
        """False where somebody took the public address in the meantime."""
        data = self.cleaned_data
        moving = data["moves"] if self.new_zone() else ()
        try:
            save_profile(self.user, moving=moving, **{name: data[name] for name in _COLUMNS if name in data})
        except HandleTaken as error:
            self.add_error("handle", str(error))
            return False
        photo = self.picture("photo")
        if photo is not None:
            change_photo(self.user, photo, version=version_of(photo))
        return True
