"""Booking pages: what a host offers."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from timetuna.calendars.models import Calendar
from timetuna.web.forms import in_full


class BookingPage(models.Model):
    """One public page at /<handle>/<slug> of its owner, `host`; who takes part, `page_hosts` say. Lengths are minutes.

    follows_title: while it was never saved, its address is made from the title as the host types it.
    listed: whether /<handle> and search engines show it; its address works in any case.
    schedule: when it is open; one of the host's, or the page's own. horizon_kind says which of `horizon_days` and
    `horizon_date` counts, if any. cap_*: the most bookings of this page a day, week or month; None is without limit.
    own_calendars: the page's PageCalendar rows say which calendars block it; else all that block in their account.
    writes: where new events go; `write_calendar` counts for CHOSEN only.
    change_notice_minutes, cancel_notice_minutes: until how long before the start guests may move or cancel; None is
    never.  approval: the host has to say yes within `approval_hours`.
    """

    class Horizon(models.TextChoices):
        """How far ahead guests can book."""

        ROLLING = "rolling"
        DATE = "date"
        ENDLESS = "endless"

    class Writes(models.TextChoices):
        """Which calendar gets new events."""

        DEFAULT = "default"
        CHOSEN = "chosen"
        NOWHERE = "nowhere"

    class AskReason(models.TextChoices):
        """Whether guests who cancel or move are asked why."""

        NO = "no"
        OPTIONAL = "optional"
        REQUIRED = "required"

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="booking_pages")
    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=2_000, blank=True, default="")
    follows_title = models.BooleanField(default=False)
    listed = models.BooleanField(default=True)
    schedule = models.ForeignKey("Schedule", on_delete=models.RESTRICT, related_name="pages")
    buffer_before_minutes = models.PositiveIntegerField(default=0)
    buffer_after_minutes = models.PositiveIntegerField(default=0)
    increment_minutes = models.PositiveIntegerField(default=30)
    notice_minutes = models.PositiveIntegerField(default=240)
    horizon_kind = models.CharField(max_length=10, choices=Horizon.choices, default=Horizon.ROLLING)
    horizon_days = models.PositiveIntegerField(default=60)
    horizon_date = models.DateField(null=True)
    cap_day = models.PositiveIntegerField(null=True)
    cap_week = models.PositiveIntegerField(null=True)
    cap_month = models.PositiveIntegerField(null=True)
    holds = models.BooleanField(default=True)
    own_calendars = models.BooleanField(default=False)
    writes = models.CharField(max_length=10, choices=Writes.choices, default=Writes.DEFAULT)
    write_calendar = models.ForeignKey(Calendar, null=True, on_delete=models.SET_NULL, related_name="+")
    change_notice_minutes = models.PositiveIntegerField(null=True, default=0)
    cancel_notice_minutes = models.PositiveIntegerField(null=True, default=0)
    ask_reason = models.CharField(max_length=10, choices=AskReason.choices, default=AskReason.OPTIONAL)
    most_guests = models.PositiveSmallIntegerField(default=5)
    approval = models.BooleanField(default=False)
    approval_hours = models.PositiveIntegerField(default=24)
    brand_color = models.CharField(max_length=7, blank=True, default="")
    logo_version = models.CharField(max_length=16, blank=True, default="")
    mail_subject = models.CharField(max_length=150, blank=True, default="")
    mail_message = models.TextField(max_length=2_000, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "slug"], name="pages_one_address")]
        ordering = ["title", "id"]

    def __str__(self) -> str:
        """The path below the host's."""
        return self.slug

    def address(self) -> str:
        return in_full(reverse("public_page", args=[self.host.handle, self.slug]))


class PageHost(models.Model):
    """Somebody who takes part in all meetings of a page. Its owner has a row like everybody else."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="page_hosts")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="page_hosts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "host"], name="pages_one_host_once")]
        ordering = ["id"]


class FormerSlug(models.Model):
    """An address a page once had: it leads to the page for as long as no other page of the host has it.

    Without a page it was the address of one that is deleted. No page gets either of them but on purpose.
    """

    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    page = models.ForeignKey(BookingPage, null=True, on_delete=models.SET_NULL, related_name="former_slugs")
    slug = models.CharField(max_length=60)
    given_up_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "slug"], name="pages_one_former_address")]


class PageLogo(models.Model):
    """The picture on a page and in its mails, a PNG of bounded size; `BookingPage.logo_version` is its fingerprint."""

    page = models.OneToOneField(BookingPage, on_delete=models.CASCADE, related_name="logo")
    image = models.BinaryField()


class PageCalendar(models.Model):
    """A calendar that blocks a page which has chosen its own."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="page_calendars")
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "calendar"], name="pages_one_calendar_once")]


