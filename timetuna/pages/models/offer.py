"""What a booking page offers: how long meetings last, and how they are held."""

from django.db import models

from timetuna.pages.models.page import BookingPage


class Duration(models.Model):
    """A length that guests can choose. price: in the page's currency; None is the page's, 0 is free."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="durations")
    minutes = models.PositiveIntegerField()
    title = models.CharField(max_length=80, blank=True, default="")
    description = models.CharField(max_length=300, blank=True, default="")
    price = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "minutes"], name="pages_one_of_each_length")]
        ordering = ["minutes"]

    def label(self) -> str:
        """In words where there is no title."""
        return self.title or f"{self.minutes} minutes"


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
