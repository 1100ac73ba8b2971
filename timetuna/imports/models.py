"""What hosts bring along from other products: a reading under way, what has come of it, bookings made there."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.bookings.models import Booking
from timetuna.pages.models import BookingPage, Schedule


class Import(models.Model):
    """One bringing along. The credential that opens the other product is never in here.

    product: a provider's slug.  step, done, total, waits_seconds: how far the reading is, see `bundle.Progress`.
    heard_at: when the reading was heard of last; it has died with its process when that is long ago.
    draft: the bundle that was read, until it is taken over or forgotten; guests' words stand in it.
    report: what became of each row that was taken over, without any guest's word.
    """

    class State(models.TextChoices):
        READING = "reading"
        READ = "read"
        FAILED = "failed"
        MADE = "made"

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    product = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    step = models.CharField(max_length=100, blank=True, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    waits_seconds = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True, default="")
    draft = models.JSONField(default=dict)
    report = models.JSONField(default=list)
    started_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=models.Q(state="reading"), name="imports_one_reading_a_host"
            )
        ]


class ImportedItem(models.Model):
    """Something there, and what was made of it here, so that it is made once.

    outside_digest, own_digest: of both as they were when it was taken over; what differs was changed since.
    schedule, page: what was made of it; neither once that is deleted.
    """

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    product = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    outside_id = models.CharField(max_length=400)
    outside_digest = models.CharField(max_length=64)
    own_digest = models.CharField(max_length=64, blank=True, default="")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="+")
    page = models.ForeignKey(BookingPage, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "product", "kind", "outside_id"], name="imports_one_item_each"
            )
        ]


class BusyShadow(models.Model):
    """A booking to come at another product: it takes its host's time here, and nothing else.

    page: what was made of the page it was booked on.  place, join_url: where they meet.
    others: {"name", "email"} each.  answers: [question, answer] each.
    booking: what was made of it here, once it was moved.
    A few hours after its end the row goes; what says who the guest is goes as soon as it is moved or freed.
    """

    class State(models.TextChoices):
        BUSY = "busy"
        MOVED = "moved"
        FREED = "freed"

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="busy_shadows")
    product = models.CharField(max_length=20)
    outside_id = models.CharField(max_length=400)
    page = models.ForeignKey(BookingPage, null=True, on_delete=models.SET_NULL, related_name="+")
    start_minute = models.BigIntegerField()
    minutes = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.BUSY)
    title = models.CharField(max_length=300, blank=True, default="")
    guest_name = models.CharField(max_length=100, blank=True, default="")
    guest_email = models.CharField(max_length=254, blank=True, default="")
    guest_zone = models.CharField(max_length=64, blank=True, default="")
    others = models.JSONField(default=list)
    answers = models.JSONField(default=list)
    place = models.CharField(max_length=300, blank=True, default="")
    join_url = models.CharField(max_length=2_000, blank=True, default="")
    cancel_url = models.CharField(max_length=2_000, blank=True, default="")
    reschedule_url = models.CharField(max_length=2_000, blank=True, default="")
    booking = models.ForeignKey(Booking, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["start_minute", "id"]
        constraints = [
            models.UniqueConstraint(fields=["host", "product", "outside_id"], name="imports_one_shadow_each")
        ]
        indexes = [models.Index(fields=["host", "start_minute"], name="imports_shadows_of_host")]

    def end_minute(self) -> int:
        """In UTC, as `start_minute`."""
        return self.start_minute + self.minutes

    def called(self) -> str:
        """As in "Intro call with Kim"."""
        guest = self.guest_name or self.guest_email
        title = self.title or gettext("A booking")
        return gettext("%(title)s with %(guest)s") % {"title": title, "guest": guest} if guest else title
