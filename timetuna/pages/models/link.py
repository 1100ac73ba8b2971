"""Links by which a host invites somebody to one of their pages."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from timetuna.db.public_id import PublicIdField
from timetuna.pages.models.page import BookingPage, PageHost


class BookingLink(models.Model):
    """Opens a page with a form that is filled in already, for so many bookings, and with rules of its own.

    token_fingerprint: finds it by the secret part of its address.  token_sealed: shows that part to who runs the page.
    label: theirs alone; guests never read it.
    uses: how many bookings it makes; None is any number.  used: how many it has made that count.
    gives_back: whether one that is called off counts no more.
    expires_at: since when it opens nothing; None is never.  ended_at: since when it is taken back.
    changed_at: when it was made, used, given back or taken back last.
    prefill: names and values as the page's address has them, see `bookings/visitor.py`.
    lengths: in minutes, in place of the page's; [] is as the page has them.
    first, last: the dates, by the page's clock, between which it books, in place of the page's own horizon.
    person: who hosts it in any case, where hosts of the page take turns.
    """

    public_id = PublicIdField("ln_")
    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="links")
    token_fingerprint = models.CharField(max_length=64, unique=True)
    token_sealed = models.TextField()
    label = models.CharField(max_length=120, blank=True, default="")
    uses = models.PositiveIntegerField(null=True, default=1)
    used = models.PositiveIntegerField(default=0)
    gives_back = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    prefill = models.JSONField(default=dict)
    lengths = models.JSONField(default=list)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    person = models.ForeignKey(PageHost, null=True, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(uses=None) | models.Q(uses__gte=1), name="pages_link_makes_a_booking"
            ),
            models.CheckConstraint(
                condition=models.Q(first=None) | models.Q(last=None) | models.Q(first__lte=models.F("last")),
                name="pages_link_in_order",
            ),
        ]
