"""Bookings, their people, their time, and what is known of how they came about."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from timetuna.db.public_id import PublicId, PublicIdField
from timetuna.lib.phones import PhoneLink, phone_link
from timetuna.pages.models import BookingLink, BookingPage, PageHost


def a_day_on() -> datetime:
    """When what was just made is first compared with what should exist outside."""
    return timezone.now() + timedelta(days=1)


new_public_id = PublicId("bk_")
"""Its own migration knows it by this name."""


_CONFIRMED, _TO_CHECK = models.Q(status="confirmed"), models.Q(next_check_at__isnull=False)


class Booking(models.Model):
    """One meeting of guests with hosts. It keeps id and uid for life; `revision` is iCalendar's SEQUENCE.

    public_id: its name for other programs; whoever knows it can do nothing with it here.

    host: the organizer, one of its `booking_hosts`.  status: see `states.py`.
    A pending one takes its time until the host has answered, `pending_until` at the latest.
    no_show: the guest did not come.  erased_at: since when it says no more who the guests were.
    source_network: a keyed hash of the network it was booked from, for some days; "" is not known (any more).
    link: by which it was made, if its page was opened by one.
    idempotency_key: the same twice is one booking.
    neutral_organizer: its invitations come from the page and not from a person, so that its hosts can change.
    next_check_at: when it is next compared with what should exist outside; None once there is nothing to compare.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        AWAITING_PAYMENT = "awaiting_payment"
        AWAITING_PHONE = "awaiting_phone"
        CONFIRMED = "confirmed"
        DECLINED = "declined"
        LAPSED = "lapsed"
        WITHDRAWN = "withdrawn"
        CANCELLED_BY_GUEST = "cancelled_by_guest"
        CANCELLED_BY_HOST = "cancelled_by_host"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    public_id = PublicIdField("bk_")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bookings")
    page = models.ForeignKey(BookingPage, null=True, on_delete=models.SET_NULL, related_name="bookings")
    link = models.ForeignKey(BookingLink, null=True, on_delete=models.SET_NULL, related_name="bookings")
    title = models.CharField(max_length=120)
    start_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    host_time_zone = models.CharField(max_length=64)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.CONFIRMED)
    revision = models.PositiveIntegerField(default=0)
    meeting_type = models.CharField(max_length=20)
    location = models.CharField(max_length=500, blank=True, default="")
    idempotency_key = models.CharField(max_length=64, unique=True)
    cancel_note = models.CharField(max_length=500, blank=True, default="")
    pending_until = models.DateTimeField(null=True)
    no_show = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    next_check_at = models.DateTimeField(null=True, default=a_day_on)
    source_network = models.CharField(max_length=64, blank=True, default="")
    neutral_organizer = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["host", "start_at"], name="bookings_of_host"),
            models.Index(fields=["page", "created_at"], name="bookings_made_on_page"),
            models.Index(fields=["page", "start_at"], name="bookings_held_on_page"),
            models.Index(fields=["page", "start_at"], name="bookings_not_confirmed", condition=~_CONFIRMED),
            models.Index(
                fields=["source_network", "created_at"],
                name="bookings_of_source",
                condition=~models.Q(source_network=""),
            ),
            models.Index(fields=["next_check_at"], name="bookings_to_check", condition=_TO_CHECK),
        ]

    @cached_property
    def booker(self) -> "Attendee":
        """One query, unless `queries.with_booker` read them along."""
        [booker] = [attendee for attendee in self.attendees.all() if attendee.is_booker]
        return booker

    def refresh_from_db(self, *args: Any, **options: Any) -> None:
        """Read the row again, and the booker's when it is next asked for."""
        super().refresh_from_db(*args, **options)
        self.__dict__.pop("booker", None)

    def end_at(self) -> datetime:
        """Aware UTC."""
        return self.start_at + timedelta(minutes=self.minutes)

    def is_off(self) -> bool:
        """Whether it was ended before it took place, or never became a booking."""
        return self.status not in TAKES_TIME

    def concurrency_key(self) -> str:
        """What this booking's jobs are filed under."""
        return self.key_of(self.pk)

    @staticmethod
    def key_of(booking_id: int) -> str:
        """The same of one that is not read whole."""
        return f"booking:{booking_id}"


TAKES_TIME = frozenset(
    {
        Booking.Status.PENDING,
        Booking.Status.AWAITING_PAYMENT,
        Booking.Status.AWAITING_PHONE,
        Booking.Status.CONFIRMED,
    }
)
"""The states in which its time is nobody else's: those in which its rows of `BookingHost` are active."""


