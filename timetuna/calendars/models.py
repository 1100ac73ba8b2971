"""Outside accounts a host has linked."""

from django.conf import settings
from django.db import models
from django.utils import timezone

LONGEST_ID = 1_000
"""Of a calendar, as its service calls it."""
EVERY = ""
"""The id of the row that stands for all calendars of an account, from connecting it until they are listed."""


class CalendarAccount(models.Model):
    """The stored link to a connected provider. Tokens are sealed (lib/crypto.py); nothing of it leaves this row.

    An account that was connected by a form has its whole credential in `access_token`, which never expires.
    grant_expires_at: when the grant dies by itself, where the provider says so.
    granted_at: when it was given, by the provider's clock; None in rows of old, where `connected_at` is the nearest.
    clock_ahead_seconds: by how much that clock was ahead of ours when it gave tokens last.
    calendars_read_at, calendars_problem: when its list of calendars was read last, and why it could not be since.
    """

    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_accounts"
    )
    provider = models.CharField(max_length=20)
    provider_user_id = models.CharField(max_length=200)
    provider_account_id = models.CharField(max_length=200, default="")
    email = models.CharField(max_length=320, default="")
    display_name = models.CharField(max_length=200, default="")
    scopes = models.TextField(default="")
    access_token = models.TextField()
    refresh_token = models.TextField()
    refresh_token_fingerprint = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    connected_at = models.DateTimeField(default=timezone.now)
    needs_reconnect = models.BooleanField(default=False)
    needs_reconnect_reason = models.CharField(max_length=300, default="")
    grant_expires_at = models.DateTimeField(null=True)
    granted_at = models.DateTimeField(null=True)
    clock_ahead_seconds = models.IntegerField(default=0)
    calendars_read_at = models.DateTimeField(null=True)
    calendars_problem = models.CharField(max_length=300, blank=True, default="")
    refresh_lease = models.CharField(max_length=64, default="")
    refresh_lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "calendar_accounts"
        constraints = [
            models.UniqueConstraint(
                fields=["host", "provider", "provider_user_id"], name="calendar_accounts_one_row_each"
            ),
        ]
        indexes = [models.Index(fields=["provider", "provider_user_id"], name="calendar_accounts_outside_id")]

    @property
    def called(self) -> str:
        """By what its host knows it."""
        return self.email or self.display_name

    def granted_scopes(self) -> frozenset[str]:
        return frozenset(self.scopes.split())


class Authorization(models.Model):
    """An authorization under way: its state (only a fingerprint), bound to host and session, used once.

    `grant` holds, sealed, a finished grant for another account that waits for the host's confirmation;
    `grant_owner` is a fingerprint of that account's id, so that a removal at the provider finds it too; `granted_at` is
    when it was given, by the provider's clock.
    """

    state_fingerprint = models.CharField(max_length=64, unique=True)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    provider = models.CharField(max_length=20)
    session_fingerprint = models.CharField(max_length=64)
    code_verifier = models.TextField()
    grant = models.TextField(default="")
    grant_owner = models.CharField(max_length=64, default="", db_index=True)
    granted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()


class Calendar(models.Model):
    """One calendar of an account, and what is known of its busy time.

    blocks: it takes time on every page that has not chosen calendars of its own.  tentative_blocks: so do its events
    that are not certain yet.  listed: the account still has it.
    everywhere: its times were brought along, and block on every page whatever calendars that has chosen. They tell
    nothing of when its host is free.
    One whose `outside_id` is EVERY stands for all of an account that was never listed: unknown is not free.
    busy: merged intervals, as calendars/busy_cache.py packs them, read for [known_from_minute, known_until_minute)
    in `known_zone`; good since `read_at`, whatever was tried since.  failing_since: the first failure since then.
    notes: what that rests on and its host should know, as rows of `ical.answer.Note`. Titles of events stand in it.
    """

    account = models.ForeignKey(CalendarAccount, on_delete=models.CASCADE, related_name="calendars")
    outside_id = models.CharField(max_length=LONGEST_ID)
    name = models.CharField(max_length=300)
    color = models.CharField(max_length=7, blank=True, default="")
    is_primary = models.BooleanField(default=False)
    writable = models.BooleanField(default=False)
    meeting_types = models.CharField(max_length=200, blank=True, default="")
    listed = models.BooleanField(default=True)
    blocks = models.BooleanField(default=True)
    tentative_blocks = models.BooleanField(default=True)
    everywhere = models.BooleanField(default=False)
    busy = models.BinaryField(default=b"")
    busy_count = models.PositiveIntegerField(default=0)
    known_from_minute = models.BigIntegerField(default=0)
    known_until_minute = models.BigIntegerField(default=0)
    known_zone = models.CharField(max_length=64, blank=True, default="")
    notes = models.JSONField(blank=True, default=list)
    cursor = models.TextField(blank=True, default="")
    read_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    next_read_at = models.DateTimeField(default=timezone.now, db_index=True)
    read_lease_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True, default="")
    problem_code = models.CharField(max_length=60, blank=True, default="")
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-is_primary", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "outside_id"], name="calendars_one_row_each"),
        ]
        indexes = [
            models.Index(
                fields=["read_lease_until", "account"],
                name="calendars_being_read",
                condition=models.Q(read_lease_until__isnull=False),
            ),
        ]

    def is_every(self) -> bool:
        """Whether it stands for all calendars of an account that was never listed."""
        return self.outside_id == EVERY

    def kinds(self) -> frozenset[str]:
        return frozenset(self.meeting_types.split())


class CalendarEvent(models.Model):
    """The one event of a booking (known here by its uid only) in the calendar of one host, and where it was written.

    It outlives calendar, account and event: by `account_fingerprint` and `outside_calendar` a connection that comes
    back is recognised, and by its marks an event of ours is told from others, also just after it was removed.
    written_digest: of all that was written last; "" where nobody knows what stands there.
    in_doubt: a call has left that may have made an event nobody heard of.
    lease: whose turn at writing it is; what comes of an earlier turn does not count.
    mailed_uid: the UID that the host's mails carry, settled with the first of them; "" is the booking's own.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        WRITTEN = "written"
        REMOVED = "removed"
        REFUSED = "refused"

    booking_uid = models.UUIDField()
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(CalendarAccount, null=True, on_delete=models.SET_NULL, related_name="+")
    calendar = models.ForeignKey(Calendar, null=True, on_delete=models.SET_NULL, related_name="events")
    provider = models.CharField(max_length=20)
    account_fingerprint = models.CharField(max_length=64)
    outside_calendar = models.CharField(max_length=1_000)
    reference = models.CharField(max_length=1_000, blank=True, default="")
    ical_uid = models.CharField(max_length=300, blank=True, default="", db_index=True)
    join_url = models.CharField(max_length=2_000, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    written_revision = models.IntegerField(default=-1)
    written_digest = models.CharField(max_length=64, blank=True, default="")
    in_doubt = models.BooleanField(default=False)
    lease = models.CharField(max_length=64, blank=True, default="")
    mailed_uid = models.CharField(max_length=300, blank=True, default="")
    problem = models.CharField(max_length=300, blank=True, default="")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking_uid", "host"], name="calendars_one_event_each"),
        ]
