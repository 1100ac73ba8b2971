"""Forget authorizations that nobody finished."""

from django.utils import timezone

from timetuna.calendars.models import Authorization
from timetuna.jobs.queue import job


@job("calendars.forget_expired")
def forget_expired() -> int:
    """Delete what is past its ten minutes, waiting grants included; return how many rows."""
    count, _ = Authorization.objects.filter(expires_at__lte=timezone.now()).delete()
    return count
