"""Where bookings are told, what there was to tell, and how each telling went."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from timetuna.bookings.models import Booking
from timetuna.db.public_id import PublicIdField

LONGEST_URL = 1_000


class WebhookEndpoint(models.Model):
    """An address that is told of its owner's bookings.

    events: the types it wants.  pages: ids of the pages it is told of; None for all.  thin: it gets ids alone.
    secret_sealed: what its messages are signed with.  former_sealed: what signs them, too, until `former_until`.
    source: which product made it.  app, key: the id of the connected app or the key that it is of; None for its
    owner's own.  until: when that key expires.
    failing_since: since when nothing has got through; None while all is well.  warned: how many mails told of that.
    rests_until: it did not answer in time, and hears of nothing new until then.
    """

    class Off(models.TextChoices):
        """Why nothing is sent."""

        OWNER = "owner"
        GONE = "gone"
        FAILING = "failing"
        KEY_REVOKED = "key_revoked"
        KEY_EXPIRED = "key_expired"
        NO_PAGES = "no_pages"

    public_id = PublicIdField("wh_")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=LONGEST_URL)
    events = models.JSONField(default=list)
    pages = models.JSONField(null=True, default=None)
    thin = models.BooleanField(default=False)
    secret_sealed = models.TextField(default="")
    former_sealed = models.TextField(blank=True, default="")
    former_until = models.DateTimeField(null=True)
    source = models.CharField(max_length=40, blank=True, default="")
    app = models.PositiveBigIntegerField(null=True, db_index=True)
    key = models.PositiveBigIntegerField(null=True, db_index=True)
    until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    warned = models.PositiveSmallIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, choices=Off.choices, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.public_id


class WebhookEvent(models.Model):
    """Something that happened to a booking, as it was then. booking: None for a test.

    data: see `body.py`; it loses its guest when that is erased.  former: the host who gave it away, who hears of this
    and of nothing later.  revision: see `revision_of`; each event of a booking has a higher one than those before it.
    """

    public_id = PublicIdField("evt_")
    type = models.CharField(max_length=30)
    booking = models.ForeignKey(Booking, null=True, on_delete=models.CASCADE, related_name="told_to_programs")
    at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveIntegerField(default=0)
    data = models.JSONField(default=dict)
    former = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="webhooks_events_latest")]
        constraints = [
            models.UniqueConstraint(fields=["booking", "revision"], name="webhooks_one_event_a_revision")
        ]

    def __str__(self) -> str:
        return self.public_id


class EventDelivery(models.Model):
    """One event to one webhook. attempts: since it was written down or replayed.  next_at: None once it is settled."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"

    public_id = PublicIdField("dl_")
    webhook = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["webhook", "-created_at", "-id"], name="webhooks_deliveries_latest")]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhooks_one_delivery_an_event")
        ]

    def __str__(self) -> str:
        return self.public_id


class DeliveryAttempt(models.Model):
    """One call. status: None where no answer came.  problem: why none did.  answer: how it begins."""

    delivery = models.ForeignKey(EventDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=20, blank=True, default="")
    answer = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-at", "-pk"]
