"""One service that is stood in for: the names of its calls, what an app must not do there, and what tests may ask."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, cast
from urllib.parse import unquote

from sandbox.base.accounts import DataT, Grant
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World

Json = dict[str, Any]
Handler = Callable[[World, Request, Call], Response]
Control = Callable[[World, Json], Json]
Controls = Mapping[tuple[str, str], Control]
_STATES_KEPT = 5000
_SECRET_NAMES = {"access_token", "refresh_token", "client_secret", "token"}


class Service(Generic[DataT]):
    """What is alike for all services that hand out tokens.

    part: the stand-in's name.  label: how people call the service.  prefix: what the names of its calls, rules and
    faults begin with.  home: what its paths begin with.  addresses: what the product's settings call its addresses.
    """

    part: ClassVar[str]
    label: ClassVar[str]
    prefix: ClassVar[str]
    home: ClassVar[str] = ""
    addresses: ClassVar[tuple[str, ...]] = ("OAUTH", "API")

    def is_mine(self, request: Request) -> bool:
        """Say whether the request is for this service."""
        return f"{request.path}/".startswith(f"{self.home}/")

    def of(self, world: World) -> DataT:
        """Return what this stand-in remembers."""
        return cast("DataT", world.store.parts[self.part])

    def kind(self, name: str) -> str:
        """Return the name of a call in the log."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def rule(self, name: str) -> str:
        """Return the name of a rule."""
        return f"{self.prefix}-{name}" if self.prefix else name

    def name(self, world: World, grant: Grant, call: Call) -> None:
        """Write down whose call it is."""
        account = self.of(world).account(grant.account)
        call.grant, call.user = grant.number, account.email if account else ""

    def settings(self, world: World) -> dict[str, str]:
        """Return what points the product here."""
        app, name = self.of(world).app, self.part.upper()
        urls = {f"{name}_{one}_URL": f"{world.public_url}{self.home}" for one in self.addresses}
        return {
            f"{name}_CLIENT_ID": app.client_id,
            **urls,
            f"{self.label}'s redirect address": app.redirect_uri,
        }

    def rules(self) -> dict[str, str]:
        """Return what an app can do wrong at every service, with the words people read."""
        words = {
            "pkce-not-s256": f"{self.label}'s authorize was called without an S256 code challenge.",
            "state-missing": f"{self.label}'s authorize was called without a state.",
            "state-repeated": f"The same state was used for two authorizations at {self.label}.",
            "parameters-in-query": "Token parameters stood in the query string.",
            "token-in-url": "A token or secret stood in a URL.",
            "code-reused": f"A code of {self.label}'s was exchanged twice.",
            "use-after-disconnect": f"A grant of {self.label}'s was used after the app knew that it was gone.",
        }
        return {self.rule(name): text for name, text in words.items()}

    def look(self, world: World, request: Request, call: Call) -> None:
        """Check what can be seen from the request alone."""
        asked, target, data = request.query(), unquote(request.target), self.of(world)
        if call.kind.startswith(self.kind("token")) and asked:
            world.violation(call, self.rule("parameters-in-query"), ", ".join(sorted(asked)))
        with world.store.lock:
            secrets = [*data.secrets(), *(code.value for code in data.codes)]
            if _SECRET_NAMES & set(asked) or any(one in target for one in secrets):
                world.violation(call, self.rule("token-in-url"), f"{call.method} {call.path}")
        if call.kind == self.kind("authorize"):
            self.look_at_authorize(world, asked, call)

    def look_at_authorize(self, world: World, asked: dict[str, str], call: Call) -> None:
        """Check the address to which the app sent a browser."""
        if not asked.get("state"):
            world.violation(call, self.rule("state-missing"), "No state was sent.")
        method = asked.get("code_challenge_method")
        if method != "S256" or not asked.get("code_challenge"):
            world.violation(call, self.rule("pkce-not-s256"), f"method {method or 'absent'}")

    def look_at_state(self, world: World, value: str, call: Call) -> None:
        """Check that a decided authorization's state was never used before."""
        with world.store.lock:
            seen = self.of(world).states_seen
            if value and value in seen:
                world.violation(call, self.rule("state-repeated"), "The state had been used before.")
            elif value:
                seen.append(value)
                del seen[:-_STATES_KEPT]

    def look_at_grant(self, world: World, grant: Grant, call: Call) -> None:
        """Check that the app does not use what it knows to be gone."""
        if grant.disconnected:
            rule, detail = self.rule("use-after-disconnect"), f"{call.kind} with grant {grant.number}"
            world.violation(call, rule, detail)

    def deed(self, world: World, name: str, args: Json) -> int:
        """Revoke grants or expire access tokens, of `args["user"]` or of everybody; return how many grants it hit."""
        data = self.of(world)
        with world.store.lock:
            chosen = data.account(str(args["user"])) if args.get("user") else None
            key = chosen.key if chosen else str(args.get("user", ""))
            grants = [one for one in data.grants if not one.revoked and key in {"", one.account}]
            for grant in grants:
                grant.revoked = "revoke" in name
                if not grant.revoked:
                    grant.access = {token: min(end, world.store.now()) for token, end in grant.access.items()}
            return len(grants)

    def controls(self) -> dict[tuple[str, str], Control]:
        """Return what tests may ask, below `/_control/<part>/`."""
        return {
            ("GET", "state"): self.state,
            ("POST", "decide"): self.wish,
            ("POST", "note-disconnect"): self.note_disconnect,
        }

    def state(self, world: World, _: Json) -> Json:
        """Return all but tokens and secrets."""
        with world.store.lock:
            return self.of(world).shown()

    def wish(self, world: World, wishes: Json) -> Json:
        """Decide future consents: allow, deny or ask; `without` names permissions that are not given."""
        decision, account = wishes.get("decision", "ask"), self.account_of(world, wishes)
        if decision not in {"ask", "allow", "deny"}:
            raise ValueError("decision is ask, allow or deny.")
        without = list(wishes.get("without", []))
        self.of(world).decision = {"decision": decision, "account": account.key, "without": without}
        return self.of(world).decision

    def note_disconnect(self, world: World, wishes: Json) -> Json:
        """Note that the app has let this account's grants go: from now on their use is a violation."""
        account = self.account_of(world, wishes)
        for grant in self.of(world).grants:
            grant.disconnected = grant.disconnected or grant.account == account.key
        return {}

    def account_of(self, world: World, wishes: Json) -> Any:
        """Return the account that a wish names. Raises ValueError."""
        account = self.of(world).account(str(wishes.get("account", "robin")))
        if account is None:
            raise ValueError(f"There is no account {wishes.get('account')!r}.")
        return account


def changed(row: Any, wishes: Json) -> Any:
    """Return the row with these fields set; nothing is set where one of them cannot be. Raises ValueError."""
    for name, value in wishes.items():
        if type(value) is not type(getattr(row, name, None)):
            raise ValueError(f"{name} cannot be set so.")
    for name, value in wishes.items():
        setattr(row, name, value)
    return row
