"""Takes a schedule away that nothing needs."""

from django.db import transaction
from django.utils.translation import gettext, ngettext

from timetuna.accounts.models import User
from timetuna.l10n.lists import in_words, quoted
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
                gettext("“%(name)s” is the default for new pages. Make another one the default first.")
                % {"name": row.name}
            )
        Schedule.objects.filter(pk=schedule.pk).delete()


def _used(name: str, titles: list[str]) -> str:
    return ngettext(
        "“%(name)s” stays, because this page uses it: %(listed)s. Choose other hours there first.",
        "“%(name)s” stays, because these pages use it: %(listed)s. Choose other hours there first.",
        len(titles),
    ) % {"name": name, "listed": in_words([quoted(title) for title in titles])}
