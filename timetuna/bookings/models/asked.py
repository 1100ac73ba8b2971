"""What guests answered to a host's own questions, and where they came from."""

from collections.abc import Iterator

from django.db import models

from timetuna.bookings.models.booking import Attendee, Booking
from timetuna.l10n.lists import labelled
from timetuna.lib.phones import PhoneLink, phone_link
from timetuna.pages.models import Question


class Answer(models.Model):
    """What somebody answered. It says what was asked then, so that a question changed or deleted later changes nothing.

    value: what a program reads: a text, a number, true, an option's id, a list of ids, or for a consent the text that
    was agreed to.  text: how a person reads it.  hidden: the address of the page brought it, and nobody typed it.
    """

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="answers")
    # Without a constraint: a host may delete it while a guest sends the form, which has to be booked all the same.
    question = models.ForeignKey(
        Question, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False
    )
    key = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    value = models.JSONField()
    text = models.TextField(max_length=2_000)
    hidden = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attendee", "key"], name="bookings_one_answer_each")]
        ordering = ["id"]

    def line(self) -> str:
        """For texts: a longer answer stands below what was asked."""
        if "\n" in self.text:
            return f"{labelled(self.label, '').rstrip()}\n{self.text}"
        return labelled(self.label, self.text)

    def phone_link(self) -> PhoneLink | None:
        """Where it is a number that can be called."""
        return phone_link(str(self.value)) if self.kind == Question.Kind.PHONE else None


class BookingOrigin(models.Model):
    """Where the guest of a booking came from, as far as the address of the page or their browser said so.

    referrer: the website that led here, as "https://host" and no more.
    metadata: what else the address brought, by key.
    """

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="origin")
    utm_source = models.CharField(max_length=200, blank=True, default="")
    utm_medium = models.CharField(max_length=200, blank=True, default="")
    utm_campaign = models.CharField(max_length=200, blank=True, default="")
    utm_term = models.CharField(max_length=200, blank=True, default="")
    utm_content = models.CharField(max_length=200, blank=True, default="")
    referrer = models.CharField(max_length=200, blank=True, default="")
    metadata = models.JSONField(default=dict)

    def in_words(self) -> Iterator[tuple[str, str]]:
        """As hosts read it: what is known, by name."""
        named = {"Website": self.referrer} | {
            name: getattr(self, name)
            for name in ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
        }
        yield from ((name, value) for name, value in named.items() if value)
        yield from ((str(name), str(value)) for name, value in self.metadata.items())
