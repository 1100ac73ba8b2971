"""Zoom: signing in, whose account it is, meetings with a link, and the call when the app is removed."""

from datetime import datetime

from timetuna.lib.http import HttpClient
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
from timetuna.providers.description import Config
from timetuna.providers.oauth import OAuthClient, OAuthSettings
from timetuna.providers.zoom.client import ZoomApi
from timetuna.providers.zoom.compliance import acknowledge
from timetuna.providers.zoom.webhook import Webhook

READ_PROFILE, CREATE_MEETINGS = "user:read:user", "meeting:write:meeting"
MOVE_MEETINGS, REMOVE_MEETINGS = "meeting:update:meeting", "meeting:delete:meeting"
NEEDED = {READ_PROFILE: "to read your Zoom profile", CREATE_MEETINGS: "to create meetings"}

_AGAIN = "Connect Zoom again."
_DEAD = {
    4711: f"The permissions of this connection have changed. {_AGAIN}",
    4735: f"Zoom does not know your user any more. {_AGAIN}",
    4737: f"Zoom ended the connection. {_AGAIN}",
    4738: "Your Zoom administrator has disabled the app. Ask them to allow it, then connect Zoom again.",
    4740: f"Zoom ended the connection. {_AGAIN}",
    4741: f"The Zoom account was connected somewhere else, which ended this connection. {_AGAIN}",
}
_OPERATOR = frozenset({4702, 4704, 4717})  # client id or secret wrong, app gone, app disabled by Zoom


class Zoom(OAuthClient, Identity, Conferencing, Webhooks):
    """Everything we do with Zoom, for one registered app."""

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
            not_granted="Zoom did not give the permission {missing}. Connect Zoom again and allow both.",
            dead_reasons=("Invalid Token",),
            dead_codes=_DEAD,
            operator_codes=_OPERATOR,
        )  # no scope: it comes from the app's registration, and sending it gets apps rejected
        secrets = tuple(part.strip() for part in config["webhook_secret_token"].split(",") if part.strip())
        super().__init__(settings, http=http)
        self._api = ZoomApi(config["api_url"], http=http)
        self._compliance_url = f"{config['api_url'].rstrip('/')}/oauth/data/compliance"
        self._webhook = Webhook(config["client_id"], secrets)

    def profile(self, access_token: str) -> Profile:
        """Read `GET /v2/users/me`."""
        return self._api.profile(access_token)

    def abilities(self, scopes: frozenset[str]) -> frozenset[Ability]:
        """Look which scopes there are; those for moving and removing are extras of an operator's app."""
        wanted = {
            Ability.CREATE: CREATE_MEETINGS,
            Ability.MOVE: MOVE_MEETINGS,
            Ability.REMOVE: REMOVE_MEETINGS,
        }
        return frozenset(ability for ability, scope in wanted.items() if scope in scopes)

    def create(self, meeting: Meeting, *, access_token: str) -> CreatedConference:
        """Make a scheduled meeting: `POST /v2/users/me/meetings`."""
        return self._api.create(meeting, access_token=access_token)

    def move(self, reference: str, meeting: Meeting, *, access_token: str) -> None:
        """Change it: `PATCH /v2/meetings/{id}`."""
        self._api.move(reference, meeting, access_token=access_token)

    def remove(self, reference: str, *, access_token: str) -> None:
        """Delete it: `DELETE /v2/meetings/{id}`."""
        self._api.remove(reference, access_token=access_token)

    def read_webhook(self, body: bytes, headers: dict[str, str], *, now: datetime) -> WebhookReply:
        """Read `endpoint.url_validation` and `app_deauthorized`."""
        return self._webhook.read(body, headers, now=now)

    def acknowledge_deauthorization(self, acknowledgement: str) -> None:
        """Confirm that the data is gone: `POST /oauth/data/compliance`."""
        acknowledge(acknowledgement, url=self._compliance_url, basic=self.basic_header(), http=self._http)
