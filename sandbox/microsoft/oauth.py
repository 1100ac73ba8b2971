"""Microsoft's OAuth: permissions are accepted, or an administrator is needed; every refresh token goes on working."""

import secrets
from typing import Any
from urllib.parse import parse_qsl

from sandbox.base.accounts import Code, Grant
from sandbox.base.calendars import CalendarService
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.microsoft import state
from sandbox.microsoft.answers import denied, error, not_found, oauth_error
from sandbox.microsoft.paths import names_of
from sandbox.microsoft.state import MicrosoftAccount, MicrosoftCalendar, MicrosoftData, MicrosoftEvent

_WORDS = {
    state.CALENDARS: "Have full access to your calendars",
    state.PROFILE: "Sign you in and read your profile",
    state.OFFLINE: "Maintain access to data you have given it access to",
}
_DECLINED = "AADSTS65004: User declined to consent to access the app."
_UNAPPROVED = "AADSTS90094: An administrator of the organization has to approve this app."
_GRAPH = "https://graph.microsoft.com/"
_UNREADABLE = 40  # ids that are shorter are none of Graph's
_WITH_IDS = ("microsoft.events", "microsoft.view", "microsoft.delta")
_MARK = "name timetuna"
_RULES = {
    "microsoft-no-account-choice": "Microsoft's authorize was called without prompt=select_account.",
    "microsoft-attendees": "An event was written with attendees: Microsoft mails each of them by itself.",
    "microsoft-no-transaction": "An event was made without a transactionId.",
    "microsoft-meeting-lost": "An event's text was replaced without its Teams part, which ends the meeting.",
    "microsoft-mutable-ids": "Events were asked for without immutable ids.",
}


