"""The authorization code flow as every stand-in has it (RFC 6749, RFC 7636); each says in what its service differs."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, ClassVar, Generic

from sandbox.base.accounts import AccountT, Code, DataT, Grant
from sandbox.base.rendering import render
from sandbox.base.service import Handler, Service
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response, with_query
from sandbox.base.world import World

Json = dict[str, Any]


def pkce_challenge(verifier: str, *, method: str = "S256") -> str:
    """Return the challenge that belongs to *verifier* (RFC 7636, 4.2); *method* is `S256` or `plain`."""
    if method == "plain":
        return verifier
    return base64url(hashlib.sha256(verifier.encode()).digest())


def base64url(content: bytes) -> str:
    """Return base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class OAuth(Service[DataT], Generic[DataT, AccountT]):
    """One service's consent in the browser, token endpoint and access tokens.

    consent, consent_title: the template of its page.  words: what people read of each permission.
    carried: the parameters that the page hands on.
    secret_in_form: the client's credentials may stand in the form instead of the Basic header.
    """

    consent: ClassVar[str]
    consent_title: ClassVar[str]
    words: ClassVar[Mapping[str, str]]
    code_life: ClassVar[int] = 600
    access_life: ClassVar[int] = 3599
    secret_in_form: ClassVar[bool] = True
    carried: ClassVar[tuple[str, ...]] = (
        *("response_type", "client_id", "redirect_uri", "scope", "state"),
        *("code_challenge", "code_challenge_method", "prompt"),
    )

    # What a service answers in its own words.

    def address_problem(self, world: World, request: Request, asked: Json) -> Response | None:
        """Return the service's own page or error where the app or its address is wrong; never a redirect."""
        raise NotImplementedError

    def client_refused(self) -> Response:
        """Return the refusal of wrong client credentials."""
        raise NotImplementedError

    def grant_type_refused(self, form: dict[str, str]) -> Response:
        """Return the refusal of a token request of no known grant type."""
        raise NotImplementedError

    def code_refused(self, code: Code | None, form: dict[str, str]) -> Response:
        """Return the refusal of a code that is unknown (None), used, too old, or another request's."""
        raise NotImplementedError

    def refresh_refused(self) -> Response:
        """Return the refusal of a refresh token."""
        raise NotImplementedError

    def access_refused(self, grant: Grant | None, *, ended: float | None = None) -> Response:
        """Return the refusal of an access token that is unknown (no grant), dead, or has ended at that moment."""
        raise NotImplementedError

    def tokens(self, world: World, grant: Grant, *, first: bool) -> Response:
        """Give out tokens for a good code (*first*) or refresh token."""
        raise NotImplementedError

    def code(self) -> str:
        """Return a fresh code."""
        raise NotImplementedError

    # What most services have alike.

    def allow(
        self, world: World, asked: dict[str, str], *, account: AccountT, scopes: list[str], call: Call
    ) -> Response:
        """Send the browser back with a code."""
        call.user = account.email
        self.look_at_state(world, asked.get("state", ""), call)
        code = self.new_code(world, account, asked, scopes=scopes)
        return self.back(asked, code=code.value, **self.more_with(code))

    def more_with(self, code: Code) -> dict[str, str]:  # noqa: ARG002
        """Return what the service sends back beside a code."""
        return {}

    def decline(self, world: World, asked: dict[str, str], call: Call) -> Response:
        """Send the browser back without a code."""
        self.look_at_state(world, asked.get("state", ""), call)
        return self.back(asked, error="access_denied")

    def asked_scopes(self, world: World, asked: dict[str, str]) -> list[str]:  # noqa: ARG002
        """Return the permissions that the app wants."""
        return asked["scope"].split()

    def ticked(self, world: World, request: Request) -> list[str]:
        """Return the permissions that a person gave on the page."""
        return self.asked_scopes(world, request.form())

    def new_code(self, world: World, account: AccountT, asked: dict[str, str], *, scopes: list[str]) -> Code:
        """Return a fresh code for the account, good for one exchange."""
        data = self.of(world)
        code = Code(
            value=self.code(),
            account=account.key,
            redirect_uri=data.app.redirect_uri,
            issued_at=world.store.now(),
            scopes=scopes,
            challenge=asked.get("code_challenge", ""),
            method=asked.get("code_challenge_method", ""),
        )
        with world.store.lock:
            data.codes.append(code)
        return code

    def handlers(self) -> dict[str, Handler]:
        """Return who answers the calls that belong to OAuth."""
        named: dict[str, Handler] = {
            "authorize": self.authorize,
            "consent": self.decide,
            "token.code": self.exchange,
            "token.refresh": self.refresh,
            "token.other": self.refuse,
        }
        return {self.kind(name): handler for name, handler in named.items()}

    # In the browser

    def authorize(self, world: World, request: Request, call: Call) -> Response:
        """Show the consent page, or decide at once where a test has said how."""
        asked = request.query()
        if problem := self.address_problem(world, request, asked):
            return problem
        wish = self.of(world).decision
        account = self.of(world).account(str(wish["account"]))
        if wish["decision"] == "allow" and account:
            scopes = [scope for scope in self.asked_scopes(world, asked) if scope not in wish["without"]]
            return self.allow(world, asked, account=account, scopes=scopes, call=call)
        return self.decline(world, asked, call) if wish["decision"] == "deny" else self.page(world, asked)

    def decide(self, world: World, request: Request, call: Call) -> Response:
        """Do what the person chose on the consent page."""
        form = request.form()
        if problem := self.address_problem(world, request, form):
            return problem
        account = self.of(world).account(form.get("account", ""))
        if form.get("decision") == "allow" and account:
            return self.allow(world, form, account=account, scopes=self.ticked(world, request), call=call)
        return self.decline(world, form, call) if form.get("decision") == "deny" else self.page(world, form)

    def page(self, world: World, asked: dict[str, str], **more: Any) -> Response:
        """Show the consent page; *more* goes to the template."""
        data = self.of(world)
        values = {
            "template": self.consent,
            "title": self.consent_title.format(data.app.name),
            "accounts": data.accounts,
            "chosen": data.decision["account"],
            "scopes": [
                {"name": name, "words": self.words.get(name, name)} for name in self.choices(world, asked)
            ],
        } | more
        hidden = {name: asked[name] for name in self.carried if name in asked}
        return Response.html(render(**values, app=data.app.name, stands_for=self.label, hidden=hidden))

    def choices(self, world: World, asked: dict[str, str]) -> list[str]:
        """Return the permissions that the consent page shows."""
        return self.asked_scopes(world, asked)

    def blocked(self, title: str, *, number: str = "", status: int = 400) -> Response:
        """Show the service's own page for what went wrong; it leads back to no app."""
        page = render("refused.html", title=title, number=number, stands_for=self.label)
        return Response.html(page, status=status)

    def back(self, asked: dict[str, str], **parameters: str) -> Response:
        """Send the browser back to the app."""
        known = {"state": asked["state"]} if "state" in asked else {}
        return Response.redirect(with_query(asked["redirect_uri"], parameters | known), status=302)

    # At the token endpoint

    def token_problem(self, world: World, request: Request) -> Response | None:
        """Return the refusal of a token request that is none, or whose client is not ours."""
        return self.client_problem(world, request)

    def client_problem(self, world: World, request: Request) -> Response | None:
        """Return the refusal of wrong client credentials, or None where they are right."""
        app, form = self.of(world).app, request.form() if self.secret_in_form else {}
        scheme, _, given = request.header("Authorization").partition(" ")
        pair = f"{form.get('client_id', '')}:{form.get('client_secret', '')}".encode()
        if scheme.lower() == "basic":
            try:
                pair = base64.b64decode(given.strip(), validate=True)
            except (binascii.Error, ValueError):
                pair = b""
        known = hmac.compare_digest(pair, f"{app.client_id}:{app.client_secret}".encode())
        return None if known else self.client_refused()

    def refuse(self, world: World, request: Request, call: Call) -> Response:  # noqa: ARG002
        """Answer a token request of no known grant type."""
        return self.token_problem(world, request) or self.grant_type_refused(request.form())

    def exchange(self, world: World, request: Request, call: Call) -> Response:
        """Turn a code into a grant."""
        if problem := self.token_problem(world, request):
            return problem
        form, data = request.form(), self.of(world)
        code = next((one for one in data.codes if one.value == form.get("code")), None)
        if code is not None and code.used:
            world.violation(call, self.rule("code-reused"), "The code had been exchanged before.")
        if code is None or not self._holds(world, code, form):
            return self.code_refused(code, form)
        code.used = True
        number = world.store.data.next_number()
        grant = Grant(number, code.account, code.scopes, created_at=world.store.now())
        self.begin(world, grant, code, call)
        data.grants.append(grant)
        self.name(world, grant, call)
        return self.tokens(world, grant, first=True)

    def begin(self, world: World, grant: Grant, code: Code, call: Call) -> None:
        """Do what the service does with a new grant, before it stands among the others."""

    def _holds(self, world: World, code: Code, form: dict[str, str]) -> bool:
        if code.used or world.store.now() > code.issued_at + self.code_life:
            return False
        if form.get("redirect_uri") != code.redirect_uri:
            return False
        found = pkce_challenge(form.get("code_verifier", ""), method=code.method or "plain")
        return not code.challenge or hmac.compare_digest(found.encode(), code.challenge.encode())

    def refresh(self, world: World, request: Request, call: Call) -> Response:
        """Give new tokens for a refresh token."""
        if problem := self.token_problem(world, request):
            return problem
        sent = request.form().get("refresh_token", "")
        grant = next((one for one in self.of(world).grants if sent and sent in one.refresh), None)
        if grant is None:
            return self.refresh_refused()
        self.name(world, grant, call)
        self.look_at_grant(world, grant, call)
        if not self.is_newest(world, grant, sent, call) or not grant.is_alive(world.store.now()):
            return self.refresh_refused()
        return self.tokens(world, grant, first=False)

    def is_newest(self, world: World, grant: Grant, sent: str, call: Call) -> bool:  # noqa: ARG002
        """Say whether this refresh token of the grant is still good; at most services each of them is."""
        return True

    def revoke(self, world: World, request: Request, call: Call) -> Grant | None:
        """End the grant whose token was sent (RFC 7009), and return it."""
        sent = request.form().get("token") or request.query().get("token") or ""
        for grant in self.of(world).grants:
            if sent and sent in {*grant.refresh, *grant.access} and not grant.revoked:
                grant.revoked = True
                self.name(world, grant, call)
                return grant
        return None

    # At every other call

    def bearer(self, world: World, request: Request, call: Call) -> Grant:
        """Return the grant whose access token was sent and is good. Raises RefusedError."""
        scheme, _, sent = request.header("Authorization").partition(" ")
        token = sent.strip() if scheme.lower() == "bearer" else ""
        grant = next((one for one in self.of(world).grants if token in one.access), None)
        if grant is None:
            raise RefusedError(self.access_refused(None))
        self.name(world, grant, call)
        self.look_at_grant(world, grant, call)
        if not grant.is_alive(world.store.now()):
            raise RefusedError(self.access_refused(grant))
        if world.store.now() >= grant.access[token]:
            raise RefusedError(self.access_refused(grant, ended=grant.access[token]))
        return grant
