"""When a host is open, and what holds for all of their pages."""

from django.conf import settings
from django.db import models

from timetuna.db.public_id import PublicIdField


class Schedule(models.Model):
    """Named weekly hours of a host, by the wall clock of `time_zone`; with `page`, that page's own and without a name.

    A page's own hours stay when it turns to a shared schedule, and go with the page.
    """

    public_id = PublicIdField("sc_")
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
    """The host's absence from `first` to `last`, both included. Guests see the note; empty, they see nothing.

    start_minute: when it begins on the first date.  end_minute: when it ends on the last one; 1440 is its end.
    """

    public_id = PublicIdField("aw_")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="out_of_office")
    first = models.DateField()
    last = models.DateField()
    note = models.CharField(max_length=200, blank=True, default="")
    start_minute = models.PositiveSmallIntegerField(default=0)
    end_minute = models.PositiveSmallIntegerField(default=1_440)

    class Meta:
        ordering = ["first", "last", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first__lte=models.F("last")), name="pages_away_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(start_minute__lt=1_440, end_minute__gt=0, end_minute__lte=1_440)
                & (models.Q(first__lt=models.F("last")) | models.Q(start_minute__lt=models.F("end_minute"))),
                name="pages_away_hours_in_order",
            ),
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
    holidays_open: those that close nothing, one a line: a name for every year, or a date for that one alone.
    calendar_patience_hours: how old the knowledge of a calendar may get before its pages offer nothing.
    retention_days: after how many days past their end guests are erased from bookings; None is never.
    """

    PATIENCE_HOURS = 24

    host = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="host_rules"
    )
    holiday_country = models.CharField(max_length=10, blank=True, default="")
    holiday_region = models.CharField(max_length=40, blank=True, default="")
    holidays_open = models.TextField(max_length=10_000, blank=True, default="")
    cap_day = models.PositiveIntegerField(null=True)
    cap_week = models.PositiveIntegerField(null=True)
    cap_month = models.PositiveIntegerField(null=True)
    calendar_patience_hours = models.PositiveIntegerField(default=PATIENCE_HOURS)
    retention_days = models.PositiveIntegerField(null=True)


class FirstSteps(models.Model):
    """What a new host has said about the steps they begin with; what they have done besides is asked where it is kept.

    states: by the name of a step "done" or "skipped".  put_away: they want to see no more of them for now.
    """

    host = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="first_steps"
    )
    states = models.JSONField(default=dict)
    put_away = models.BooleanField(default=False)
