"""What a host decides about one of their calendars."""

from django.utils import timezone

from timetuna.calendars.models import Calendar


def set_calendar(calendar_id: int, *, host_id: int, blocks: bool, tentative_blocks: bool) -> bool:
    """Store whether it blocks time, and whether tentative events do. False when it is not one of the host's.

    One that blocks from now on is read at once: until then the host's pages cannot know of it.
    """
    rows = Calendar.objects.filter(pk=calendar_id, account__host_id=host_id)
    if blocks:
        rows.filter(blocks=False).update(next_read_at=timezone.now())
    return bool(rows.update(blocks=blocks, tentative_blocks=tentative_blocks))
