"""A booking page, who takes part in its meetings, and what else belongs to it alone."""

from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from timetuna.accounts.models import About, MailedInvitation, Team, User
from timetuna.calendars.models import Calendar
from timetuna.db.public_id import PublicIdField
from timetuna.l10n.datetimes import date_in
from timetuna.web.forms import in_full

FOR_GOOD = date(2999, 12, 31)
FORMER_HOST = "A former host"  # as whoever is called whose account is deleted


class BookingPage(models.Model):
    """One public page of its owner, `host`, at /<handle>/<slug> of theirs or of the team it is assigned to.

    Who takes part, `page_hosts` say, and `staffing` how: the owner alone, all, or some. Lengths are minutes.
    rotating_count: how many of those who take turns come to each meeting.  on_move: who hosts a meeting that its guest
    moves.  share_rule: whose turn it is.  guests_choose: whether guests may name the person.  undo_no_shows: whether a
    guest who did not come costs nobody their turn.
    follows_title: while it was never saved, its address is made from the title as the host types it.
    listed: whether /<handle> and search engines show it; its address works in any case.  link_only: whether it is
    booked by its `links` alone, and shown to nobody else.  switched_off: it takes no bookings for now; off_note: what
    guests read then.
    schedule: when it is open; one of the host's, or the page's own. horizon_kind says which of `horizon_days` and
    `horizon_date` counts, if any. cap_*: the most bookings of this page a day, week or month; None is without limit.
    change_notice_minutes, cancel_notice_minutes: until how long before the start guests may move or cancel; None is
    never.  approval: the host has to say yes within `approval_hours`.
    currency: in which guests pay, in small letters; "" is free.  price: what for, counted as the currency is, where a
    duration has none of its own.  charges_tax: whether Stripe works taxes out.  refund_hours: who cancels at least so
    long before the start gets all of it back by itself; None is nobody.
    redirect_url: where guests are led once they have booked; "" is their booking's page.  redirect_origins: the
    websites, one a line, to which that or an address of the page may lead.  embed_origins: the websites that may show
    the page in a frame, one a line; "*" is any, and nothing is nobody.  embed_details: those of them that are named
    are told who has booked.
    link_key: with which links are signed whose values guests cannot change; "" for none.
    """

    class Horizon(models.TextChoices):
        """How far ahead guests can book."""

        ROLLING = "rolling"
        DATE = "date"
        ENDLESS = "endless"

    class AskReason(models.TextChoices):
        """Whether guests who cancel or move are asked why."""

        NO = "no"
        OPTIONAL = "optional"
        REQUIRED = "required"

    class Phone(models.TextChoices):
        """Whether guests are asked for a phone number; a verified one has got a code by text."""

        OFF = "off"
        OPTIONAL = "optional"
        REQUIRED = "required"
        VERIFIED = "verified"

    class Staffing(models.TextChoices):
        """Who takes the meeting."""

        SOLO = "solo"
        ALL = "all"
        ANY = "any"

    class OnMove(models.TextChoices):
        SAME = "same"
        ANY = "any"
        GUEST = "guest"

    class ShareRule(models.TextChoices):
        LEDGER = "ledger"
        FEWEST = "fewest"

    public_id = PublicIdField("pg_")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="booking_pages")
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="booking_pages")
    staffing = models.CharField(max_length=10, choices=Staffing.choices, default=Staffing.SOLO)
    rotating_count = models.PositiveSmallIntegerField(default=1)
    on_move = models.CharField(max_length=10, choices=OnMove.choices, default=OnMove.SAME)
    share_rule = models.CharField(max_length=10, choices=ShareRule.choices, default=ShareRule.LEDGER)
    guests_choose = models.BooleanField(default=False)
    undo_no_shows = models.BooleanField(default=False)
    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=2_000, blank=True, default="")
    follows_title = models.BooleanField(default=False)
    listed = models.BooleanField(default=True)
    link_only = models.BooleanField(default=False)
    switched_off = models.BooleanField(default=False)
    off_note = models.CharField(max_length=300, blank=True, default="")
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
    change_notice_minutes = models.PositiveIntegerField(null=True, default=0)
    cancel_notice_minutes = models.PositiveIntegerField(null=True, default=0)
    ask_reason = models.CharField(max_length=10, choices=AskReason.choices, default=AskReason.OPTIONAL)
    most_guests = models.PositiveSmallIntegerField(default=5)
    phone = models.CharField(max_length=10, choices=Phone.choices, default=Phone.OFF)
    approval = models.BooleanField(default=False)
    approval_hours = models.PositiveIntegerField(default=24)
    currency = models.CharField(max_length=3, blank=True, default="")
    price = models.BigIntegerField(null=True)
    charges_tax = models.BooleanField(default=False)
    refund_hours = models.PositiveIntegerField(null=True)
    redirect_url = models.CharField(max_length=500, blank=True, default="")
    redirect_origins = models.TextField(max_length=2_000, blank=True, default="")
    embed_origins = models.TextField(max_length=2_000, blank=True, default="")
    embed_details = models.BooleanField(default=False)
    link_key = models.CharField(max_length=64, blank=True, default="")
    brand_color = models.CharField(max_length=7, blank=True, default="")
    logo_version = models.CharField(max_length=16, blank=True, default="")
    background_version = models.CharField(max_length=16, blank=True, default="")
    video_version = models.CharField(max_length=16, blank=True, default="")
    mail_subject = models.CharField(max_length=150, blank=True, default="")
    mail_message = models.TextField(max_length=2_000, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "slug"], condition=models.Q(team=None), name="pages_one_address"
            ),
            models.UniqueConstraint(
                fields=["team", "slug"], condition=~models.Q(team=None), name="pages_one_team_address"
            ),
        ]
        ordering = ["title", "id"]

    def __str__(self) -> str:
        """The path below the host's."""
        return self.slug

    def is_shared(self) -> bool:
        """Whether several take part in its meetings, as it is staffed. No query where it was read with its hosts."""
        return sum(row.part_on(self) is not None for row in self.page_hosts.all()) > 1

    def owner(self) -> Team | User:
        """Below whose handle it stands."""
        return self.team or self.host

    def handle(self) -> str:
        """The first part of its address."""
        return self.owner().handle

    def address(self) -> str:
        return in_full(_path(self.handle(), self.slug))

    def about(self) -> About:
        return {"team": self.team_id, "page": self.pk}