class Attendee(models.Model):
    """Somebody on the guest's side: who booked, and whoever was invited too.

    The row stays when somebody is taken off or leaves (`active`), so that they can be told; erasing blanks it.
    invited_by: guest or host.  removed_by: who took them off: guest, host or, if they left, attendee.
    returned: they had left and came back by themselves, which everybody may once.
    language, time_zone, clock: of their pages and mails; clock is "12" or "24", "" where it is not known.
    confirmed: they have shown that mails to their address reach them.  wants_reminders: they have not stopped them.
    mended: how often who booked has given another mail address in place of a wrong one.
    link_sealed: the secret part of their own page's address.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="attendees")
    is_booker = models.BooleanField(default=False)
    name = models.CharField(max_length=100, blank=True, default="")
    email = models.CharField(max_length=254)
    mailbox = models.CharField(max_length=254, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    notes = models.TextField(max_length=2_000, blank=True, default="")
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=10, default="en")
    clock = models.CharField(max_length=2, blank=True, default="")
    active = models.BooleanField(default=True)
    wants_reminders = models.BooleanField(default=True)
    confirmed = models.BooleanField(default=False)
    invited_by = models.CharField(max_length=10, default="guest")
    removed_by = models.CharField(max_length=10, blank=True, default="")
    returned = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=timezone.now)
    mended = models.PositiveSmallIntegerField(default=0)
    link_fingerprint = models.CharField(max_length=64, unique=True)
    link_sealed = models.TextField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "email"], condition=~models.Q(email=""), name="bookings_attendee_once"
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=models.Q(is_booker=True), name="bookings_one_booker"
            ),
        ]
        indexes = [models.Index(fields=["mailbox", "added_at"], name="bookings_of_mailbox")]

    def called(self) -> str:
        """By name, or where none was given by address."""
        return self.name or self.email

    def shown(self) -> str:
        """As "Kim <kim@example.org>", or the address alone."""
        return f"{self.name} <{self.email}>" if self.name else self.email

    def phone_link(self) -> PhoneLink | None:
        return phone_link(self.phone) if self.phone else None


class BookingHost(models.Model):
    """One host of a booking, and the time it takes of them, in minutes since the epoch (UTC).

    time_zone: in which they read of it, and their calendar has it.  part: as what they take part.
    The database refuses two active rows of a host that overlap (its migration), whoever writes.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="booking_hosts")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    start_minute = models.BigIntegerField()
    end_minute = models.BigIntegerField()
    buffer_before_minutes = models.PositiveIntegerField(default=0)
    buffer_after_minutes = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    part = models.CharField(max_length=10, choices=PageHost.Part.choices, default=PageHost.Part.REQUIRED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "host"], name="bookings_host_once"),
            models.CheckConstraint(
                condition=models.Q(start_minute__lt=models.F("end_minute"))
                & models.Q(end_minute__lte=models.F("start_minute") + 1440),
                name="bookings_host_span",
            ),
        ]
        indexes = [models.Index(fields=["host", "start_minute"], name="bookings_host_time")]


