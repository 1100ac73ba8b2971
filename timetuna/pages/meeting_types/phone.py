"""A call: the guest calls the host's number, or the host calls the guest's."""

import re

from django.utils.translation import gettext

from timetuna.pages.meeting_types.base import DetailField, MeetingKind, PhoneQuestion, Sides
from timetuna.pages.meeting_types.words import PHONE, PHONE_HELP, PHONE_NUMBER, PHONE_NUMBER_HELP, no_number

_FEWEST_DIGITS = 3
_NUMBER = re.compile(r"[0-9+()./ #*,;a-z-]+", re.IGNORECASE)


class Phone(MeetingKind):
    """The detail is the number that guests call; without one guests are asked for theirs."""

    slug, icon = "phone", "phone"
    name, hint = PHONE, PHONE_HELP
    detail = DetailField(
        name="phone_number",
        label=PHONE_NUMBER,
        longest=60,
        help_text=PHONE_NUMBER_HELP,
    )

    def label(self) -> str:
        return gettext("Phone call")

    def refusal(self, detail: str, *, ready: bool) -> str:  # noqa: ARG002
        digits = sum(character.isdigit() for character in detail)
        if not detail or (digits >= _FEWEST_DIGITS and _NUMBER.fullmatch(detail)):
            return ""
        return no_number()

    def asks(self, detail: str) -> PhoneQuestion | None:
        """Only where the host is the one who calls."""
        if detail:
            return None
        return PhoneQuestion(
            alone=gettext("The host calls you at this number."),
            among=gettext("Needed for a phone call: the host calls you."),
            missing=gettext("Enter the number the host should call."),
        )

    def before(self, detail: str, host: str) -> str:
        """Who calls whom. The number is for those who have booked."""
        if not host:
            return (
                gettext("You call your host. You get the number once you are booked.")
                if detail
                else gettext("Your host calls you.")
            )
        if detail:
            return gettext("You call %(host)s. You get the number once you are booked.") % {"host": host}
        return gettext("%(host)s calls you.") % {"host": host}

    def said(self, sides: Sides) -> str:
        """Who calls which number; nothing once the guest's number is erased."""
        caller, number = (sides.guest, sides.detail) if sides.detail else (sides.host, sides.phone)
        return gettext("%(name)s calls %(number)s") % {"name": caller, "number": number} if number else ""

    def said_to_others(self, sides: Sides) -> str:
        """Keeps the guest's own number from whom they bring."""
        if sides.detail:
            return self.said(sides)
        return gettext("%(host)s calls %(guest)s") % {"host": sides.host, "guest": sides.guest}
