"""Answers that were kept are forgotten: with whom they tell of, and when nobody repeats a request any more."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from timetuna.accounts.models import TeamInvitation, User
from timetuna.api.idempotency import KEPT_FOR
from timetuna.api.models import ApiKey, StoredAnswer
from timetuna.bookings.events import BookingEvent, Happening, on_event
from timetuna.bookings.hooks import on_host_leaving
from timetuna.bookings.models import Booking
from timetuna.db.sql import forget_some
from timetuna.jobs.queue import job
from timetuna.pages.models import BookingLink, BookingPage, CohostInvitation

_NAMED = {"ln_": (BookingLink,), "iv_": (TeamInvitation, CohostInvitation)}


@on_event(BookingEvent.ERASED)
def forget_guest(happening: Happening) -> None:
    """The request would be done again, and is refused: the booking is over. With the link that was for this guest."""
    link = happening.booking.link
    about = [happening.booking.public_id, *([link.public_id] if link else [])]
    StoredAnswer.objects.filter(about__in=about).delete()


@on_host_leaving
def forget_host(host_id: int) -> None:
    """What their own programs were answered, and what tells of meetings and pages that they host with others."""
    host = User.objects.get(pk=host_id)
    bookings = Booking.objects.filter(booking_hosts__host=host).values("public_id")
    pages = BookingPage.objects.filter(page_hosts__host=host).values("public_id")
    kept = StoredAnswer.objects
    kept.filter(about=host.public_id).delete()
    kept.filter(about__in=bookings).delete()
    kept.filter(about__in=pages).delete()
    keys = ApiKey.objects.filter(owner=host).values_list("public_id", flat=True)
    kept.filter(principal__in=[f"key:{one}" for one in keys]).delete()


@job("api.forget_answers", every=timedelta(minutes=15))
def forget_answers() -> None:
    """The old, and those of links and invitations that are no more. Some at a time: nobody waits for them."""
    forget_some(StoredAnswer.objects.filter(began_at__lt=timezone.now() - KEPT_FOR))
    for prefix in _NAMED:
        _of_nothing(prefix).delete()


def _of_nothing(prefix: str) -> QuerySet[StoredAnswer]:
    rows = StoredAnswer.objects.filter(about__startswith=prefix)
    for model in _NAMED[prefix]:
        rows = rows.exclude(about__in=model._default_manager.values("public_id"))  # noqa: SLF001 - documented
    return rows
