"""Zoom: signing in, whose account it is, meetings with a link, and the call when the app is removed."""

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from timetuna.lib.http import Body, HttpClient, HttpError, Json, is_https, text
from timetuna.lib.text import multi_line, single_line, spoken
from timetuna.providers.base import (
    Ability,
    Conferencing,
    CreatedConference,
    Identity,
    Meeting,
    Profile,
    WebhookReply,
    Webhooks,
)
from timetuna.providers.errors import ProviderError
from timetuna.providers.oauth import OAuthClient, OAuthSettings
from timetuna.providers.registry import Config
from timetuna.providers.rest import EMAIL_LENGTH, NAME_LENGTH, SUCCESS
from timetuna.providers.zoom.refusals import is_missing_meeting, refusal
from timetuna.providers.zoom.webhook import Webhook, acknowledge

log = logging.getLogger(__name__)

_TOPIC_UNITS, _AGENDA_UNITS = 200, 1_900  # Zoom takes 200 and 2000; how it counts emoji is not known
_PASSCODE_LENGTH = 64
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_TOLERANCE = timedelta(minutes=1)
_SCHEDULED = 2


def _unreachable(error: HttpError, *, repeatable: bool) -> ProviderError:
    unknown = error.sent and not repeatable
    return ProviderError(
        spoken("Zoom did not answer, and may or may not have made the meeting.")
        if unknown
        else spoken("Zoom could not be reached; this is tried again."),
        code=f"network:{error.kind}",
        outcome_unknown=unknown,
    )


def _creation(meeting: Meeting) -> Json:
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


def _details(meeting: Meeting) -> Json:
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
        raise ProviderError(
            spoken("This meeting has no number at Zoom."), code="zoom:no-number", permanent=True
        )
    return f"/v2/meetings/{reference}"


def read_profile(body: Json) -> Profile:
    """The profile; `id` and `email` have to be there. Raises ProviderError."""
    user_id, email = text(body, "id"), single_line(text(body, "email"), max_length=EMAIL_LENGTH)
    if not _ID.fullmatch(user_id) or not email:
        raise ProviderError(spoken("Zoom’s answer does not say whose account this is."), code="protocol")
    account_id = text(body, "account_id")
    parts = f"{text(body, 'first_name')} {text(body, 'last_name')}"
    return Profile(
        user_id=user_id,
        account_id=account_id if _ID.fullmatch(account_id) else "",
        email=email,
        display_name=_line(text(body, "display_name")) or _line(parts) or email[:NAME_LENGTH],
    )


def read_conference(body: Json, *, start: datetime) -> CreatedConference:
    """Return what was made: link, number, and the passcode where the link does not carry it.

    `start_url`, the host's own key, is not looked at. Raises ProviderError with `outcome_unknown`: a meeting exists.
    """
    join_url = text(body, "join_url")
    if not is_https(join_url):
        raise ProviderError(
            spoken("Zoom answered without a join link that can be used."),
            code="protocol",
            outcome_unknown=True,
        )
    _compare_start(text(body, "start_time"), start)
    carried = bool(parse_qs(urlsplit(join_url).query).get("pwd"))
    passcode = "" if carried else single_line(text(body, "password"), max_length=_PASSCODE_LENGTH)
    return CreatedConference(reference=_reference(body.get("id")), join_url=join_url, passcode=passcode)


def _reference(value: Any) -> str:
    """The meeting's number, which comes as int64 or as text; "" where it cannot be read."""
    number = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return number if number.isascii() and number.isdigit() and len(number) <= _PASSCODE_LENGTH else ""


def _compare_start(answered: str, start: datetime) -> None:
    """Zoom schedules "now" when it does not understand a time, and calls that a success."""
    try:
        moment = datetime.fromisoformat(answered)
    except ValueError:
        log.warning("zoom made a meeting without a readable start")
        return
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if abs(moment - start) > _TOLERANCE:
        log.warning(
            "zoom made a meeting at another time: %s minutes off", round((moment - start) / _TOLERANCE)
        )


def _line(words: str) -> str:
    return single_line(words, max_length=NAME_LENGTH)


READ_PROFILE, CREATE_MEETINGS = "user:read:user", "meeting:write:meeting"
MOVE_MEETINGS, REMOVE_MEETINGS = "meeting:update:meeting", "meeting:delete:meeting"
NEEDED = {READ_PROFILE: "to read your Zoom profile", CREATE_MEETINGS: "to create meetings"}

