"""Google Calendar: signing in, which calendars there are, when they are taken, events with Meet links."""

from timetuna.availability.interval import Interval
from timetuna.lib.http import HttpClient
from timetuna.lib.text import spoken
from timetuna.providers.base import OutsideCalendar, Profile, Reading
from timetuna.providers.google.client import GOOGLE, GoogleApi, read_calendar, read_profile
from timetuna.providers.google.reading import read_busy
from timetuna.providers.google.writing import GoogleWriter
from timetuna.providers.oauth import OAuthSettings
from timetuna.providers.online_calendars import OnlineCalendars, ReadingWindow
from timetuna.providers.registry import Config
from timetuna.providers.rest import with_query

_SCOPES = "https://www.googleapis.com/auth/"
CALENDAR_LIST = f"{_SCOPES}calendar.calendarlist.readonly"
EVENTS = f"{_SCOPES}calendar.events"
FREE_BUSY = f"{_SCOPES}calendar.events.freebusy"
NEEDED = {
    CALENDAR_LIST: "to see the list of your calendars",
    EVENTS: "to view and edit events",
    FREE_BUSY: "to see your availability",
}
_ENDED = spoken(
    "Google ended the connection. That happens when access is withdrawn in the Google account, when it was not used "
    "for six months, and after seven days while this server’s Google app is in testing. Connect Google Calendar again."
)
_LIST_FIELDS = (
    "nextPageToken,items(id,summary,summaryOverride,backgroundColor,primary,selected,deleted,accessRole,timeZone,"
    "conferenceProperties)"
)


class GoogleProvider(OnlineCalendars):
    """Everything we do with Google, for one OAuth client. Credentials are access tokens."""

    writer = GoogleWriter

    def __init__(self, config: Config, http: HttpClient) -> None:
        settings = OAuthSettings(
            label=GOOGLE.label,
            client_id=config["client_id"],
            client_secret=config["client_secret"],
            authorize_url=f"{config['oauth_url'].rstrip('/')}/o/oauth2/v2/auth",
            token_url=f"{config['token_url'].rstrip('/')}/token",
            redirect_uri=config["redirect_uri"],
            scope=" ".join(["openid", "email", *NEEDED]),
            # Without prompt=consent a second connection of the same account brings no refresh token.
            extra={"access_type": "offline", "prompt": "consent"},
            needed=NEEDED,
            not_granted=spoken(
                "Google was not given the permission %(missing)s. "
                "Connect Google Calendar again and tick every permission."
            ),
            ended=_ENDED,
            refresh_token_stays=True,
        )
        super().__init__(settings, GoogleApi(config["api_url"], http=http), http=http)

    def profile(self, access_token: str) -> Profile:
        return read_profile(self._api.call("GET", "/oauth2/v3/userinfo", credential=access_token))

    def calendars(self, *, credential: str) -> tuple[OutsideCalendar, ...]:
        """Read `GET /calendar/v3/users/me/calendarList`; hidden calendars are left out, as at Google."""
        query = {"maxResults": "250", "fields": _LIST_FIELDS}
        address = with_query("/calendar/v3/users/me/calendarList", query)
        pages = self._api.pages(address, credential=credential)
        found = [read_calendar(item) for page in pages for item in page["items"]]
        return tuple(one for one in found if one)

    def busy(
        self, calendar: str, span: Interval, *, time_zone: str, credential: str, cursor: str = ""
    ) -> Reading:
        """Read `events.list`, by sync token first; `freeBusy.query` where only the availability is shared."""
        return read_busy(self._api, ReadingWindow(calendar, span, time_zone, credential), cursor=cursor)
