"""What the host's grant allows with a meeting that was made."""

from dataclasses import dataclass

from timetuna.bookings.models import Booking, Conference
from timetuna.calendars.access_tokens import grant_owner
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.provider_catalogue import conferencing
from timetuna.calendars.queries import connection
from timetuna.providers.base import Ability, Conferencing


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made a booking's meeting: the provider, and the connection whose account holds the meeting."""

    provider: Conferencing
    account: CalendarAccount

    def may(self, ability: Ability) -> bool:
        """Say whether the grant allows it."""
        return ability in self.provider.abilities(self.account.granted_scopes())


def fingerprint_of(account: CalendarAccount) -> str:
    """Return what a meeting keeps of the account that made it."""
    return grant_owner(account.provider, account.provider_user_id)


def maker(booking: Booking) -> Maker | None:
    """Return who made the meeting; None without one, or where its account is no longer the one connected."""
    conference = Conference.objects.filter(booking=booking, state=Conference.State.READY).first()
    if conference is None:
        return None
    account, provider = connection(booking.host_id, conference.provider), conferencing(conference.provider)
    if account is None or provider is None or fingerprint_of(account) != conference.account_fingerprint:
        return None
    return Maker(provider, account)


def may(booking: Booking, ability: Ability) -> bool:
    """Say whether a change of the booking can be carried to its meeting."""
    found = maker(booking)
    return found is not None and found.may(ability)


def carries_time(booking: Booking) -> bool:
    """Say whether there is a meeting outside that was made for a time of its own, so that a move is carried to it."""
    made = Conference.objects.filter(booking=booking, state=Conference.State.READY)
    return made.exclude(scheduled_for=None).exists()
