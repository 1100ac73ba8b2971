"""Sentences of which a booking page is to be made."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class PageDraft(models.Model):
    """One sentence of a host's, and what a text model has made of it. It is deleted once the page is made, or in days.

    plan: what was read out of the answer, as `plan.read_plan` returns it; {} while there is none.
    problem: why there is none, a sentence.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sentence = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    plan = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