class MicrosoftOAuth(CalendarService[MicrosoftData, MicrosoftAccount]):
    """An account may be guarded by its administrator; refresh tokens are added, and each stays good."""

    part = "microsoft"
    label = "Microsoft"
    prefix = "microsoft"
    home = "/microsoft"
    consent = "microsoft/consent.html"
    consent_title = "Permissions requested"
    words = _WORDS
    wanted = frozenset({state.OFFLINE, state.PROFILE, state.CALENDARS})
    access_life = 4211

    def address_problem(self, world: World, request: Request, asked: dict[str, str]) -> Response | None:  # noqa: ARG002
        """Return Microsoft's own error page."""
        app = self.of(world).app
        if asked.get("client_id") != app.client_id:
            return self.blocked("The application was not found in the directory.", number="AADSTS700016")
        if asked.get("redirect_uri") != app.redirect_uri:
            words = "The redirect URI does not match those configured for the application."
            return self.blocked(words, number="AADSTS50011")
        if asked.get("response_type") != "code" or not asked.get("scope"):
            return self.blocked("The request body must contain the parameter scope.", number="AADSTS900144")
        return None

    def client_refused(self) -> Response:
        """Return the refusal of wrong client credentials."""
        return oauth_error("invalid_client", 7000215, "Invalid client secret provided.", status=401)

    def grant_type_refused(self, form: dict[str, str]) -> Response:  # noqa: ARG002
        """Return the refusal of a token request of no known grant type."""
        words = "The app requested an unsupported grant type."
        return oauth_error("unsupported_grant_type", 70003, words)

    def code_refused(self, code: Code | None, form: dict[str, str]) -> Response:  # noqa: ARG002
        """Return the refusal of a code."""
        if code is not None and code.used:
            return oauth_error("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed.")
        return oauth_error("invalid_grant", 70000, "The provided value for the code is not valid.")

    def refresh_refused(self) -> Response:
        """Return the refusal of a refresh token."""
        return oauth_error("invalid_grant", 50173, "The provided grant has expired or was revoked.")

    def access_refused(self, grant: Grant | None, *, ended: float | None = None) -> Response:  # noqa: ARG002
        """Return the refusal of an access token."""
        words = "IDX14100: JWT is not well formed." if grant is None else "Lifetime validation failed."
        return error(401, "InvalidAuthenticationToken", words)

    def code(self) -> str:
        """Return a fresh code."""
        return f"0.AXoA{secrets.token_urlsafe(600)}"

    def ticked(self, world: World, request: Request) -> list[str]:
        """Return what was left ticked."""
        asked = self.asked_scopes(world, request.form())
        pairs = parse_qsl(request.body.decode("utf-8", "replace"))
        return [value for name, value in pairs if name == "allow" and value in asked]

    def decide(self, world: World, request: Request, call: Call) -> Response:
        """Do what the person chose; who needs an administrator is told so, and can only leave."""
        form = request.form()
        account, decision = self.of(world).account(form.get("account", "")), form.get("decision")
        wanted = decision == "leave" or (decision == "allow" and account is not None and account.guarded)
        if not wanted or self.address_problem(world, request, form):
            return super().decide(world, request, call)
        if decision == "leave":
            return self._send_back(world, form, call, words=_UNAPPROVED)
        title = "Need admin approval"
        return self.page(world, form, template="microsoft/approval.html", title=title, account=account)

    def allow(
        self,
        world: World,
        asked: dict[str, str],
        *,
        account: MicrosoftAccount,
        scopes: list[str],
        call: Call,
    ) -> Response:
        """Send the browser back with a code, or without one where an administrator has to approve first."""
        if account.guarded:
            return self._send_back(world, asked, call, words=_UNAPPROVED)
        return super().allow(world, asked, account=account, scopes=scopes, call=call)

    def more_with(self, code: Code) -> dict[str, str]:  # noqa: ARG002
        """Return what Microsoft sends back beside a code."""
        return {"session_state": "6f9e3b1c-sandbox"}

    def decline(self, world: World, asked: dict[str, str], call: Call) -> Response:
        """Send the browser back without a code."""
        return self._send_back(world, asked, call, words=_DECLINED)

    def _send_back(self, world: World, asked: dict[str, str], call: Call, *, words: str) -> Response:
        self.look_at_state(world, asked.get("state", ""), call)
        return self.back(asked, error="access_denied", error_subcode="cancel", error_description=words)

    def tokens(self, world: World, grant: Grant, *, first: bool) -> Response:  # noqa: ARG002
        """Give new tokens; earlier refresh tokens stay good."""
        account = self.of(world).account(grant.account)
        token = f"EwB4A8l6{secrets.token_urlsafe(900)}"
        grant.access[token] = world.store.now() + self.access_life
        granted = sorted(scope for scope in grant.scopes if scope != state.OFFLINE)
        # Graph's scopes come back with its address for personal accounts, and by their names alone for the others.
        personal = account is not None and account.personal
        scopes = (
            [f"{_GRAPH}{scope}" for scope in granted]
            if personal
            else [*granted, "profile", "openid", "email"]
        )
        content: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(scopes),
            "expires_in": self.access_life,
            "ext_expires_in": self.access_life,
            "access_token": token,
        }
        if state.OFFLINE in grant.scopes:
            grant.refresh.append(f"0.AXoA{secrets.token_urlsafe(700)}")
            content["refresh_token"] = grant.refresh[-1]
        return Response.json(content)

    def allowed(self, world: World, request: Request, call: Call, *, scope: str = state.CALENDARS) -> Grant:
        """Return the grant behind the access token, which has the scope. Raises RefusedError."""
        grant = self.bearer(world, request, call)
        if scope not in grant.scopes:
            raise RefusedError(denied())
        return grant

    def calendar(
        self, world: World, request: Request, call: Call, *, writes: bool = False
    ) -> MicrosoftCalendar:
        """Return the calendar that the path names. Raises RefusedError."""
        grant, name = self.allowed(world, request, call), names_of(request)[0] or "primary"
        calendar = self.of(world).calendar(grant.account, name)
        if calendar is None:
            raise RefusedError(_unknown(name))
        if writes and not calendar.can_edit:
            raise RefusedError(denied())
        return calendar

    def event(self, world: World, request: Request, call: Call) -> MicrosoftEvent:
        """Return the event that the path names, wherever in the mailbox it is. Raises RefusedError."""
        grant, name = self.allowed(world, request, call), names_of(request)[1]
        event = self.of(world).event(grant.account, name)
        if event is None:
            raise RefusedError(_unknown(name))
        return event

    def deed(self, world: World, name: str, args: dict[str, Any]) -> int:
        """Empty the bin, or do what can be done everywhere."""
        if name != "microsoft_empty_bin":
            return super().deed(world, name, args)
        with world.store.lock:
            binned = [one for one in self.of(world).events if one.binned]
            for event in binned:
                event.purged = True
            return len(binned)

    def rules(self) -> dict[str, str]:
        """Return what an app can do wrong at Microsoft."""
        return super().rules() | _RULES

    def look(self, world: World, request: Request, call: Call) -> None:
        """Check what can be seen from the request alone."""
        super().look(world, request, call)
        immutable = 'idtype="immutableid"' in request.header("Prefer").lower()
        if call.kind.startswith(_WITH_IDS) and not immutable:
            world.violation(call, "microsoft-mutable-ids", f"{call.method} {call.path}")

    def look_at_authorize(self, world: World, asked: dict[str, str], call: Call) -> None:
        """Check the address to which the app sent a browser."""
        super().look_at_authorize(world, asked, call)
        if asked.get("prompt") != "select_account":
            world.violation(call, "microsoft-no-account-choice", "A second account cannot be connected.")

    def look_at_event(self, world: World, account: str, body: dict[str, Any], call: Call) -> None:
        """Check that a new event mails nobody, can be repeated, and is the only one of its booking."""
        self.look_at_attendees(world, body, call)
        if not body.get("transactionId"):
            world.violation(call, "microsoft-no-transaction", "A repeat would make a second event.")
        rows = body.get("singleValueExtendedProperties") or []
        booking = next((str(row["value"]) for row in rows if str(row["id"]).lower().endswith(_MARK)), "")
        mine = [one for one in self.of(world).events if one.account == account and one.alive]
        if booking and any(booking in one.marks.values() for one in mine):
            world.violation(call, "microsoft-second-event", "The booking's event stands there already.")

    def look_at_attendees(self, world: World, body: dict[str, Any], call: Call) -> None:
        """Check that nobody is mailed by Microsoft."""
        if body.get("attendees"):
            world.violation(call, "microsoft-attendees", f"{len(body['attendees'])} of them")


def _unknown(name: str) -> Response:
    if len(name) < _UNREADABLE:
        return error(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    return not_found()


MICROSOFT = MicrosoftOAuth()
