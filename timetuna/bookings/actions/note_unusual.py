"""Tells a host, once, that unusually many bookings are made on a page, and notes it while it lasts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.emails import send, speaking_to
from timetuna.accounts.notices import Notice
from timetuna.bookings.actions.host_time import lock_hosts
from timetuna.bookings.models import Booking, UnusualBookings
from timetuna.bookings.proofs.needed import rates
from timetuna.pages.models import BookingPage
from timetuna.rate_limits.limits import Client, Limit, spend, used
from timetuna.web.forms import in_full

QUIET_AFTER = timedelta(hours=12)
"""What begins again sooner belongs to what was."""
LOOKED_BACK = timedelta(hours=1)
LEAST_OF_SOURCE = 3
NOTED_EVERY = timedelta(seconds=5)
ASKED = Limit("asked for a proof", (1_000_000_000, 86_400))
"""Never closed."""


def note_unusual(page_id: int, client: Client, *, now: datetime) -> None:
    """Note that a guest of the page was asked for a proof; where it is the first for long, mail the host.

    Nobody is told because of what a network did on other hosts' pages.
    """
    spend(ASKED, str(page_id))
    if _go_on(page_id, now):
        return
    with transaction.atomic():
        page = BookingPage.objects.select_related("host").filter(pk=page_id).first()
        if page is None:
            return
        lock_hosts([page.host_id])
        began = _began(page, client, now)
        if began is None or _go_on(page_id, now):
            return
        row = UnusualBookings.objects.create(page=page, began_at=began, last_at=now, asked=1)
        with speaking_to(page.host):
            send(_notice(page, row), to=page.host.email)


def _go_on(page_id: int, now: datetime) -> bool:
    """Note it where it is under way, with one write for all that came within some seconds."""
    row = UnusualBookings.objects.filter(page_id=page_id, last_at__gt=now - QUIET_AFTER).first()
    if row is not None and row.last_at <= now - NOTED_EVERY:
        asked = max(row.asked + 1, used(ASKED, str(page_id)))
        UnusualBookings.objects.filter(pk=row.pk).update(last_at=now, asked=asked)
    return row is not None


def _began(page: BookingPage, client: Client, now: datetime) -> datetime | None:
    """When the first of the many was made; None where this host has no more than usual."""
    lately = Booking.objects.filter(host_id=page.host_id, created_at__gt=now - LOOKED_BACK).exclude(
        source_network=""
    )
    of_source = lately.filter(source_network=client.network)
    many = lately.filter(page=page) if rates(page.pk, client, now=now).page else of_source
    moments = list(many.order_by("created_at").values_list("created_at", flat=True)[:LEAST_OF_SOURCE])
    return moments[0] if len(moments) >= LEAST_OF_SOURCE else None


def _notice(page: BookingPage, row: UnusualBookings) -> Notice:
    named = {"page": page.title}
    return Notice(
        subject=gettext("Unusually many bookings on “%(page)s”") % named,
        lines=(
            gettext("More bookings than usual have been made on your page “%(page)s” within a short time.")
            % named,
            gettext("Until it is quiet again, guests are asked for a small proof before they can book."),
            gettext(
                "Their browser calculates for a moment, or they type a code that we mail them. "
                "Nobody else is turned away."
            ),
        ),
        button=gettext("Look at these bookings"),
        url=in_full(reverse("unusual_bookings", args=[row.pk])),
        after=(
            gettext(
                "If they are not wanted, you can cancel them there in one go. If they are, there is nothing to do."
            ),
        ),
    )
