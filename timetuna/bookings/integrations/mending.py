"""What has to be done about a connection that is missing, or has ended."""

from typing import NamedTuple

from django.utils.translation import gettext

from timetuna.calendars.models import CalendarAccount


class Mending(NamedTuple):
    """Connect a provider, or connect it once more. provider: as people call it."""

    provider: str
    again: bool

    def button(self) -> str:
        said = gettext("Reconnect %(provider)s") if self.again else gettext("Connect %(provider)s")
        return said % {"provider": self.provider}

    def asked_of(self, name: str, *, first: bool = False) -> str:
        """In a sentence for somebody else. first: before anything else helps."""
        sentences = {
            (False, False): gettext("%(name)s has to connect %(provider)s."),
            (True, False): gettext("%(name)s has to reconnect %(provider)s."),
            (False, True): gettext("%(name)s has to connect %(provider)s first."),
            (True, True): gettext("%(name)s has to reconnect %(provider)s first."),
        }
        return sentences[self.again, first] % {"name": name, "provider": self.provider}

    def then_again(self) -> str:
        """To whoever does it, and tries once more by hand after it."""
        said = (
            gettext("Reconnect %(provider)s first, then try again.")
            if self.again
            else gettext("Connect %(provider)s first, then try again.")
        )
        return said % {"provider": self.provider}


def mending(provider: str, account: CalendarAccount | None) -> Mending | None:
    """None where the account is connected, and works."""
    if account is None:
        return Mending(provider, again=False)
    return Mending(provider, again=True) if account.needs_reconnect else None
