"""Takes a schedule away that nothing needs."""

from django.db import transaction

from timetuna.accounts.models import User
from timetuna.pages.models import BookingPage, Schedule


class ScheduleNeeded(Exception):  # noqa: N818 - it names what happened
    """The message says why, and what to do."""


def delete_schedule(schedule: Schedule) -> None:
    """Raises ScheduleNeeded while pages use it or it is the default."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=schedule.host_id)  # so that no page picks it meanwhile
        titles = BookingPage.objects.filter(schedule=schedule.pk).values_list("title", flat=True)
        if titles:
            raise ScheduleNeeded(_used(schedule.name, list(titles)))
        row = Schedule.objects.filter(pk=schedule.pk).first()
        if row is not None and row.is_default:
            raise ScheduleNeeded(
                f"“{row.name}” is the default for new pages. Make another one the default first."
            )
        Schedule.objects.filter(pk=schedule.pk).delete()


def _used(name: str, titles: list[str]) -> str:
    quoted = [f"“{title}”" for title in titles]
    listed = f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    pages = "these pages use" if len(quoted) > 1 else "this page uses"
    return f"“{name}” stays, because {pages} it: {listed}. Choose other hours there first."
