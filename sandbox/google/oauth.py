"""Google's OAuth: an account is chosen, each permission can be left out, refresh tokens stay."""

import json
import secrets
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from sandbox.base.accounts import Code, Grant
from sandbox.base.calendars import CalendarService
from sandbox.base.oauth import OAuth, base64url
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.google import state
from sandbox.google.answers import error, not_found, oauth_error, scope_missing
from sandbox.google.state import GoogleAccount, GoogleCalendar, GoogleData

_WORDS = {
    state.CALENDAR_LIST: "See the list of Google calendars you're subscribed to",
    state.EVENTS: "View and edit events on all your calendars",
    state.FREE_BUSY: "See the availability on Google calendars you have access to",
    "https://www.googleapis.com/auth/calendar": (
        "See, edit, share, and permanently delete all the calendars you can access using Google Calendar"
    ),
}
_NAMES = {"email": state.USERINFO_EMAIL, "profile": "https://www.googleapis.com/auth/userinfo.profile"}
_ALWAYS = {"openid", *_NAMES, *_NAMES.values()}
_TESTING_LIFE = 7 * 86_400
_READERS = ("freeBusyReader", "reader", "writer", "owner")
_WRITES = {"google.events.insert", "google.events.patch", "google.events.update", "google.events.delete"}
_UNSYNCED = {"iCalUID", "orderBy", "privateExtendedProperty", "q", "timeMin", "timeMax", "updatedMin"}
_RULES = {
    "google-not-offline": "Google's authorize was called without access_type=offline and prompt=consent.",
    "google-include-granted": "include_granted_scopes was used.",
    "google-invitations": "An event was written without sendUpdates=none: Google may mail the guests.",
    "google-conference-ignored": "conferenceData was sent without conferenceDataVersion=1.",
    "google-id-and-uid": "An event was made with both id and iCalUID.",
    "google-sync-parameters": "syncToken was sent beside parameters that do not go with it.",
}


