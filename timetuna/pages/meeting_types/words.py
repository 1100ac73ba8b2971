"""What hosts read of the ways to meet, in the editor; guests read none of it."""

from django.utils.translation import gettext, gettext_lazy

PHONE = gettext_lazy("Phone")
PHONE_HELP = gettext_lazy("Guests call you, or you call them.")
PHONE_NUMBER = gettext_lazy("Number guests call")
PHONE_NUMBER_HELP = gettext_lazy(
    "Leave it empty to be the one who calls: guests are then asked for their number."
)
IN_PERSON = gettext_lazy("In person")
IN_PERSON_HELP = gettext_lazy("You meet at a place.")
PLACE = gettext_lazy("Place")
PLACE_HELP = gettext_lazy("Guests read it on the page and in the invitation.")
OWN_LINK = gettext_lazy("Custom link")
OWN_LINK_HELP = gettext_lazy("The same link for every meeting, such as your own video room.")
LINK = gettext_lazy("Link")
LINK_HELP = gettext_lazy("It begins with https://.")


def no_number() -> str:
    return gettext("Enter a phone number with its country code, such as +49 30 901820.")


def no_place() -> str:
    return gettext("Enter the place where you meet.")


def no_link() -> str:
    return gettext("Enter a full address that begins with https://.")


def provided_help(label: str) -> str:
    return gettext("Every booking gets its own {provider} link.").format(provider=label)


def not_set_up(label: str) -> str:
    sentence = gettext(
        "%(kind)s is not set up on this server; whoever runs it can add its keys to the settings."
    )
    return sentence % {"kind": label}


def refused(label: str, *, maker: str, with_event: bool) -> str:
    """Why it cannot be switched on. maker: what is to be connected.  with_event: its links come with events."""
    sentence = gettext("%(kind)s is not connected yet. Connect %(provider)s, then save again.")
    if with_event:
        sentence = gettext(
            "%(kind)s needs a calendar that can carry it to get this page’s new events. "
            "Connect %(provider)s or choose another calendar, then save again."
        )
    return sentence % {"kind": label, "provider": maker}


def lacking(label: str, *, on: bool, with_event: bool) -> str:
    """Why guests do not see it. on: it is switched on.  with_event: its links come with calendar events."""
    if with_event:
        sentence = gettext("%(kind)s: the calendar that gets this page’s events cannot carry it.")
        if on:
            sentence = gettext(
                "%(kind)s is on, but the calendar that gets this page’s events cannot carry it: "
                "guests do not see it."
            )
    else:
        sentence = gettext("%(kind)s is not connected yet.")
        if on:
            sentence = gettext("%(kind)s is on, but not connected: guests do not see it.")
    return sentence % {"kind": label}
