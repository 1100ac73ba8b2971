"""Zoom's API: the profile, and meetings made, moved and removed (https://developers.zoom.us/docs/api/meetings/)."""

from datetime import UTC
from typing import Any

from timetuna.lib.http import Body, HttpClient, HttpError
from timetuna.lib.text import multi_line, single_line
from timetuna.providers.base import CreatedConference, Meeting, Profile
from timetuna.providers.errors import ProviderError
from timetuna.providers.zoom.answers import read_conference, read_profile
from timetuna.providers.zoom.refusals import fields_of, is_missing_meeting, refusal

_TOPIC_UNITS, _AGENDA_UNITS = 200, 1_900  # Zoom takes 200 and 2000; how it counts emoji is not known
_SUCCESS = range(200, 300)
_SCHEDULED = 2


class ZoomApi:
    """Calls the API with ready access tokens. Nothing is repeated in here."""

    def __init__(self, api_url: str, *, http: HttpClient) -> None:
        self._api_url = api_url.rstrip("/")
        self._http = http

    def profile(self, access_token: str) -> Profile:
        """Read whose account the token belongs to."""
        return read_profile(self._call("GET", "/v2/users/me", access_token=access_token))

    def create(self, meeting: Meeting, *, access_token: str) -> CreatedConference:
        """Make the meeting; ProviderError has `outcome_unknown` wherever it may exist without our knowing its link."""
        body = self._call(
            "POST",
            "/v2/users/me/meetings",
            access_token=access_token,
            json=_creation(meeting),
            repeatable=False,
        )
        return read_conference(body, start=meeting.start)

    def move(self, reference: str, meeting: Meeting, *, access_token: str) -> None:
        """Set topic, start and length of a meeting."""
        self._call("PATCH", _path(reference), access_token=access_token, json=_details(meeting))

    def remove(self, reference: str, *, access_token: str) -> None:
        """Delete a meeting; one that is gone already is as good."""
        self._call("DELETE", _path(reference), access_token=access_token, missing_is_fine=True)

    def _call(
        self,
        method: str,
        path: str,
        *,
        access_token: str,
        json: Any = None,
        repeatable: bool = True,
        missing_is_fine: bool = False,
    ) -> dict[str, Any]:
        # Without Accept, Zoom's errors have come back as XML.
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        sent = None if json is None else Body.json(json)
        try:
            response = self._http.request(method, f"{self._api_url}{path}", headers=headers, body=sent)
        except HttpError as error:
            raise _unreachable(error, repeatable=repeatable) from None
        body = fields_of(response)
        # A failure is now and then reported with 200: the shape of the answer counts as well.
        if response.status in _SUCCESS and not ("code" in body and "id" not in body):
            return body
        if missing_is_fine and is_missing_meeting(response):
            return {}
        raise refusal(response, repeatable=repeatable)


def _unreachable(error: HttpError, *, repeatable: bool) -> ProviderError:
    unknown = error.sent and not repeatable
    return ProviderError(
        "Zoom did not answer, and may or may not have made the meeting."
        if unknown
        else "Zoom could not be reached; this is tried again.",
        code=f"network:{error.kind}",
        outcome_unknown=unknown,
    )


def _creation(meeting: Meeting) -> dict[str, Any]:
    """Return the body. Waiting room, video and recording stay with the host's own settings at Zoom."""
    return _details(meeting) | {
        "type": _SCHEDULED,
        "timezone": "UTC",
        "default_password": True,
        "settings": {
            "use_pmi": False,  # else a host whose default is the personal room would give it to every guest
            "private_meeting": False,
            "registrants_confirmation_email": False,
            "registrants_email_notification": False,
        },
    }


def _details(meeting: Meeting) -> dict[str, Any]:
    if meeting.start.tzinfo is None:
        raise ValueError("A meeting's start needs a time zone.")
    topic = _cut(single_line(meeting.topic, max_length=_TOPIC_UNITS), _TOPIC_UNITS)
    agenda = _cut(multi_line(meeting.agenda, max_length=_AGENDA_UNITS), _AGENDA_UNITS)
    return {
        "topic": topic or "Meeting",
        # Only this form is safe: what Zoom does not understand it takes for "now", and answers 201.
        "start_time": meeting.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": max(1, meeting.minutes),
        **({"agenda": agenda} if agenda else {}),
    }


def _cut(text: str, units: int) -> str:
    """Cut to so many UTF-16 units, between characters."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def _path(reference: str) -> str:
    if not reference.isascii() or not reference.isdigit():
        raise ProviderError("This meeting has no number at Zoom.", code="zoom:no-number", permanent=True)
    return f"/v2/meetings/{reference}"
