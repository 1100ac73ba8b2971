"""Booking pages: what a host offers."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class BookingPage(models.Model):
    """One public page of a host at /<handle>/<slug>. Lengths are minutes; the hours are wall clock in `time_zone`."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="booking_pages")
    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=2_000, blank=True, default="")
    time_zone = models.CharField(max_length=64)
    buffer_before_minutes = models.PositiveIntegerField(default=0)
    buffer_after_minutes = models.PositiveIntegerField(default=0)
    increment_minutes = models.PositiveIntegerField(default=30)
    notice_minutes = models.PositiveIntegerField(default=240)
    horizon_days = models.PositiveIntegerField(default=60)
    mail_subject = models.CharField(max_length=150, blank=True, default="")
    mail_message = models.TextField(max_length=2_000, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "slug"], name="pages_one_address")]
        ordering = ["title", "id"]

    def __str__(self) -> str:
        """Return the page's path below the host's."""
        return self.slug

    def address(self) -> str:
        """Return the full public address."""
        return f"{settings.BASE_URL}/{self.host.handle}/{self.slug}"


class Duration(models.Model):
    """A length offered on a page, with its own title and description."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="durations")
    minutes = models.PositiveIntegerField()
    title = models.CharField(max_length=80, blank=True, default="")
    description = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "minutes"], name="pages_one_of_each_length")]
        ordering = ["minutes"]

    def label(self) -> str:
        """Return the title, or the length in words."""
        return self.title or f"{self.minutes} minutes"


class WeeklyHours(models.Model):
    """One window of a weekday (0 is Monday), in minutes after local midnight; 1440 is the end of the day."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField()
    start_minute = models.PositiveSmallIntegerField()
    end_minute = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "start_minute"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="pages_hours_weekday"),
            models.CheckConstraint(
                condition=models.Q(start_minute__lt=models.F("end_minute"), end_minute__lte=1440),
                name="pages_hours_in_order",
            ),
        ]


class MeetingType(models.Model):
    """A way a page's meetings may be held. `kind` is a provider's slug (zoom) or phone, in_person, link.

    `detail`: the number to call ("" asks the guest for theirs), the place, or the link; unused for providers.
    """

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="meeting_types")
    kind = models.CharField(max_length=20)
    enabled = models.BooleanField(default=False)
    detail = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "kind"], name="pages_one_of_each_type")]
        ordering = ["id"]
