"""Google Calendar: signing in, which calendars there are, when they are taken, events with Meet links."""

from collections.abc import Mapping

from timetuna.availability.interval import Interval
from timetuna.lib.http import HttpClient
from timetuna.providers.base import (
    BusySource,
    CalendarWriter,
    Directory,
    Entry,
    Identity,
    OAuth,
    OutsideCalendar,
    Profile,
    Reading,
    Tokens,
    Written,
)
from timetuna.providers.description import Config
from timetuna.providers.errors import NeedsReconnect
from timetuna.providers.google.answers import read_calendar, read_profile
from timetuna.providers.google.client import GoogleApi
from timetuna.providers.google.reading import GoogleWindow, read_busy
from timetuna.providers.google.writing import MEETING_TYPES, GoogleWriter
from timetuna.providers.oauth import OAuthClient, OAuthSettings

_SCOPES = "https://www.googleapis.com/auth/"
CALENDAR_LIST = f"{_SCOPES}calendar.calendarlist.readonly"
EVENTS = f"{_SCOPES}calendar.events"
FREE_BUSY = f"{_SCOPES}calendar.events.freebusy"
NEEDED = {
    CALENDAR_LIST: "to see the list of your calendars",
    EVENTS: "to view and edit events",
    FREE_BUSY: "to see your availability",
}
_LIST_FIELDS = (
    "nextPageToken,items(id,summary,summaryOverride,backgroundColor,primary,selected,deleted,accessRole,timeZone,"
    "conferenceProperties)"
)


class GoogleProvider(OAuth, Identity, Directory, BusySource, CalendarWriter):
    """Everything we do with Google, for one OAuth client. Credentials are access tokens."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        settings = OAuthSettings(
            label="Google Calendar",
            client_id=config["client_id"],
            client_secret=config["client_secret"],
            authorize_url=f"{config['oauth_url'].rstrip('/')}/o/oauth2/v2/auth",
            token_url=f"{config['token_url'].rstrip('/')}/token",
            redirect_uri=config["redirect_uri"],
            scope=" ".join(["openid", "email", *NEEDED]),
            # Without prompt=consent a second connection of the same account brings no refresh token.
            extra={"access_type": "offline", "prompt": "consent"},
            refresh_token_stays=True,
        )
        self._oauth = OAuthClient(settings, http=http)
        self._api = GoogleApi(config["api_url"], http=http)

    def authorize_url(self, *, state: str, code_challenge: str) -> str:
        """Return Google's consent page for this client."""
        return self._oauth.authorize_url(state=state, code_challenge=code_challenge)

    def exchange(self, *, code: str, code_verifier: str) -> Tokens:
        """Trade the code for tokens; people can untick each permission at Google, and every one of them is needed."""
        tokens = self._oauth.exchange(code=code, code_verifier=code_verifier)
        missing = [words for scope, words in NEEDED.items() if scope not in tokens.scopes]
        if missing:
            raise NeedsReconnect(
                f"Google was not given the permission {' and '.join(missing)}. "
                "Connect Google Calendar again and tick every permission.",
                code="scope",
            )
        return tokens

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade the refresh token for an access token; the refresh token stays."""
        try:
            return self._oauth.refresh(refresh_token)
        except NeedsReconnect as ended:
            if ended.code != "invalid_grant":
                raise
            raise NeedsReconnect(
                "Google ended the connection. That happens when access is withdrawn in the Google account, when it "
                "was not used for six months, and after seven days while this server's Google app is in testing. "
                "Connect Google Calendar again.",
                code=ended.code,
            ) from None

    def profile(self, access_token: str) -> Profile:
        """Read `GET /oauth2/v3/userinfo`."""
        return read_profile(self._api.call("GET", "/oauth2/v3/userinfo", credential=access_token))

    def calendars(self, *, credential: str) -> tuple[OutsideCalendar, ...]:
        """Read `GET /calendar/v3/users/me/calendarList`; hidden calendars are left out, as at Google."""
        query = {"maxResults": "250", "fields": _LIST_FIELDS}
        pages = self._api.pages("/calendar/v3/users/me/calendarList", credential=credential, query=query)
        found = [read_calendar(item) for page in pages for item in page["items"]]
        return tuple(one for one in found if one)

    def busy(
        self, calendar: str, span: Interval, *, time_zone: str, credential: str, cursor: str = ""
    ) -> Reading:
        """Read `events.list`, by sync token first; `freeBusy.query` where only the availability is shared."""
        return read_busy(self._api, GoogleWindow(calendar, span, time_zone, credential), cursor=cursor)

    def meeting_types(self) -> Mapping[str, str]:
        """Return Google Meet."""
        return MEETING_TYPES

    def put(self, entry: Entry, *, calendar: str, reference: str, credential: str) -> Written:
        """Write the event, without mails of Google's."""
        return GoogleWriter(self._api, calendar, credential=credential).put(entry, reference=reference)

    def remove(self, reference: str, *, calendar: str, credential: str) -> None:
        """Delete the event, without mails of Google's."""
        GoogleWriter(self._api, calendar, credential=credential).remove(reference)
