"""Who takes part in a page's meetings, as what, and by whose clock."""

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from timetuna.accounts.models import MailedInvitation
from timetuna.calendars.models import Calendar
from timetuna.l10n.datetimes import date_in
from timetuna.pages.models.page import BookingPage

FOR_GOOD = date(2999, 12, 31)


class PageHost(models.Model):
    """Somebody who takes part in a page's meetings. Its owner has a row like everybody else.

    active: False for who has left or was taken off; the row stays, so that the shares of the others stay right.
    part: for pages whose hosts take turns.  tier: the smaller the sooner.  weight: of their share; 0 takes no turns.
    balance: millionths of a meeting they are owed.
    paused_until: the last date on which nothing new is booked with them; FOR_GOOD until they say otherwise.
    Theirs alone: schedule, buffer_*, notice_minutes (None is as the page has it, and as new pages begin), cap_day
    (how many of its meetings they take a day), and their calendars.
    own_calendars: the PageHostCalendar rows say which of theirs block; else all that block in their account.
    writes: where their events go; `write_calendar` counts for CHOSEN only.
    """

    class Part(models.TextChoices):
        REQUIRED = "required"
        ROTATING = "rotating"
        OPTIONAL = "optional"

    class Writes(models.TextChoices):
        """Which calendar gets new events."""

        DEFAULT = "default"
        CHOSEN = "chosen"
        NOWHERE = "nowhere"

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="page_hosts")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="page_hosts")
    active = models.BooleanField(default=True)
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.ROTATING)
    weight = models.PositiveIntegerField(default=100)
    tier = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveIntegerField(default=0)
    paused_until = models.DateField(null=True)
    balance = models.BigIntegerField(default=0)
    last_turn_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(default=timezone.now)
    schedule = models.ForeignKey("Schedule", null=True, on_delete=models.SET_NULL, related_name="+")
    buffer_before_minutes = models.PositiveIntegerField(null=True)
    buffer_after_minutes = models.PositiveIntegerField(null=True)
    notice_minutes = models.PositiveIntegerField(null=True)
    cap_day = models.PositiveIntegerField(null=True)
    own_calendars = models.BooleanField(default=False)
    writes = models.CharField(max_length=10, choices=Writes.choices, default=Writes.DEFAULT)
    write_calendar = models.ForeignKey(Calendar, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "host"], name="pages_one_host_once")]
        ordering = ["position", "id"]

    def is_paused(self, now: datetime, *, zone: str) -> bool:
        """Until midnight by the clock of their profile, whose zone it is."""
        return self.paused_until is not None and self.paused_until >= date_in(zone, now)

    def part_on(self, page: BookingPage) -> Part | None:
        """As what they take part as the page is staffed now; None while others hold its meetings without them."""
        if not self.active:
            return None
        part = self.Part(self.part)
        if page.staffing == BookingPage.Staffing.ANY:
            return part
        if page.staffing == BookingPage.Staffing.ALL:
            return part if part == self.Part.OPTIONAL else self.Part.REQUIRED
        return self.Part.REQUIRED if self.host_id == page.host_id else None


class PageHostCalendar(models.Model):
    """A calendar that blocks a page for a host who has chosen their own for it."""

    page_host = models.ForeignKey(PageHost, on_delete=models.CASCADE, related_name="calendars")
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page_host", "calendar"], name="pages_one_calendar_once")
        ]


class CohostInvitation(MailedInvitation):
    """To take part in a page's meetings."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="invitations")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "email"],
                condition=models.Q(answered_at=None),
                name="pages_one_open_invitation",
            )
        ]
        ordering = ["created_at", "id"]
