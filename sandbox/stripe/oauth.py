"""Connect: a business lets the platform act for it (docs.stripe.com/connect/oauth-reference)."""

import base64
import binascii
import hmac
import secrets
from typing import ClassVar

from sandbox.base.accounts import Code, Grant
from sandbox.base.oauth import OAuth
from sandbox.base.service import Handler
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.stripe.answers import error
from sandbox.stripe.paths import HOME
from sandbox.stripe.state import StripeAccount, StripeData


class StripeService(OAuth[StripeData, StripeAccount]):
    """Codes are used once within five minutes; what counts afterwards is the account's id and the platform's key."""

    part = "stripe"
    label = "Stripe"
    prefix = "stripe"
    home = HOME
    addresses: ClassVar[tuple[str, ...]] = ("API", "CONNECT")
    consent = "stripe/consent.html"
    consent_title = "{} asks to be connected"
    words: ClassVar[dict[str, str]] = {"read_write": "Take payments, refund them and see them"}
    code_life = 300
    carried: ClassVar[tuple[str, ...]] = ("response_type", "client_id", "redirect_uri", "scope", "state")

    def rules(self) -> dict[str, str]:
        """Return what an app can do wrong here."""
        words = {
            "no-idempotency": "Money was moved without an idempotency key.",
            "secret-in-query": "A key stood in a URL.",
            "personal-metadata": "Something else than the booking's id stood in the metadata.",
        }
        return super().rules() | {self.rule(name): text for name, text in words.items()}

    def look_at_authorize(self, world: World, asked: dict[str, str], call: Call) -> None:
        """Check the state; Stripe knows no code challenge."""
        if not asked.get("state"):
            world.violation(call, self.rule("state-missing"), "No state was sent.")

    def address_problem(self, world: World, request: Request, asked: dict[str, str]) -> Response | None:  # noqa: ARG002
        """Return Stripe's own page where the app is wrong."""
        app = self.of(world).app
        wrong = [
            name
            for name, value in (("client_id", app.client_id), ("redirect_uri", app.redirect_uri))
            if asked.get(name) != value
        ]
        if asked.get("response_type") != "code":
            wrong.append("response_type")
        return self.blocked(f"Invalid {wrong[0]}") if wrong else None

    def asked_scopes(self, world: World, asked: dict[str, str]) -> list[str]:  # noqa: ARG002
        """Return the one scope there is."""
        return [asked.get("scope") or "read_only"]

    def code(self) -> str:
        """Return a fresh code."""
        return f"ac_{secrets.token_urlsafe(24)}"

    def handlers(self) -> dict[str, Handler]:
        """Return who answers the calls that belong to Connect."""
        named: dict[str, Handler] = {
            "authorize": self.authorize,
            "consent": self.decide,
            "token": self.exchange,
            "deauthorize": self.deauthorize,
        }
        return {self.kind(name): handler for name, handler in named.items()}

    def exchange(self, world: World, request: Request, call: Call) -> Response:
        """Trade a code for the account's id."""
        if problem := self._platform_problem(world, request):
            return problem
        form, data, now = request.form(), self.of(world), world.store.now()
        if form.get("grant_type") != "authorization_code":
            return _oauth_error("unsupported_grant_type", "Invalid grant_type")
        code = next((one for one in data.codes if one.value == form.get("code")), None)
        if code is None or code.used or now > code.issued_at + self.code_life:
            if code is not None and code.used:
                world.violation(call, self.rule("code-reused"), "The code had been exchanged before.")
            return _oauth_error("invalid_grant", "Authorization code does not exist, or was used")
        code.used = True
        return self._granted(world, code, call)

    def _granted(self, world: World, code: Code, call: Call) -> Response:
        data = self.of(world)
        account = data.account(code.account)
        if account is None:
            return _oauth_error("invalid_grant", "The account is gone")
        grant = Grant(world.store.data.next_number(), account.key, code.scopes, created_at=world.store.now())
        token = f"sk_test_{secrets.token_hex(16)}"
        grant.access[token] = world.store.now() + 10**9
        data.grants.append(grant)
        self.name(world, grant, call)
        return Response.json(
            {
                "access_token": token,
                "livemode": False,
                "refresh_token": f"rt_{secrets.token_hex(16)}",
                "token_type": "bearer",
                "stripe_publishable_key": "pk_test_sandbox",
                "stripe_user_id": account.id,
                "scope": " ".join(code.scopes),
            }
        )

    def deauthorize(self, world: World, request: Request, call: Call) -> Response:  # noqa: ARG002
        """End what an account has granted."""
        if problem := self._platform_problem(world, request):
            return problem
        form, data = request.form(), self.of(world)
        account = data.account(form.get("stripe_user_id", ""))
        alive = [one for one in data.grants if account and one.account == account.key and not one.revoked]
        if form.get("client_id") != data.app.client_id or account is None or not alive:
            return _oauth_error("invalid_client", "This application is not connected to that account")
        for grant in alive:
            grant.revoked = grant.disconnected = True
        return Response.json({"stripe_user_id": account.id})

    def connected(self, world: World, account: StripeAccount) -> bool:
        """Say whether the platform may act for the account."""
        grants = self.of(world).grants
        return any(one.account == account.key and not one.revoked for one in grants)

    def _platform_problem(self, world: World, request: Request) -> Response | None:
        sent = key_of(request) or request.form().get("client_secret", "")
        good = hmac.compare_digest(sent.encode(), self.of(world).app.client_secret.encode())
        return None if good else _oauth_error("invalid_client", "No such API key", status=401)


def key_of(request: Request) -> str:
    """Return the key that was sent, as a bearer or as the name of HTTP Basic."""
    scheme, _, given = request.header("Authorization").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def _oauth_error(name: str, words: str, *, status: int = 400) -> Response:
    return Response.json({"error": name, "error_description": words}, status=status)


STRIPE = StripeService()


def account_of_call(world: World, request: Request, call: Call) -> StripeAccount | Response:
    """Return whose call it is, or the refusal of its key."""
    data, sent, chosen = STRIPE.of(world), key_of(request), request.header("Stripe-Account")
    if hmac.compare_digest(sent.encode(), data.app.client_secret.encode()) and chosen:
        account = data.account(chosen)
        if account is None or not STRIPE.connected(world, account):
            return error("account_invalid", "The provided key does not have access to account", status=403)
    else:
        known = {one.key_of_its_own: one for one in data.accounts if one.key_good}
        account = known.get(sent)
        if account is None:
            return error("api_key_invalid", "Invalid API Key provided", status=401)
    call.user = account.email
    return account
