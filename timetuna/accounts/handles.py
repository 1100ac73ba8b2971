"""The rules for what a host is called: their name, and the handle, the first part of their public address."""

import re

from django.utils.translation import gettext

from timetuna.lib.text import for_address, single_line

SHORTEST, LONGEST, LONGEST_NAME = 3, 40, 100
_SHAPE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

# First parts of the product's own addresses, now or some day, and names that would lend a stranger our authority.
RESERVED = frozenset(
    """
    about abuse account accounts add admin administrator ads api app apps assets auth automation availability b
    billing blog book booking booking-pages bookings caldav calendar calendars cancel careers cdn checkout
    cohost cohosts community compliance config connect contact css dashboard data debug delete demo developer
    developers docs documentation download downloads edit email embed error errors event events explore export
    faq favicon feed feedback feeds file files fonts forgot-password ftp google guest guests health healthz
    hello help holds home host hostmaster hosts ical icalfeed ics image images img import imprint index info insights
    integrations invite invites javascript jobs js legal list login logout looks mail me media meet meeting
    mcp meetings members metrics microsoft mobile moderator new news newsletter no-reply noreply notifications null
    oauth oembed official ops organization owner pages partners password pay payments ping plans postmaster preview
    pricing privacy problems profile providers public readyz reauthenticate refund register reschedule reset
    reset-password robots root rss sandbox schedule search secure security server session sessions settings
    setup share shop sign-in sign-out sign-up signin signout signup sitemap slots sms ssl staff static stats
    status store stripe subscribe support sysadmin system team teammate teams terms test timetuna
    timetuna-support token tokens undefined unsubscribe update upload uploads user users verification verify
    verify-email video webhook webhooks webmaster well-known why widget widgets www zoom
    """.split()  # noqa: SIM905 - nearly two hundred quotation marks less
)


def clean_name(text: str) -> str:
    """As one visible line. Raises ValueError with a sentence when nothing of it can be seen."""
    name = single_line(text, max_length=LONGEST_NAME)
    if not any(character.isalnum() for character in name):
        raise ValueError(gettext("Enter a name that people can read."))
    return name


def clean_handle(text: str) -> str:
    """In lower case. Raises ValueError with a sentence when it cannot be one."""
    handle = text.strip().lower()
    if not SHORTEST <= len(handle) <= LONGEST:
        raise ValueError(
            gettext("A public address has %(shortest)s to %(longest)s characters.")
            % {"shortest": SHORTEST, "longest": LONGEST}
        )
    if not _SHAPE.fullmatch(handle):
        raise ValueError(
            gettext(
                "A public address is made of the letters a to z, digits, and single hyphens between them."
            )
        )
    if handle in RESERVED:
        raise ValueError(gettext("This public address is reserved. Choose another one."))
    return handle


def handle_for(name: str) -> str:
    """Return what a handle may be made from for this name: "Zoë O'Neil" gives "zoe-o-neil"; "" when nothing is left.

    The result has no more characters than leave room for a suffix; it may be too short, reserved or taken.
    """
    return for_address(name)[: LONGEST - 8].rstrip("-")