class GoogleOAuth(CalendarService[GoogleData, GoogleAccount]):
    """Each permission can be left out, and a refresh token comes only where it is asked for, and stays."""

    part = "google"
    label = "Google"
    prefix = "google"
    home = "/google"
    addresses = ("OAUTH", "TOKEN", "API")
    consent = "google/consent.html"
    consent_title = "{} wants access"
    words = _WORDS
    wanted = frozenset({"openid", "email", state.CALENDAR_LIST, state.EVENTS, state.FREE_BUSY})
    carried: ClassVar[tuple[str, ...]] = (*OAuth.carried, "access_type")

    def address_problem(self, world: World, request: Request, asked: dict[str, str]) -> Response | None:  # noqa: ARG002
        """Return Google's own error page."""
        app = self.of(world).app
        if asked.get("client_id") != app.client_id:
            return self.blocked("Access blocked: invalid_client", number="401", status=401)
        if asked.get("redirect_uri") != app.redirect_uri:
            return self.blocked("Access blocked: redirect_uri_mismatch", number="400", status=400)
        if asked.get("response_type") != "code" or not asked.get("scope"):
            return self.blocked("Access blocked: invalid_request", number="400", status=400)
        return None

    def client_refused(self) -> Response:
        """Return the refusal of wrong client credentials."""
        return oauth_error("invalid_client", "The OAuth client was not found.", status=401)

    def grant_type_refused(self, form: dict[str, str]) -> Response:  # noqa: ARG002
        """Return the refusal of a token request of no known grant type."""
        return oauth_error("unsupported_grant_type", "Invalid grant_type")

    def code_refused(self, code: Code | None, form: dict[str, str]) -> Response:  # noqa: ARG002
        """Return the refusal of a code."""
        return oauth_error("invalid_grant", "Malformed auth code.")

    def refresh_refused(self) -> Response:
        """Return the refusal of a refresh token."""
        return oauth_error("invalid_grant", "Token has been expired or revoked.")

    def access_refused(self, grant: Grant | None, *, ended: float | None = None) -> Response:  # noqa: ARG002
        """Return the refusal of an access token."""
        return error(401, "authError", "Invalid Credentials")

    def code(self) -> str:
        """Return a fresh code."""
        return f"4/0A{secrets.token_urlsafe(48)}"

    def choices(self, world: World, asked: dict[str, str]) -> list[str]:
        """Return the permissions that can be left out."""
        return [scope for scope in self.asked_scopes(world, asked) if scope not in _ALWAYS]

    def ticked(self, world: World, request: Request) -> list[str]:
        """Return what somebody has ticked, and what Google does not ask about."""
        pairs = parse_qsl(request.body.decode("utf-8", "replace"))
        given = _ALWAYS | {value for name, value in pairs if name == "allow"}
        return [scope for scope in self.asked_scopes(world, request.form()) if scope in given]

    def new_code(
        self, world: World, account: GoogleAccount, asked: dict[str, str], *, scopes: list[str]
    ) -> Code:
        """Return a fresh code. Without prompt=consent a known account's second consent brings no refresh token."""
        grants = self.of(world).grants
        known = any(one.account == account.key and not one.revoked for one in grants)
        code = super().new_code(world, account, asked, scopes=[_NAMES.get(scope, scope) for scope in scopes])
        code.offline = asked.get("access_type") == "offline" and (
            not known or asked.get("prompt") == "consent"
        )
        return code

    def more_with(self, code: Code) -> dict[str, str]:
        """Return what Google sends back beside a code."""
        return {"scope": " ".join(code.scopes), "authuser": "0", "prompt": "consent"}

    def begin(self, world: World, grant: Grant, code: Code, call: Call) -> None:
        """Give the grant its refresh token, and in testing mode its end."""
        grant.refresh = [f"1//0{secrets.token_urlsafe(64)}"] if code.offline else []
        if world.faults.rules("google_testing", kind=call.kind):
            grant.dies_at = world.store.now() + _TESTING_LIFE

    def tokens(self, world: World, grant: Grant, *, first: bool) -> Response:
        """Give a new access token; the refresh token comes once."""
        now = world.store.now()
        token = f"ya29.a0{secrets.token_urlsafe(120)}"
        grant.access[token] = now + self.access_life
        content: dict[str, Any] = {"access_token": token, "expires_in": self.access_life}
        if first and grant.refresh:
            content["refresh_token"] = grant.refresh[-1]
        content |= {"scope": " ".join(grant.scopes), "token_type": "Bearer"}
        if grant.dies_at is not None:
            content["refresh_token_expires_in"] = int(grant.dies_at - now)
        if "openid" in grant.scopes:
            content["id_token"] = self._id_token(world, grant)
        return Response.json(content)

    def _id_token(self, world: World, grant: Grant) -> str:
        account = self.of(world).account(grant.account)
        claims: dict[str, Any] = {
            "iss": "https://accounts.google.com",
            "aud": self.of(world).app.client_id,
            "sub": account.id if account else "",
            "email": account.email if account else "",
            "email_verified": True,
            "exp": int(world.store.now()) + self.access_life,
        }
        parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
        return ".".join(base64url(part) for part in [*parts, b"sandbox"])

    def end(self, world: World, request: Request, call: Call) -> Response:
        """End a grant at the app's wish (https://oauth2.googleapis.com/revoke)."""
        if self.revoke(world, request, call) is None:
            return oauth_error("invalid_token", "Token expired or revoked")
        return Response.json({})

    def userinfo(self, world: World, request: Request, call: Call) -> Response:
        """Answer whose account it is."""
        refusal = RefusedError(oauth_error("invalid_request", "Invalid Credentials", status=401))
        try:
            grant = self.bearer(world, request, call)
        except RefusedError:
            raise refusal from None
        account = self.of(world).account(grant.account)
        if account is None or not {"openid", state.USERINFO_EMAIL} & set(grant.scopes):
            raise refusal
        content: dict[str, Any] = {
            "sub": account.id,
            "picture": "https://lh3.googleusercontent.example/a/EXAMPLE",
        }
        if state.USERINFO_EMAIL in grant.scopes:
            content |= {"email": account.email, "email_verified": True}
        return Response.json(content)

    def allowed(self, world: World, request: Request, call: Call, *, scope: str) -> Grant:
        """Return the grant behind the access token, which has the scope. Raises RefusedError."""
        grant = self.bearer(world, request, call)
        if scope not in grant.scopes:
            raise RefusedError(scope_missing())
        return grant

    def calendar(
        self, world: World, grant: Grant, name: str, *, role: str = "freeBusyReader"
    ) -> GoogleCalendar:
        """Return the calendar, with at least this role. Raises RefusedError."""
        calendar = self.of(world).calendar(grant.account, name)
        if calendar is None:
            raise RefusedError(not_found())
        if _READERS.index(calendar.role) < _READERS.index(role):
            words = f"You need to have {role} access to this calendar."
            raise RefusedError(error(403, "requiredAccessLevel", words, domain="calendar"))
        return calendar

    def rules(self) -> dict[str, str]:
        """Return what an app can do wrong at Google."""
        return super().rules() | _RULES

    def look(self, world: World, request: Request, call: Call) -> None:
        """Check what can be seen from the request alone."""
        super().look(world, request, call)
        asked = request.query()
        if call.kind in _WRITES and asked.get("sendUpdates") != "none":
            world.violation(call, "google-invitations", f"sendUpdates {asked.get('sendUpdates') or 'absent'}")
        if "syncToken" in asked and (beside := _UNSYNCED & set(asked)):
            world.violation(call, "google-sync-parameters", ", ".join(sorted(beside)))

    def look_at_authorize(self, world: World, asked: dict[str, str], call: Call) -> None:
        """Check the address to which the app sent a browser."""
        super().look_at_authorize(world, asked, call)
        if (asked.get("access_type"), asked.get("prompt")) != ("offline", "consent"):
            world.violation(call, "google-not-offline", "A refresh token may not come.")
        if "include_granted_scopes" in asked:
            world.violation(call, "google-include-granted", "Earlier scopes would be in the grant.")

    def look_at_event(self, world: World, account: str, body: dict[str, object], call: Call) -> None:
        """Check that a booking has one event in all of the account's calendars."""
        booking, data = _booking_of(body), self.of(world)
        mine = {one.id for one in data.calendars if one.account == account}
        standing = (one for one in data.events if one.alive and one.calendar in mine)
        if booking and any(_booking_of(one.body) == booking for one in standing):
            world.violation(call, "google-second-event", "The booking's event stands there already.")


def _booking_of(body: dict[str, object]) -> str:
    """Return the booking that an event's private property names, or an empty text."""
    properties = body.get("extendedProperties")
    private = properties.get("private") if isinstance(properties, dict) else None
    return str(private.get("timetuna", "")) if isinstance(private, dict) else ""


GOOGLE = GoogleOAuth()
