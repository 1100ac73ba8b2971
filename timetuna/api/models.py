"""Keys, and what was answered to requests that may come again."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from timetuna.db.public_id import PublicIdField
from timetuna.pages.models import BookingPage


class ApiKey(models.Model):
    """Lets a program act for its owner, as far as its scopes and pages go. The key itself is nowhere kept.

    start: its first signs, which tell keys apart and open nothing.  fingerprint: finds it by the whole of it.
    all_pages: else it is good for `pages` alone, and for what is booked on them.
    last_network: a keyed hash of the network it was used from last.  by_operator: made by `timetuna apikey`.
    """

    public_id = PublicIdField("ak_")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    start = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    all_pages = models.BooleanField(default=True)
    pages = models.ManyToManyField(BookingPage, related_name="+")
    by_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_network = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.start


class StoredAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, so that the same request again gets the same.

    principal: whose key it is, see `Principal.name`.  key, request: fingerprints of the header and of what was asked.
    token: of the process that works on it.  status: None until it is answered.  body, headers: sealed.
    about: the public id of the booking, link, invitation, person or page of which it tells who somebody is, so that
    whatever takes that away takes this along; "" for none.
    """

    principal = models.CharField(max_length=80)
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    token = models.CharField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True, default="")
    about = models.CharField(max_length=24, blank=True, default="", db_index=True)
    began_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "key"], name="api_one_answer_a_key")]
