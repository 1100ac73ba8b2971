"""What happened on each day, counted: one table, which can be made anew from the bookings but for looks and picks."""

from django.conf import settings
from django.db import models

from timetuna.pages.models import BookingPage


class DayFigure(models.Model):
    """One day of a page, by one of two clocks.

    page: None for bookings whose page is deleted.  host: of these meetings those that this host takes part in; None is
    all of the page, whoever hosts them. So a meeting of three is one of the page, and one of each of the three.
    clock: whether a booking counts on the day it was made, or on the day it takes place. Either is the date on the
    clock that the host went by, `Booking.host_time_zone`.
    booked: bookings that came about, whatever became of them; the four after it are some of these.
    unconfirmed: requests that never became a booking, or not yet.
    lead_minutes: from when they were made to when they begin, all together.
    looks, picks: how often the page was opened, and a time chosen; only on rows of a page, by the day made.
    details: what there are several of, as {kind: {key: number}}, the kinds those of `KINDS`.
    """

    class Clock(models.TextChoices):
        MADE = "made"
        HELD = "held"

    page = models.ForeignKey(
        BookingPage, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    clock = models.CharField(max_length=4, choices=Clock.choices)
    booked = models.PositiveIntegerField(default=0)
    cancelled_by_guest = models.PositiveIntegerField(default=0)
    cancelled_by_host = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    no_shows = models.PositiveIntegerField(default=0)
    unconfirmed = models.PositiveIntegerField(default=0)
    lead_minutes = models.BigIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    picks = models.PositiveIntegerField(default=0)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "day", "clock"],
                condition=models.Q(host=None),
                name="insights_one_day_of_a_page",
            ),
            models.UniqueConstraint(
                fields=["page", "host", "day", "clock"], name="insights_one_day_of_a_host"
            ),
            models.CheckConstraint(
                condition=models.Q(page__isnull=False) | models.Q(host__isnull=False),
                name="insights_of_somebody",
            ),
        ]
        indexes = [models.Index(fields=["host", "clock", "day"], name="insights_days_of_host")]


class Filled(models.Model):
    """Up to which entry of the bookings' history the days are counted: one row.

    history_id: None while everything has still to be counted for the first time.  at: when that was last looked at.
    """

    history_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)
