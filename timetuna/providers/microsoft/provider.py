"""Microsoft 365 and Outlook.com: signing in, the calendars, when they are taken, events with Teams links."""

from urllib.parse import quote

from timetuna.availability.interval import Interval
from timetuna.lib.http import HttpClient
from timetuna.lib.text import spoken
from timetuna.providers.base import OutsideCalendar, Profile, Reading
from timetuna.providers.microsoft.client import GraphApi, read_calendars, read_profile
from timetuna.providers.microsoft.reading import read_busy
from timetuna.providers.microsoft.signin import DEAD, ENDED, LABEL, OPERATOR
from timetuna.providers.microsoft.writing import CALENDARS, MicrosoftWriter
from timetuna.providers.oauth import OAuthSettings
from timetuna.providers.online_calendars import OnlineCalendars, ReadingWindow
from timetuna.providers.registry import Config

CALENDARS_SCOPE, PROFILE_SCOPE = "Calendars.ReadWrite", "User.Read"
NEEDED = {  # as Microsoft's consent page calls them
    CALENDARS_SCOPE: spoken("Have full access to your calendars"),
    PROFILE_SCOPE: spoken("Sign you in and read your profile"),
}


class MicrosoftProvider(OnlineCalendars):
    """Everything we do with Microsoft, for one app registration. Credentials are access tokens."""

    writer = MicrosoftWriter

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
            needed={scope: f"“{words}” ({scope})" for scope, words in NEEDED.items()},
            not_granted=spoken(
                "Microsoft was not given the permission %(missing)s. Connect Microsoft 365 / Outlook again and accept "
                "what is asked for."
            ),
            ended=ENDED,
            refresh_token_stays=True,
            dead_codes=DEAD,
            operator_codes=OPERATOR,
        )
        super().__init__(settings, GraphApi(config["api_url"], http=http), http=http)

    def profile(self, access_token: str) -> Profile:
        address = "/me?$select=id,displayName,mail,userPrincipalName"
        return read_profile(self._api.call("GET", address, credential=access_token))

    def calendars(self, *, credential: str) -> tuple[OutsideCalendar, ...]:
        pages = self._api.pages(CALENDARS, credential=credential)
        return read_calendars([row for page in pages for row in page["value"]])

    def busy(
        self, calendar: str, span: Interval, *, time_zone: str, credential: str, cursor: str = ""
    ) -> Reading:
        """Read `calendarView`, where its delta says that something has changed."""
        return read_busy(self._api, ReadingWindow(calendar, span, time_zone, credential), cursor=cursor)