class PrivateNotes(models.Model):
    """What somebody wrote down about a booking for themselves: no other host reads it, nor who takes it over."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="notes")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=5_000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["booking", "host"], name="bookings_own_notes_once")]


class Turn(models.Model):
    """What a booking did to the balance of one host of its page, in millionths of a meeting.

    Whoever takes turns on the page has a row. Who could have taken it has a share of it (credit); who took it paid one
    whole (debit). Rows that were written together (at) stand in the order in which it was their turn.
    rule: by what it was decided, or why nothing had to be: the guest named somebody, it was handed to them, or nobody
    else could lead it. BUSY and PAUSED are who could not have taken it.
    balance_before: what was compared: the balance or, where the fewest count, how many they had taken this month.
    weight, tier, last_before: theirs then; last_before is when their last turn had been, None for never.
    undone: taken back, exactly.
    """

    class Rule(models.TextChoices):
        LEDGER = "ledger"
        FEWEST = "fewest"
        NAMED = "named"
        HANDED = "handed"
        LEADS = "leads"
        BUSY = "busy"
        PAUSED = "paused"

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="turns")
    page_host = models.ForeignKey(PageHost, on_delete=models.CASCADE, related_name="turns")
    credit = models.BigIntegerField(default=0)
    debit = models.BigIntegerField(default=0)
    rule = models.CharField(max_length=10, choices=Rule.choices, default=Rule.LEDGER)
    balance_before = models.BigIntegerField()
    weight = models.PositiveIntegerField(default=100)
    tier = models.PositiveSmallIntegerField(default=1)
    last_before = models.DateTimeField(null=True)
    undone = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["page_host", "at"], name="bookings_turns_of_host")]
        ordering = ["at", "id"]


class Hold(models.Model):
    """A time of one host that is kept for a guest who has picked it, for as long as `expires_at` is to come.

    A page with several hosts has a row for each of them, all with the same token.

    Only the token of the guest's form, known here by its fingerprint, gives it back or uses it; the visit in which it
    was picked may pick it again, or another in its place. What was given back stays for a few minutes, so that a
    client's holds can be counted. wide_fingerprint: of the network around the client's address; "" is not known.
    """

    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="+")
    start_minute = models.BigIntegerField()
    end_minute = models.BigIntegerField()
    buffer_before_minutes = models.PositiveIntegerField(default=0)
    buffer_after_minutes = models.PositiveIntegerField(default=0)
    token_fingerprint = models.CharField(max_length=64)
    visit_fingerprint = models.CharField(max_length=64)
    client_fingerprint = models.CharField(max_length=64)
    network_fingerprint = models.CharField(max_length=64)
    wide_fingerprint = models.CharField(max_length=64, blank=True, default="")
    placed_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token_fingerprint", "host"], name="bookings_one_hold_a_host")
        ]
        indexes = [
            models.Index(fields=["host", "expires_at"], name="bookings_holds_of_host"),
            models.Index(fields=["network_fingerprint", "placed_at"], name="bookings_holds_of_client"),
            models.Index(fields=["wide_fingerprint", "expires_at"], name="bookings_holds_of_wide"),
        ]


class MailCode(models.Model):
    """Six digits that were mailed to somebody who books, to show that the address is theirs.

    code_hash is keyed and of this row alone.  used_for: the fingerprint of the form that was sent with it; the same
    form may be sent again.
    """

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="+")
    mailbox_hash = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveIntegerField(default=0)
    used_for = models.CharField(max_length=64, blank=True, default="")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["mailbox_hash", "expires_at"], name="bookings_codes_of_mailbox")]


class UsedProof(models.Model):
    """A proof of work that has let a form in. It is kept until it would not count any more."""

    nonce = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)


class UnusualBookings(models.Model):
    """A while in which so many bookings were made that guests of a page were asked for a proof.

    began_at: when the first of these bookings was made.  last_at: when somebody was asked last.  asked: how often.
    dismissed: the host has seen it.
    """

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    asked = models.PositiveIntegerField(default=0)
    dismissed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["page", "last_at"], name="bookings_unusual_of_page")]


class Conference(models.Model):
    """The online meeting of a booking, made by a connected provider.

    unknown_outcomes: calls that may have made a meeting nobody heard of, since one was wanted; after the first, one is
    made by itself, later ones by the host's hand only.  possible_duplicates: all of them, of earlier meetings too.
    host: whose account makes it: the organizer, unless another host's was chosen.
    promised: people were told that the link follows, and still wait.
    account_fingerprint: whose account made it; the id itself goes when the host disconnects.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        CREATING = "creating"
        READY = "ready"
        REFUSED = "refused"

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="conference")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    provider = models.CharField(max_length=20)
    account_fingerprint = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reference = models.CharField(max_length=100, blank=True, default="")
    join_url = models.CharField(max_length=2_000, blank=True, default="")
    passcode = models.CharField(max_length=100, blank=True, default="")
    create_started_at = models.DateTimeField(null=True)
    scheduled_for = models.DateTimeField(null=True)
    unknown_outcomes = models.PositiveIntegerField(default=0)
    possible_duplicates = models.PositiveIntegerField(default=0)
    promised = models.BooleanField(default=False)
    late_link_mailed = models.BooleanField(default=False)
    problem = models.CharField(max_length=300, blank=True, default="")


class HistoryEntry(models.Model):
    """What happened to a booking, written in the same transaction as the change.

    host: which of the hosts did it, or whose calendar it speaks of.
    source: where it came from ("link", "host", "mail", "system", "api").  via: the key or app it was done through.
    changes: {field: [old, new]}, without anything that says who the guest is.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=10)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    event = models.CharField(max_length=40)
    text = models.CharField(max_length=600)
    source = models.CharField(max_length=10, blank=True, default="")
    via = models.CharField(max_length=120, blank=True, default="")
    changes = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
