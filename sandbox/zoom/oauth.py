"""Zoom's OAuth: consent, tokens that rotate (zoom.md, section 2), and the rules an app must keep (section 13)."""

import json
import secrets
from typing import ClassVar

from sandbox.base.accounts import Code, Grant
from sandbox.base.oauth import OAuth, base64url
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.zoom.answers import error, oauth_error
from sandbox.zoom.state import ZoomData, ZoomUser

_WORDS = {
    "user:read:user": "View your name, email address and profile",
    "meeting:write:meeting": "Create meetings on your behalf",
    "meeting:update:meeting": "Change meetings on your behalf",
    "meeting:delete:meeting": "Delete meetings on your behalf",
}
_RULES = {
    "basic-outside-oauth": "Client credentials went to a call that is not /oauth/*.",
    "bearer-outside-v2": "An access token went to a call that is not /v2/*.",
    "secret-in-body": "The client secret was sent in the body instead of the Basic header.",
    "accept-not-json": "The Accept header did not ask for JSON.",
    "scope-at-authorize": "A scope parameter was sent at authorize.",
    "profile-read-again": "/users/me was read more than once for one code exchange.",
    "second-meeting": "A second meeting was made for a booking that already had its answer.",
    "second-retry": "A create of unknown outcome was repeated more than once.",
    "superseded-refresh": "A refresh was tried with a token that had been replaced.",
    "start-time-not-utc": "start_time was not UTC with a literal Z.",
    "start-time-not-understood": "start_time was missing or not understood: Zoom scheduled now.",
    "outside-test-plan": "A call was made that is not in the test plan.",
    "compliance-not-asked": "The compliance call was made though the event did not ask for it.",
    "compliance-malformed": "The compliance call does not repeat the event it answers.",
}
_HEADER = {"sv": "000001", "alg": "HS512", "v": "2.0", "kid": "sandbox-0000-example"}
_BASIC = ("token", "revoke", "compliance", "oauth.other")