class PageMail(models.Model):
    """What a host writes into one kind of mail of a page, beside the confirmation (`BookingPage.mail_*`)."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=150, blank=True, default="")
    message = models.TextField(max_length=2_000, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "kind"], name="pages_one_mail_of_each_kind")]


class Reminder(models.Model):
    """A message that time brings to people of a page's bookings: `minutes` before the start, or after the end.

    audience: the host, or everybody on the guest's side.  channel: by what, a module of `notifications/channels/`.
    """

    class Kind(models.TextChoices):
        """Each has its own texts."""

        REMINDER = "reminder"
        FOLLOW_UP = "follow_up"

    class Audience(models.TextChoices):
        GUEST = "guest"
        HOST = "host"

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.REMINDER)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    minutes = models.PositiveIntegerField()
    channel = models.CharField(max_length=20, default="mail")

    class Meta:
        ordering = ["-minutes", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "kind", "audience", "channel", "minutes"], name="pages_one_reminder_of_each"
            )
        ]


class Schedule(models.Model):
    """Named weekly hours of a host, by the wall clock of `time_zone`; with `page`, that page's own and without a name.

    A page's own hours stay when it turns to a shared schedule, and go with the page.
    """

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="schedules")
    page = models.OneToOneField(
        "BookingPage", null=True, on_delete=models.CASCADE, related_name="own_schedule"
    )
    name = models.CharField(max_length=80, blank=True, default="")
    time_zone = models.CharField(max_length=64)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_default", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=models.Q(is_default=True), name="pages_one_default_schedule"
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(page=None), name="pages_default_is_shared"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Duration(models.Model):
    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="durations")
    minutes = models.PositiveIntegerField()
    title = models.CharField(max_length=80, blank=True, default="")
    description = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "minutes"], name="pages_one_of_each_length")]
        ordering = ["minutes"]

    def label(self) -> str:
        """In words where there is no title."""
        return self.title or f"{self.minutes} minutes"


class WeeklyHours(models.Model):
    """One window of a weekday (0 is Monday), in minutes after local midnight; 1440 is the end of the day."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="weekly_hours")
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


class DateOverride(models.Model):
    """Other hours on one date of a schedule.

    windows: [start, end] in minutes after local midnight, in order and disjoint; none is a closed day.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides")
    date = models.DateField()
    windows = models.JSONField(default=list)

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["schedule", "date"], name="pages_one_override_a_date")]


class OutOfOffice(models.Model):
    """The host's absence from `first` to `last`, both included. Guests see the note; empty, they see nothing."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="out_of_office")
    first = models.DateField()
    last = models.DateField()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["first", "last", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first__lte=models.F("last")), name="pages_away_in_order"
            )
        ]


class TravelZone(models.Model):
    """From `first` to `last`, both included, all hours of the host are meant in this zone."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="travel_zones")
    first = models.DateField()
    last = models.DateField()
    time_zone = models.CharField(max_length=64)

    class Meta:
        ordering = ["first", "last", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first__lte=models.F("last")), name="pages_travel_in_order"
            )
        ]


class HostRules(models.Model):
    """What holds for all pages of a host. A host without a row has no holidays and no caps.

    holiday_country, holiday_region: codes of the `holidays` package; no country is no holidays.
    calendar_patience_hours: how old the knowledge of a calendar may get before its pages offer nothing.
    retention_days: after how many days past their end guests are erased from bookings; None is never.
    """

    host = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="host_rules"
    )
    holiday_country = models.CharField(max_length=10, blank=True, default="")
    holiday_region = models.CharField(max_length=40, blank=True, default="")
    cap_day = models.PositiveIntegerField(null=True)
    cap_week = models.PositiveIntegerField(null=True)
    cap_month = models.PositiveIntegerField(null=True)
    calendar_patience_hours = models.PositiveIntegerField(default=24)
    retention_days = models.PositiveIntegerField(null=True)


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