@lru_cache(maxsize=1_000)  # lists name one page again and again
def _path(handle: str, slug: str) -> str:
    return reverse("public_page", args=[handle, slug])


class PageHost(models.Model):
    """Somebody who takes part in a page's meetings. Its owner has a row like everybody else.

    active: False for who has left or was taken off; the row stays, so that the shares of the others stay right.
    host: None once the account of who has left is deleted; nothing of them is kept but their turns.
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
    host: "models.ForeignKey[User, User]" = models.ForeignKey(  # type: ignore[misc]  # active rows have one
        settings.AUTH_USER_MODEL, null=True, on_delete=models.RESTRICT, related_name="page_hosts"
    )
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
        constraints = [
            models.UniqueConstraint(fields=["page", "host"], name="pages_one_host_once"),
            models.CheckConstraint(
                condition=models.Q(active=False) | models.Q(host__isnull=False), name="pages_host_has_account"
            ),
        ]
        ordering = ["position", "id"]

    @property
    def user_id(self) -> int:
        """Whose row it is, of those that are active: the others may be nobody's."""
        assert self.host_id is not None  # noqa: S101 - a constraint sees to it
        return self.host_id

    def called(self) -> str:
        """Their name, while they have an account."""
        return self.host.name if self.host_id else FORMER_HOST

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

    def about(self) -> About:
        return self.page.about()


class FormerSlug(models.Model):
    """An address a page once had, below its host or its team: it leads to the page while no other page there has it.

    Without a page it was the address of one that is deleted. No page gets either of them but on purpose.
    """

    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    page = models.ForeignKey(BookingPage, null=True, on_delete=models.SET_NULL, related_name="former_slugs")
    slug = models.CharField(max_length=60)
    given_up_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "slug"], name="pages_one_former_address"),
            models.UniqueConstraint(fields=["team", "slug"], name="pages_one_former_team_address"),
            models.CheckConstraint(
                condition=models.Q(host=None) ^ models.Q(team=None), name="pages_former_address_of_one"
            ),
        ]


class PageLogo(models.Model):
    """The picture on a page and in its mails, a PNG of bounded size; `BookingPage.logo_version` is its fingerprint."""

    page = models.OneToOneField(BookingPage, on_delete=models.CASCADE, related_name="logo")
    image = models.BinaryField()


class PageBackground(models.Model):
    """The picture behind a page, a JPEG of bounded size; `BookingPage.background_version` is its fingerprint."""

    page = models.OneToOneField(BookingPage, on_delete=models.CASCADE, related_name="background")
    image = models.BinaryField()


class PageVideo(models.Model):
    """What moves behind a page, MP4 or WebM of bounded size; `BookingPage.video_version` is its fingerprint."""

    page = models.OneToOneField(BookingPage, on_delete=models.CASCADE, related_name="video")
    content = models.BinaryField()


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
