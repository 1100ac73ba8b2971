"""Microsoft 365 and Outlook.com: signing in, the calendars, when they are taken, events with Teams links."""

from collections.abc import Mapping
from urllib.parse import quote

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
from timetuna.providers.microsoft.answers import read_calendars, read_profile
from timetuna.providers.microsoft.client import GraphApi
from timetuna.providers.microsoft.reading import MicrosoftWindow, read_busy
from timetuna.providers.microsoft.signin import DEAD, ENDED, LABEL, OPERATOR
from timetuna.providers.microsoft.writing import CALENDARS, MEETING_TYPES, MicrosoftWriter
from timetuna.providers.oauth import OAuthClient, OAuthSettings

CALENDARS_SCOPE, PROFILE_SCOPE = "Calendars.ReadWrite", "User.Read"
NEEDED = {  # as Microsoft's consent page calls them
    CALENDARS_SCOPE: "Have full access to your calendars",
    PROFILE_SCOPE: "Sign you in and read your profile",
}


class MicrosoftProvider(OAuth, Identity, Directory, BusySource, CalendarWriter):
    """Everything we do with Microsoft, for one app registration. Credentials are access tokens."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        home = f"{config['oauth_url'].rstrip('/')}/{quote(config['tenant'], safe='')}/oauth2/v2.0"
        settings = OAuthSettings(
            label=LABEL,
            client_id=config["client_id"],
            client_secret=config["client_secret"],
            authorize_url=f"{home}/authorize",
            token_url=f"{home}/token",
            redirect_uri=config["redirect_uri"],
            scope=" ".join(["offline_access", *NEEDED]),
            # Without it, whoever is signed in is taken without a question, and no second account can be connected.
            extra={"response_mode": "query", "prompt": "select_account"},
            refresh_token_stays=True,
            dead_codes=DEAD,
            operator_codes=OPERATOR,
        )
        self._oauth = OAuthClient(settings, http=http)
        self._api = GraphApi(config["api_url"], http=http)

    def authorize_url(self, *, state: str, code_challenge: str) -> str:
        """Return Microsoft's sign-in and consent for this app."""
        return self._oauth.authorize_url(state=state, code_challenge=code_challenge)

    def exchange(self, *, code: str, code_verifier: str) -> Tokens:
        """Trade the code for tokens; an organisation can grant less than what was asked for."""
        tokens = self._oauth.exchange(code=code, code_verifier=code_verifier)
        granted = {_plain(scope) for scope in tokens.scopes}
        missing = [f"“{words}” ({scope})" for scope, words in NEEDED.items() if _plain(scope) not in granted]
        if missing:
            raise NeedsReconnect(
                f"Microsoft was not given the permission {' and '.join(missing)}. "
                f"Connect {LABEL} again and accept what is asked for.",
                code="scope",
            )
        return tokens

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade the refresh token for new tokens, which come with a new refresh token."""
        try:
            return self._oauth.refresh(refresh_token)
        except NeedsReconnect as ended:
            if ended.code != "invalid_grant":
                raise
            raise NeedsReconnect(ENDED, code=ended.code) from None

    def profile(self, access_token: str) -> Profile:
        """Read `GET /me`."""
        address = "/me?$select=id,displayName,mail,userPrincipalName"
        return read_profile(self._api.call("GET", address, credential=access_token))

    def calendars(self, *, credential: str) -> tuple[OutsideCalendar, ...]:
        """Read `GET /me/calendars`, every page."""
        pages = self._api.pages(CALENDARS, credential=credential)
        return read_calendars([row for page in pages for row in page["value"]])

    def busy(
        self, calendar: str, span: Interval, *, time_zone: str, credential: str, cursor: str = ""
    ) -> Reading:
        """Read `calendarView`, where its delta says that something has changed."""
        return read_busy(self._api, MicrosoftWindow(calendar, span, time_zone, credential), cursor=cursor)

    def meeting_types(self) -> Mapping[str, str]:
        """Return Microsoft Teams."""
        return MEETING_TYPES

    def put(self, entry: Entry, *, calendar: str, reference: str, credential: str) -> Written:
        """Write the event, without attendees, so that Microsoft mails nobody."""
        return MicrosoftWriter(self._api, calendar, credential=credential).put(entry, reference=reference)

    def remove(self, reference: str, *, calendar: str, credential: str) -> None:
        """Delete the event."""
        MicrosoftWriter(self._api, calendar, credential=credential).remove(reference)


def _plain(scope: str) -> str:
    """Return the scope's name alone: it comes back with or without Graph's address, in any case."""
    return scope.rpartition("/")[2].casefold()