class ZoomOAuth(OAuth[ZoomData, ZoomUser]):
    """A code lives 300 seconds, a new grant ends the earlier ones, and only the newest refresh token is good."""

    part = "zoom"
    label = "Zoom"
    prefix = ""
    consent = "zoom/consent.html"
    consent_title = "{} asks for access"
    words = _WORDS
    code_life = 300
    secret_in_form = False
    carried: ClassVar[tuple[str, ...]] = (
        *("response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"),
    )

    def is_mine(self, request: Request) -> bool:
        """Say whether the path is one of Zoom's."""
        return f"{request.path}/".startswith(("/oauth/", "/v2/"))

    def address_problem(self, world: World, request: Request, asked: dict[str, str]) -> Response | None:
        """Return Zoom's own error; a scope is not for the app to ask for."""
        app = self.of(world).app
        if asked.get("client_id") != app.client_id:
            return _error(4702, "Invalid client")
        if asked.get("redirect_uri") != app.redirect_uri:
            return _error(4700, "Invalid redirect url")
        if asked.get("response_type") != "code":
            return _error(4700, "Invalid response type")
        if asked.get("code_challenge_method", "plain") not in {"S256", "plain"}:
            return _error(4700, "Invalid code challenge method")
        if "scope" in asked and not world.faults.rules("lenient_scope", kind="authorize"):
            html = "html" in request.header("Accept")
            return self.blocked("Invalid scope", number="4700") if html else _error(4700, "Invalid scope")
        return None

    def client_refused(self) -> Response:
        """Return the refusal of wrong client credentials."""
        return oauth_error("invalid_client", "Invalid client_id or client_secret")

    def grant_type_refused(self, form: dict[str, str]) -> Response:
        """Return the refusal of a token request of no known grant type."""
        if "grant_type" not in form:
            return oauth_error("invalid_request", "Bad request")
        return oauth_error("unsupported_grant_type", "unsupported grant type")

    def code_refused(self, code: Code | None, form: dict[str, str]) -> Response:  # noqa: ARG002
        """Return the refusal of a code."""
        return oauth_error("invalid_grant", f"Invalid authorization code {form.get('code', '')[:200]}")

    def refresh_refused(self) -> Response:
        """Return the refusal of a refresh token."""
        return oauth_error("invalid_grant", "Invalid Token!")

    def access_refused(self, grant: Grant | None, *, ended: float | None = None) -> Response:  # noqa: ARG002
        """Return the refusal of an access token; one that a refresh has killed ended at 0."""
        return error(124, "Access token is expired." if ended else "Invalid access token.", status=401)

    def code(self) -> str:
        """Return a fresh code."""
        return secrets.token_urlsafe(32)

    def asked_scopes(self, world: World, asked: dict[str, str]) -> list[str]:  # noqa: ARG002
        """Return the scopes with which the app is registered."""
        return self.of(world).scopes

    def choices(self, world: World, asked: dict[str, str]) -> list[str]:
        """Return the scopes as Zoom's page has them."""
        return self.asked_scopes(world, asked)[::-1]

    def decline(self, world: World, asked: dict[str, str], call: Call) -> Response:
        """Send the browser back without a code, unless faults keep it, or its state."""
        self.look_at_state(world, asked.get("state", ""), call)
        if world.faults.rules("decline_without_redirect", kind="consent"):
            return self.blocked("You declined", status=200)
        keep = "state" in asked and not world.faults.rules("decline_without_state", kind="consent")
        known = {name: value for name, value in asked.items() if keep or name != "state"}
        return self.back(known, error="access_denied")

    def token_problem(self, world: World, request: Request) -> Response | None:
        """Return the refusal of a token request that is no form, or whose client is not ours."""
        if request.url.query or not request.is_form():
            return oauth_error("invalid_request", "Bad request")
        return self.client_problem(world, request)

    def begin(self, world: World, grant: Grant, code: Code, call: Call) -> None:  # noqa: ARG002
        """End the user's earlier grants."""
        for earlier in self.of(world).grants:
            earlier.revoked = earlier.revoked or earlier.account == grant.account

    def is_newest(self, world: World, grant: Grant, sent: str, call: Call) -> bool:
        """Say whether it is the newest refresh token; one that the app should have replaced is a violation."""
        if sent != grant.refresh[-1] and sent not in self.of(world).lost:
            world.violation(call, "superseded-refresh", f"grant {grant.number}")
        return sent == grant.refresh[-1]

    def tokens(self, world: World, grant: Grant, *, first: bool) -> Response:
        """Rotate the tokens of a grant."""
        if not first and world.faults.rules("old_access_dies", kind="token.refresh"):
            grant.access = dict.fromkeys(grant.access, 0.0)
        access = _opaque(grant, "access")
        grant.refresh.append(_opaque(grant, "refresh"))
        grant.access[access] = world.store.now() + self.access_life
        return Response.json(
            {
                "access_token": access,
                "token_type": "bearer",
                "refresh_token": grant.refresh[-1],
                "expires_in": self.access_life,
                "scope": " ".join(grant.scopes),
                "api_url": "https://api.zoom.us",
            }
        )

    def allowed(self, world: World, request: Request, call: Call, *, scope: str) -> Grant:
        """Return the grant behind the access token, which has the scope. Raises RefusedError."""
        grant = self.bearer(world, request, call)
        if scope not in grant.scopes:
            raise RefusedError(error(4711, f"Invalid access token, does not contain scopes:[{scope}]."))
        return grant

    def owner(self, world: World, grant: Grant) -> ZoomUser:
        """Return the user behind the grant."""
        user = self.of(world).account(grant.account)
        if user is None:
            raise LookupError(f"grant {grant.number} belongs to nobody")
        return user

    def rules(self) -> dict[str, str]:
        """Return what an app can do wrong at Zoom."""
        return super().rules() | _RULES

    def look(self, world: World, request: Request, call: Call) -> None:
        """Check what can be seen from the request alone."""
        where = f"{call.method} {call.path}"
        if call.auth == "basic" and not call.kind.startswith(_BASIC):
            world.violation(call, "basic-outside-oauth", where)
        if call.auth == "bearer" and not call.kind.startswith("v2"):
            world.violation(call, "bearer-outside-v2", where)
        if call.kind.startswith("token") and "client_secret" in request.form():
            world.violation(call, "secret-in-body", "client_secret in the form")
        super().look(world, request, call)
        api = call.kind.startswith(("token", "v2")) or call.kind in {"revoke", "compliance"}
        if api and "json" not in request.header("Accept").lower():
            world.violation(call, "accept-not-json", f"Accept: {request.header('Accept') or 'absent'}")
        if call.kind in {"v2.other", "oauth.other", "revoke"}:
            world.violation(call, "outside-test-plan", where)

    def look_at_authorize(self, world: World, asked: dict[str, str], call: Call) -> None:
        """Check the address to which the app sent a browser."""
        if "scope" in asked:
            world.violation(call, "scope-at-authorize", asked["scope"])
        super().look_at_authorize(world, asked, call)


def _error(number: int, words: str) -> Response:
    content = {"status": False, "errorCode": number, "errorMessage": words, "result": None}
    return Response.json(content, status=400)


def _opaque(grant: Grant, purpose: str) -> str:
    """Return a text that looks like Zoom's tokens of today: three parts, some seven hundred characters."""
    payload = {"ver": 10, "aud": purpose, "uid": grant.account, "jti": secrets.token_urlsafe(300)}
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (_HEADER, payload)]
    return ".".join(base64url(part) for part in [*parts, secrets.token_bytes(64)])


ZOOM = ZoomOAuth()