_AGAIN = spoken("Connect Zoom again.")
_DEAD = {
    4711: spoken("The permissions of this connection have changed. %(again)s") % {"again": _AGAIN},
    4735: spoken("Zoom does not know your user any more. %(again)s") % {"again": _AGAIN},
    4737: spoken("Zoom ended the connection. %(again)s") % {"again": _AGAIN},
    4738: spoken(
        "Your Zoom administrator has disabled the app. Ask them to allow it, then connect Zoom again."
    ),
    4740: spoken("Zoom ended the connection. %(again)s") % {"again": _AGAIN},
    4741: spoken("The Zoom account was connected somewhere else, which ended this connection. %(again)s")
    % {"again": _AGAIN},
}
_OPERATOR = frozenset({4702, 4704, 4717})  # client id or secret wrong, app gone, app disabled by Zoom


class Zoom(OAuthClient, Identity, Conferencing, Webhooks):
    """Everything we do with Zoom, for one registered app. Nothing is repeated in here."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        base = config["oauth_url"].rstrip("/")
        settings = OAuthSettings(
            label="Zoom",
            client_id=config["client_id"],
            client_secret=config["client_secret"],
            authorize_url=f"{base}/oauth/authorize",
            token_url=f"{base}/oauth/token",
            redirect_uri=config["redirect_uri"],
            needed={scope: f"{words} ({scope})" for scope, words in NEEDED.items()},
            not_granted=spoken(
                "Zoom did not give the permission %(missing)s. Connect Zoom again and allow both."
            ),
            dead_reasons=("Invalid Token",),
            dead_codes=_DEAD,
            operator_codes=_OPERATOR,
        )  # no scope: it comes from the app's registration, and sending it gets apps rejected
        secrets = tuple(part.strip() for part in config["webhook_secret_token"].split(",") if part.strip())
        super().__init__(settings, http=http)
        self._api_url = config["api_url"].rstrip("/")
        self._webhook = Webhook(config["client_id"], secrets)

    def profile(self, access_token: str) -> Profile:
        return read_profile(self._call("GET", "/v2/users/me", access_token=access_token))

    def abilities(self, scopes: frozenset[str]) -> frozenset[Ability]:
        """Look which scopes there are; those for moving and removing are extras of an operator's app."""
        wanted = {
            Ability.CREATE: CREATE_MEETINGS,
            Ability.MOVE: MOVE_MEETINGS,
            Ability.REMOVE: REMOVE_MEETINGS,
        }
        return frozenset(ability for ability, scope in wanted.items() if scope in scopes)

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
        self._call("PATCH", _path(reference), access_token=access_token, json=_details(meeting))

    def remove(self, reference: str, *, access_token: str) -> None:
        """Delete a meeting; one that is gone already is as good."""
        self._call("DELETE", _path(reference), access_token=access_token, missing_is_fine=True)

    def read_webhook(self, body: bytes, headers: dict[str, str], *, now: datetime) -> WebhookReply:
        return self._webhook.read(body, headers, now=now)

    def acknowledge_deauthorization(self, acknowledgement: str) -> None:
        """Confirm that the data is gone: `POST /oauth/data/compliance`."""
        acknowledge(
            acknowledgement,
            url=f"{self._api_url}/oauth/data/compliance",
            basic=self.basic_header(),
            http=self._http,
        )

    def _call(
        self,
        method: str,
        path: str,
        *,
        access_token: str,
        json: Any = None,
        repeatable: bool = True,
        missing_is_fine: bool = False,
    ) -> Json:
        # Without Accept, Zoom's errors have come back as XML.
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        sent = None if json is None else Body.json(json)
        try:
            response = self._http.request(method, f"{self._api_url}{path}", headers=headers, body=sent)
        except HttpError as error:
            raise _unreachable(error, repeatable=repeatable) from None
        body = response.fields()
        # A failure is now and then reported with 200: the shape of the answer counts as well.
        if response.status in SUCCESS and not ("code" in body and "id" not in body):
            return body
        if missing_is_fine and is_missing_meeting(response):
            return {}
        raise refusal(response, repeatable=repeatable)
