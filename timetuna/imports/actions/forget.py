"""What was brought along goes by itself, and with its guests."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from timetuna.availability.interval import minute_of
from timetuna.bookings.events import BookingEvent, Happening, on_event
from timetuna.imports.actions.free_time import forget_words
from timetuna.imports.actions.read_product import end_dead_readings
from timetuna.imports.models import BusyShadow, Import
from timetuna.jobs.queue import job

DRAFT_KEPT, FAILED_KEPT, SHADOW_KEPT = timedelta(days=1), timedelta(days=7), timedelta(hours=6)


@job("imports.forget", every=timedelta(hours=1))
def forget_hourly() -> None:
    forget_old(now=timezone.now())


def forget_old(*, now: datetime) -> None:
    """Forget drafts that nobody has taken over, readings that failed, and bookings that are over."""
    end_dead_readings(now=now)
    drafts = Import.objects.filter(state=Import.State.READ, ended_at__lt=now - DRAFT_KEPT)
    failed = Import.objects.filter(state=Import.State.FAILED, ended_at__lt=now - FAILED_KEPT)
    drafts.delete()
    failed.delete()
    over = BusyShadow.objects.annotate(ends=F("start_minute") + F("minutes"))
    over.filter(ends__lt=minute_of(now - SHADOW_KEPT)).delete()


@on_event(BookingEvent.ERASED)
def erase_with_booking(happening: Happening) -> None:
    """Erase what the booking's guest left at another product, as far as it was brought along and is over or moved."""
    booking, mailboxes = happening.booking, happening.facts.get("addresses", ())
    hosts = booking.booking_hosts.values("host")
    rows = BusyShadow.objects.filter(host__in=hosts, guest_email__in=mailboxes)
    forget_words(
        rows.annotate(ends=F("start_minute") + F("minutes")).filter(ends__lte=minute_of(timezone.now()))
    )
    forget_words(BusyShadow.objects.filter(booking=booking))
