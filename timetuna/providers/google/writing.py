"""Bookings as events: found, made, changed in place, made again, with a Meet link where one is wanted."""

import hashlib
import re
import time
from datetime import UTC, timedelta

from timetuna.lib.http import Json, text
from timetuna.lib.text import multi_line, single_line, spoken
from timetuna.providers.base import Entry, Written
from timetuna.providers.errors import ProviderError
from timetuna.providers.google.client import (
    GOOGLE,
    GOOGLE_MEET,
    calendar_path,
    conference_state,
    event_path,
    request_id,
    video_link,
)
from timetuna.providers.google.reading import BOOKING
from timetuna.providers.online_calendars import EventWriter
from timetuna.providers.rest import CONFLICT, FORBIDDEN, Refused, with_query

MEETING_TYPES = {GOOGLE_MEET: "Google Meet"}
_ONE = "id,iCalUID,status,sequence,hangoutLink,conferenceData(createRequest,entryPoints(entryPointType,uri))"
_WRITE = {"sendUpdates": "none", "conferenceDataVersion": "1", "fields": _ONE}
_LOOKS, _PAUSE_SECONDS = 4, 0.4
_TITLE, _PLACE, _TEXT, _NAME = 300, 500, 8_000, 200
_HOSTS_OWN = {"summary", "description", "attendees", "transparency"}  # what repairing leaves alone
_TAG = re.compile("<(?=[A-Za-z/!?])")


class GoogleWriter(EventWriter):
    """Writes the events of one calendar, each found by its private property or its UID."""

    service = GOOGLE
    meeting_types = MEETING_TYPES

    def write(self, entry: Entry, reference: str) -> Written:
        """Find the event and change it, or make one."""
        body = _body(entry)
        event = self._known(reference) or self._find(privateExtendedProperty=f"{BOOKING}={entry.booking}")
        made = (event and self._change(event, entry, body)) or self._make(entry, body)
        return self._written(made, wants_link=entry.meeting_type == GOOGLE_MEET)

    def delete(self, reference: str) -> None:
        """Without mails of Google's."""
        address = with_query(event_path(self._calendar, reference), {"sendUpdates": "none"})
        self._api.call("DELETE", address, credential=self._credential)

    def _known(self, reference: str) -> Json | None:
        if not reference:
            return None
        try:
            return self._look(reference)
        except Refused as refused:
            if not refused.absent:
                raise
        return None

    def _look(self, reference: str) -> Json:
        address = with_query(event_path(self._calendar, reference), {"fields": _ONE})
        return self._api.call("GET", address, credential=self._credential)

    def _find(self, **by: str) -> Json | None:
        query = by | {"maxResults": "5", "fields": f"nextPageToken,items({_ONE})"}
        address = with_query(calendar_path(self._calendar), query)
        pages = self._api.pages(address, credential=self._credential)
        return next((item for page in pages for item in page["items"]), None)

    def _change(self, event: Json, entry: Entry, body: Json) -> Json | None:
        """Change an event in place, which brings a deleted one back; None where that is no longer possible."""
        deleted = text(event, "status") == "cancelled"
        sequence = event.get("sequence")
        if entry.unchanged and not deleted:
            body = {name: value for name, value in body.items() if name not in _HOSTS_OWN}
        changes = body | {"sequence": max(entry.revision, sequence if isinstance(sequence, int) else 0)}
        if entry.meeting_type == GOOGLE_MEET and conference_state(event) in {"", "failure"}:
            changes |= _meeting(entry, after=request_id(event))
        address = with_query(event_path(self._calendar, text(event, "id")), _WRITE)
        try:
            changed = self._api.call(
                "PATCH", address, credential=self._credential, body=changes, creates=deleted
            )
        except Refused as refused:
            if refused.absent or (deleted and refused.status == FORBIDDEN):
                return None
            raise
        self._has_made = self._has_made or deleted
        return changed

    def _make(self, entry: Entry, body: Json) -> Json:
        """Make the event under our invitation's UID, so that both are one.

        A UID that Google knows (of a deleted event, or of the invitation in the host's mail) is refused: then that
        event is used, and where it cannot be, a new one under a UID of Google's.
        """
        new = body | {"sequence": entry.revision}
        if entry.meeting_type == GOOGLE_MEET:
            new |= _meeting(entry)
        try:
            return self._insert(new | {"iCalUID": entry.ical_uid})
        except Refused as refused:
            if refused.status != CONFLICT:
                raise
        twin = self._find(iCalUID=entry.ical_uid, showDeleted="true")
        return (twin and self._change(twin, entry, body)) or self._insert(new)

    def _insert(self, body: Json) -> Json:
        address = with_query(calendar_path(self._calendar), _WRITE)
        made = self._api.call("POST", address, credential=self._credential, body=body, creates=True)
        self._has_made = True
        return made

    def _written(self, event: Json, *, wants_link: bool) -> Written:
        if not text(event, "id"):
            raise GOOGLE.unreadable("without the event's id", creates=True)
        if wants_link:
            event = self._when_ready(event)
        return self.written(event, uid="iCalUID", link=video_link(event) if wants_link else "")

    def _when_ready(self, event: Json) -> Json:
        """Look a few times whether the meeting is ready; whoever called looks again later."""
        for _ in range(_LOOKS):
            if conference_state(event) != "pending":
                break
            time.sleep(_PAUSE_SECONDS)
            event = self._look(text(event, "id"))
        if conference_state(event) == "failure":
            raise ProviderError(
                spoken("Google wrote the event but could not make its Meet link; this is tried again."),
                code="google:conference",
            )
        return event


def _body(entry: Entry) -> Json:
    end = entry.start + timedelta(minutes=entry.minutes)
    answer = "needsAction" if entry.tentative else "accepted"
    return {
        "summary": single_line(entry.title, max_length=_TITLE) or "Meeting",
        "location": single_line(entry.location, max_length=_PLACE),
        # Google reads descriptions as HTML; a sign that begins no tag is shown as it is.
        "description": _TAG.sub("< ", multi_line(entry.description, max_length=_TEXT)),
        "start": _end(entry.start.astimezone(UTC).isoformat(), entry.time_zone),
        "end": _end(end.astimezone(UTC).isoformat(), entry.time_zone),
        "status": "tentative" if entry.tentative else "confirmed",
        "transparency": "opaque",
        "attendees": [
            {
                "email": one.email,
                "displayName": single_line(one.name, max_length=_NAME),
                "responseStatus": answer if one.accepted else "needsAction",
            }
            for one in entry.guests
        ],
        "extendedProperties": {"private": {BOOKING: entry.booking}},
    }


def _end(moment: str, zone: str) -> Json:
    return {"dateTime": moment.replace("+00:00", "Z"), "timeZone": zone}


def _meeting(entry: Entry, *, after: str = "") -> Json:
    """Return the wish for a meeting. A known requestId is ignored by Google, so a repeat makes no second meeting.

    after: the id of a wish that failed; the next one has another id, the same each time.
    """
    wish = hashlib.sha256(f"{entry.booking} {after}".encode()).hexdigest()[:32]
    request = {"requestId": wish, "conferenceSolutionKey": {"type": "hangoutsMeet"}}
    return {"conferenceData": {"createRequest": request}}
