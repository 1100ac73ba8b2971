"""Makes one of a host's schedules the one that new pages begin with."""

from django.db import transaction

from timetuna.accounts.models import User
from timetuna.pages.models import Schedule


def set_default_schedule(schedule: Schedule) -> None:
    """Pages keep the hours they have."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=schedule.host_id)
        shared = Schedule.objects.filter(host=schedule.host_id, page=None)
        if shared.filter(pk=schedule.pk).exists():
            shared.filter(is_default=True).update(is_default=False)
            shared.filter(pk=schedule.pk).update(is_default=True)
