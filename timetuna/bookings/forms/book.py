"""What guests type to book. Everything is cleaned; nothing that is refused is lost."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, ngettext

from timetuna.bookings.consents import offered
from timetuna.bookings.forms.phone import CountryField, TextsField, ask_for_number, refuse_texts
from timetuna.bookings.forms.questions import Asking, LinesField, read_phone
from timetuna.bookings.guests import read_guests
from timetuna.bookings.models import Answer
from timetuna.bookings.slots.selection import read_start
from timetuna.bookings.visitor import NOTHING_CAME, Came
from timetuna.lib.crypto import random_token
from timetuna.lib.mail import clean_address, likelier_address, pasted_address
from timetuna.lib.text import country_of, find_zone, multi_line, single_line
from timetuna.pages.meeting_types.base import MeetingChoice, meeting_kind
from timetuna.pages.models import BookingPage, Question
from timetuna.pages.public import PublicPage, before_booking
from timetuna.web.forms import WholeForm, with_values

KEY_LENGTHS = range(20, 65)


class CarriedField(forms.CharField):
    """What the form carries along unseen. missing: says which part of it did not arrive."""

    def __init__(self, missing: Any) -> None:
        super().__init__(widget=forms.HiddenInput, error_messages={"required": missing})


class HoldField(forms.CharField):
    """The token by which the form holds its time; empty when it does not."""

    def __init__(self) -> None:
        give_back = {"data-release": reverse_lazy("release_hold")}
        super().__init__(required=False, initial="", widget=forms.HiddenInput(attrs=give_back))


class GuestsField(forms.CharField):
    """Whom the guest brings, as they type them; cleaned to a tuple of `Guest`."""

    widget = forms.Textarea(attrs={"rows": 3, "autocapitalize": "none", "spellcheck": "false"})
    most = 0

    def __init__(self, *, required: bool) -> None:
        sentence = gettext_lazy("Name at least one email address.")
        super().__init__(
            label=gettext_lazy("Email addresses of others"),
            max_length=8_000,
            required=required,
            error_messages={"required": sentence},
        )

    def limit(self, most: int) -> None:
        self.most = most
        self.help_text = ngettext(
            "%(most)d at most. They get an invitation by mail.",
            "%(most)d at most, one a line. They get an invitation by mail.",
            most,
        ) % {"most": most}

    def clean(self, value: Any) -> Any:
        try:
            return read_guests(super().clean(value), most=self.most)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def say_how_long(form: forms.Form) -> None:
    """Let each field say how much it takes. A browser that knows it cuts off what is pasted, and says nothing."""
    for field in form.fields.values():
        field.widget.attrs.pop("maxlength", None)
        if most := getattr(field, "max_length", None):
            field.error_messages["max_length"] = ngettext(
                "This can have %(count)s character at most.",
                "This can have %(count)s characters at most.",
                most,
            ) % {"count": number_format(most, force_grouping=True)}


def guests_field(form: forms.Form) -> GuestsField:
    field = form.fields["guests"]
    assert isinstance(field, GuestsField)  # noqa: S101 - said for the type checker
    return field


def new_key() -> str:
    return random_token(24)


ANSWERS = ("phone", "notes")
"""What the form asks besides name and address, by the columns of the attendee."""


class AddressForm(WholeForm):
    """Where mails are to go. An address with a slip in it, as it seems, is asked about once."""

    email = forms.CharField(
        label=gettext_lazy("Your email"),
        max_length=254,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "email",
                "inputmode": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
                "data-mail": reverse_lazy("public_mail_domain"),
            }
        ),
        error_messages={"required": gettext_lazy("Enter your email address; the confirmation goes there.")},
    )
    meant_address = typed_address = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("meant"):
            self.refill("email", self.data["meant"])
        if not self.is_bound:
            self.meant_address = likelier_address(str(self.initial.get("email") or ""))

    def refill(self, name: str, value: str) -> None:
        """Show another value in one field; everything else typed stays."""
        self.data = with_values(self.data, [(name, [value])])

    def clean_email(self) -> str:
        """In lower case. One with a slip in it, as it seems, is asked about once."""
        try:
            address = clean_address(pasted_address(self.cleaned_data["email"])).lower()
        except ValueError as error:
            raise forms.ValidationError(gettext(str(error))) from error
        if (meant := likelier_address(address)) and self.data.get("as_typed") != address:
            self.meant_address, self.typed_address = meant, address
            raise forms.ValidationError(
                gettext("Did you mean %(address)s? If not, just confirm again.") % {"address": meant}
            )
        return address


class GuestBookingForm(AddressForm):
    field_order = ("start", "duration", "zone", "key", "hold", "kind", "name", "email", "phone_country")
    start = forms.CharField(widget=forms.HiddenInput)
    duration = CarriedField(gettext_lazy("The length did not arrive. Pick your time again."))
    zone = CarriedField(gettext_lazy("The time zone did not arrive. Pick your time again."))
    key = CarriedField(gettext_lazy("The key of this form did not arrive. Pick your time again."))
    hold = HoldField()
    price_shown = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("How do you want to meet?"),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), gettext_lazy("Choose how you want to meet.")
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter your name.")},
    )
    phone_country = CountryField(
        label=gettext_lazy("Country of your phone number"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one from the list.")},
    )
    phone = forms.CharField(
        label=gettext_lazy("Your phone number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    texts = TextsField()
    notes = LinesField(
        label=gettext_lazy("Anything the host should know"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    guests = GuestsField(required=False)

    def __init__(
        self,
        page: PublicPage,
        *args: Any,
        questions: Sequence[Question] = (),
        came: Came = NOTHING_CAME,
        **kwargs: Any,
    ) -> None:
        """came: what the address brought: suggestions, what nobody is asked, and what is not to be changed."""
        super().__init__(*args, **kwargs)
        self.page = page
        self.asking = Asking(questions, came, country=self._country())
        self.locked = came.locked(page.settings.link_key, now=timezone.now())
        self._lock(came)
        self._ask()
        if page.settings.most_guests:
            guests_field(self).limit(page.settings.most_guests)
        else:
            del self.fields["guests"]
        say_how_long(self)
        self._offer_kinds()
        self._ask_for_number()
        self._offer_texts()

    def absent(self) -> list[str]:
        """Programs, and forms that were opened before there were prices or countries, show none."""
        return [name for name in super().absent() if name not in {"price_shown", "phone_country"}]

    def given(self) -> tuple[Answer, ...]:
        """What was answered to the host's own questions."""
        return self.asking.answers(self.cleaned_data)

    def agreed(self) -> str:
        """What was read by who agrees to reminders by text, else ""."""
        return str(self.cleaned_data.get("texts", ""))

    def answers(self) -> dict[str, str]:
        """By column of the attendee."""
        return {name: self.cleaned_data[name] for name in ANSWERS if name in self.cleaned_data}

    def clean(self) -> dict[str, Any]:
        """Show above the form what is wrong with a field that nobody sees. For the start there are other times."""
        if "texts" in self.fields:
            refuse_texts(self, self.page.time_zone, self.cleaned_data.get("zone", ""))
        for field in self.hidden_fields():
            for sentence in field.errors if field.name != "start" else ():
                self.add_error(None, sentence)
        return self.cleaned_data

    def clean_start(self) -> int:
        """The UTC minute."""
        start = read_start(self.cleaned_data["start"])
        if start is None:
            raise forms.ValidationError(gettext("This time cannot be read. Pick your time again."))
        return start

    def clean_duration(self) -> int:
        """One of the page's lengths, in minutes."""
        offered = {str(duration.minutes): duration.minutes for duration in self.page.durations}
        if self.cleaned_data["duration"] not in offered:
            raise forms.ValidationError(gettext("This length is not offered. Pick your time again."))
        return offered[self.cleaned_data["duration"]]

    def clean_zone(self) -> str:
        """It is for showing only."""
        zone = find_zone(self.cleaned_data["zone"])
        if zone is None:
            raise forms.ValidationError(gettext("This time zone is not known. Pick your time again."))
        return zone.key

    def clean_key(self) -> str:
        key = self.cleaned_data["key"]
        if len(key) not in KEY_LENGTHS or not key.replace("-", "").replace("_", "").isalnum():
            raise forms.ValidationError(gettext("This form is damaged. Pick your time again."))
        return str(key)

    def clean_name(self) -> str:
        name = single_line(self.cleaned_data["name"], max_length=100)
        if not name:
            raise forms.ValidationError(gettext("Enter your name."))
        return name

    def clean_phone(self) -> str:
        """Asked for when the host is to call."""
        phone = single_line(self.cleaned_data["phone"], max_length=60)
        country = self.cleaned_data.get("phone_country") or self._country()
        phone = read_phone(phone, country=country) if phone else ""
        asked = self.asked.get(self.data.get("kind", ""))
        if asked and not phone:
            raise forms.ValidationError(asked.missing)
        return phone

    def clean_notes(self) -> str:
        return multi_line(self.cleaned_data["notes"], max_length=2_000)

    def _lock(self, came: Came) -> None:
        """Whatever is sent of it: a signed link says it."""
        fields, given = self.fields | self.asking.fields, came.suggested() | self.asking.initial()
        for name in self.locked & fields.keys():
            value = given.get(name)
            if value in (None, "", []):
                continue
            fields[name].disabled, self.initial[name] = True, value
            if self.is_bound:
                sent = ["on"] if value is True else value if isinstance(value, list) else [str(value)]
                self.data = with_values(self.data, [(name, sent)])

    def _country(self) -> str:
        """The guest's, as far as their zone tells."""
        return country_of(str(self["zone"].value() or ""))

    def _ask(self) -> None:
        """The host's questions stand after who it is, and before what else there is to say."""
        if self.is_bound:
            self.asking.drop_unasked(self.data)
        else:
            self.asking.hide_unasked()
        if self.asking.fields:
            self.fields |= self.asking.fields
            first = ["start", "kind", "name", "email", "phone_country", "phone", "texts"]
            self.order_fields([*first, *self.asking.fields])
        self.initial = {**self.asking.initial(), **self.initial}

    def _offer_kinds(self) -> None:
        kinds = [(choice.kind, self._kind_label(choice)) for choice in self.page.meeting_types]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - said for the type checker
        field.choices = kinds
        field.widget = forms.RadioSelect(choices=kinds) if len(kinds) > 1 else forms.HiddenInput()
        if len(kinds) == 1:
            self.initial["kind"] = kinds[0][0]

    def _kind_label(self, choice: MeetingChoice) -> str:
        """With what there is to know of it before it is booked."""
        note = before_booking(self.page, choice)
        return (
            format_html('{} <span class="help" dir="auto">{}</span>', choice.label, note)
            if note
            else choice.label
        )

    def _ask_for_number(self) -> None:
        choices, field, wanted = self.page.meeting_types, self.fields["phone"], self.page.settings.phone
        asked = {choice.kind: meeting_kind(choice.kind).asks(choice.detail) for choice in choices}
        self.asked = {kind: question for kind, question in asked.items() if question}
        if wanted == BookingPage.Phone.OFF and not self.asked:
            del self.fields["phone_country"], self.fields["phone"]
            return
        if self.asked and len(choices) > 1:
            field.help_text = " ".join(dict.fromkeys(question.among for question in self.asked.values()))
        elif self.asked:
            (question,) = self.asked.values()
            field.help_text, field.required = question.alone, True
            field.error_messages["required"] = question.missing
        ask_for_number(self, wanted, country=self._country())

    def _offer_texts(self) -> None:
        """Where the page reminds by text and a number is asked for; a link cannot tick it."""
        count = offered(self.page.id) if "phone" in self.fields else 0
        if not count:
            del self.fields["texts"]
            return
        field = self.fields["texts"]
        assert isinstance(field, TextsField)  # noqa: S101 - said for the type checker
        field.offer(host=self.page.whose(), count=count)
