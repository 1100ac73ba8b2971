"""Codes that go to phones, and what people said about texts."""

from django.db import models
from django.utils import timezone

from timetuna.bookings.models.booking import Attendee
from timetuna.pages.models import BookingPage


class NumberCode(models.Model):
    """Six digits with which somebody who books shows that a phone number is theirs; kept for a day, to be counted.

    It is good for one form and one number, both known by their hashes, and once. way: by text, or by mail where no
    text could go.  prefix_hash: of the number without its last four digits.  network: of who asked.
    code_hash is keyed and of this row alone.  sent_at: since when it may have left.
    """

    class Way(models.TextChoices):
        TEXT = "text"
        MAIL = "mail"

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=4, choices=Way.choices)
    form = models.CharField(max_length=64)
    number_hash = models.CharField(max_length=64)
    prefix_hash = models.CharField(max_length=64)
    network = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["form", "number_hash"], name="bookings_codes_of_form"),
            models.Index(fields=["way", "asked_at"], name="bookings_codes_asked"),
            models.Index(fields=["prefix_hash", "asked_at"], name="bookings_codes_of_prefix"),
        ]


class NumberFacts(models.Model):
    """What is known of an attendee's number. shown: how they showed that it is theirs, by `NumberShown`."""

    attendee = models.OneToOneField(Attendee, on_delete=models.CASCADE, related_name="number_facts")
    shown = models.CharField(max_length=4, blank=True, default="")


class TextConsent(models.Model):
    """That somebody wants reminders by text, and what they read when they said so.

    number_hash: of the number they gave with it, keyed.  withdrawn_at: None as long as it stands.
    """

    attendee = models.OneToOneField(Attendee, on_delete=models.CASCADE, related_name="text_consent")
    wording = models.TextField(max_length=1_000)
    number_hash = models.CharField(max_length=64)
    agreed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["number_hash"], name="bookings_consents_of_number")]


class StoppedNumber(models.Model):
    """A number whose owner has answered STOP, known by its keyed hash alone; it stays when a guest is erased."""

    number_hash = models.CharField(max_length=64, unique=True)
    stopped_at = models.DateTimeField(default=timezone.now)


class SentText(models.Model):
    """A message that went to a phone, or may have gone: it is written down before, so that it goes once.

    message: the fingerprint of its id.
    """

    class State(models.TextChoices):
        LEAVING = "leaving"
        SENT = "sent"
        FAILED = "failed"

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="sent_texts")
    message = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.LEAVING)
    at = models.DateTimeField(default=timezone.now)
