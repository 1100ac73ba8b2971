"""The private property by which an event is known as a booking's (extended properties, MS-OXPROPS)."""

from typing import Any

# The namespace is ours alone; changing it would make every event that was written a stranger's.
PROPERTY = "String {9d9e429e-2061-4868-8390-ee92f3880009} Name timetuna"
EXPAND = {"$expand": f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"}


def marked(booking: str) -> dict[str, Any]:
    """Return what an event carries so that it can be found as the booking's."""
    return {"singleValueExtendedProperties": [{"id": PROPERTY, "value": booking}]}


def looking_for(booking: str) -> str:
    """Return the filter that finds the booking's event."""
    value = booking.replace("'", "''")
    return f"singleValueExtendedProperties/any(p: p/id eq '{PROPERTY}' and p/value eq '{value}')"


def mark_of(event: dict[str, Any]) -> str:
    """Return the booking that the event was written for, else its iCalendar UID, else an empty text."""
    rows = event.get("singleValueExtendedProperties")
    for row in rows if isinstance(rows, list) else []:
        named = isinstance(row, dict) and str(row.get("id", "")).casefold() == PROPERTY.casefold()
        if named and isinstance(row.get("value"), str):
            return str(row["value"])
    uid = event.get("iCalUId")
    return uid if isinstance(uid, str) else ""
