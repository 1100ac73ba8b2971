"""Services that are opened by a token which a person copies out of them, and read only: there is no sign-in of an app.

What an account has is made anew at each call from its key and the sandbox's clock, so that bookings are always to come.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.base.accounts import Account, Grant, OAuthData
from sandbox.base.faults import Fault, before, not_json, page_of_html, reset_now
from sandbox.base.pages import page
from sandbox.base.parts import Page
from sandbox.base.service import Service
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World

Json = dict[str, Any]


@dataclass
class KeyAccount(Account):
    """A person with an account, and the token that opens it. about: what is in it, for who looks at the sandbox."""

    name: str
    token: str
    about: str


@dataclass
class KeyData(OAuthData[KeyAccount]):
    """What the stand-in remembers. calls_left: until it asks for a pause; None is no limit."""

    calls_left: int | None = None
    pages: Json = field(default_factory=dict)

    rows: ClassVar[Mapping[str, type]] = {**OAuthData.rows, "accounts": KeyAccount}

    def secrets(self) -> list[str]:
        """Return nothing: its tokens are shown to whoever tries the sandbox, and it knows no app."""
        return []

    def shown(self) -> Json:
        """Return everything but tokens and secrets."""
        rows = [{"key": one.key, "email": one.email, "about": one.about} for one in self.accounts]
        return {"accounts": rows, "calls_left": self.calls_left}


class KeyService(Service[KeyData]):
    """One such service. tokens: where people copy a token from, as a path of the sandbox.

    unknown: what it answers to a token that it does not know.
    """

    tokens: ClassVar[str]
    verbs: ClassVar[frozenset[str]] = frozenset({"GET"})
    addresses: ClassVar[tuple[str, ...]] = ("API",)

    def unknown(self) -> Response:
        """Return the refusal of a token."""
        raise NotImplementedError

    def account_with(self, world: World, request: Request, call: Call) -> KeyAccount:
        """Return whose token was sent. Raises RefusedError."""
        scheme, _, sent = request.header("Authorization").partition(" ")
        known = {one.token: one for one in self.of(world).accounts}
        found = known.get(sent.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise RefusedError(self.unknown())
        call.user = found.email
        return found

    def name(self, world: World, grant: Grant, call: Call) -> None:
        """Do nothing: there are no grants."""

    def settings(self, world: World) -> dict[str, str]:
        """Return what points the product here."""
        return {f"{self.part.upper()}_API_URL": f"{world.public_url}{self.home}"}

    def rules(self) -> dict[str, str]:
        """Return what an importer can do wrong."""
        return {
            self.rule("token-in-url"): f"A token of {self.label}'s stood in a URL.",
            self.rule("writes"): f"{self.label} was written to, and an import only reads.",
        }

    def look(self, world: World, request: Request, call: Call) -> None:
        """Check what can be seen from the request alone."""
        if any(one.token in request.target for one in self.of(world).accounts):
            world.violation(call, self.rule("token-in-url"), f"{call.method} {call.path}")
        if request.method not in self.verbs:
            world.violation(call, self.rule("writes"), f"{call.method} {call.path}")

    def controls(self) -> dict[tuple[str, str], Callable[[World, Json], Json]]:
        """Return what tests may ask."""
        return {("GET", "state"): self.state, ("POST", "limit"): self.limit}

    def limit(self, world: World, wishes: Json) -> Json:
        """Let so many calls pass before each pause."""
        self.of(world).calls_left = wishes.get("calls")
        return {}

    def page(self, request: Request) -> Page | None:
        """Return the page with the tokens."""
        return self._tokens if request.path == self.tokens and request.method == "GET" else None

    def _tokens(self, world: World, _: Request) -> Response:
        rows = self.of(world).accounts
        return page(world, "keys.html", title=f"Tokens of {self.label}", service=self.label, rows=rows)


def faults_of(
    name: str, label: str, calls: tuple[str, ...], refusals: Mapping[str, Response]
) -> dict[str, Fault]:
    """Return what can go wrong at any such service. refusals: by the fault's name what it answers."""
    found = {
        f"{name}_slow": Fault(f"{label} is slow", "slow", calls, {"seconds": 4}),
        f"{name}_500": before("500, with a page of HTML", calls, page_of_html(500)),
        f"{name}_not_json": before("200, and no JSON", calls, not_json),
        f"{name}_reset": before("The connection is reset", calls, reset_now),
        f"{name}_cut_off": Fault("The answer is cut off", "after", calls, {"ending": "truncated"}),
    }
    return found | {
        f"{name}_{fault}": before(f"{label} answers {answer.status}", calls, _always(answer))
        for fault, answer in refusals.items()
    }


def _always(answer: Response) -> Callable[[Json], Response]:
    return lambda _: Response(answer.status, answer.body, dict(answer.headers))
