"""A booking's history as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.events import told_entry
from timetuna.bookings.integrations.invitation import own_uid
from timetuna.bookings.models import Booking, HistoryEntry
from timetuna.bookings.permissions import booking_or_404, history_for


@require_safe
@login_required
def history(request: HttpRequest, booking_id: int) -> JsonResponse:
    """The earliest first; times are UTC (RFC 3339)."""
    row = booking_or_404(request, booking_id)
    answer = JsonResponse(
        _facts(row) | {"history": [_entry(entry) for entry in history_for(signed_in(request), row)]}
    )
    answer["Content-Disposition"] = f'attachment; filename="booking-{row.pk}-history.json"'
    return answer


def _facts(row: Booking) -> dict[str, object]:
    return {
        "booking": row.pk,
        "uid": own_uid(row),
        "title": row.title,
        "start": row.start_at.isoformat(),
        "minutes": row.minutes,
        "status": row.status,
        "revision": row.revision,
        "guest": {"name": row.booker.name, "email": row.booker.email},
    }


def _entry(entry: HistoryEntry) -> dict[str, object]:
    return {
        "at": entry.at.isoformat(),
        "who": entry.actor,
        "from": entry.source,
        "event": entry.event,
        "text": " ".join(filter(None, told_entry(entry))),
        "changes": {name: {"old": old, "new": new} for name, (old, new) in entry.changes.items()},
    }
