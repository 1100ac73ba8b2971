"""What every stand-in with a sign-in remembers: accounts, codes, grants and their tokens."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Generic, Self, TypeVar

from sandbox.base.state import restore
from sandbox.config import App

Json = dict[str, Any]


@dataclass
class Account:
    """A person with an account at the service; `key` is the name by which tests know them."""

    key: str
    id: str
    email: str


@dataclass
class Code:
    """An authorization code: used once, for a few minutes."""

    value: str
    account: str
    redirect_uri: str
    issued_at: float
    scopes: list[str]
    challenge: str = ""
    method: str = ""
    offline: bool = True
    used: bool = False


@dataclass
class Grant:
    """What one account has allowed the app, and the tokens that stand for it.

    refresh: every refresh token that was given out, the newest last.  access: when each access token ends.
    dies_at: set where the service ends a grant by itself.  disconnected: the app knows that it is over.
    """

    number: int
    account: str
    scopes: list[str]
    refresh: list[str] = field(default_factory=list)
    access: dict[str, float] = field(default_factory=dict)
    created_at: float = 0.0
    dies_at: float | None = None
    revoked: bool = False
    disconnected: bool = False

    def is_alive(self, now: float) -> bool:
        """Say whether its tokens are good for anything."""
        return not self.revoked and (self.dies_at is None or now < self.dies_at)


AccountT = TypeVar("AccountT", bound=Account)


@dataclass
class OAuthData(Generic[AccountT]):
    """What a stand-in remembers of its OAuth; everything here survives a restart."""

    app: App
    accounts: list[AccountT] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    states_seen: list[str] = field(default_factory=list)
    decision: Json = field(default_factory=lambda: {"decision": "ask", "account": "robin", "without": []})

    rows: ClassVar[Mapping[str, type]] = {"codes": Code, "grants": Grant}
    """The fields that are lists of a class, with that class."""

    @classmethod
    def read(cls, saved: Json, app: App) -> Self:
        """Return the state that was written; the app stays as the sandbox was started."""
        found: Self = restore(cls(app=app), saved, rows=cls.rows)
        return found

    def account(self, name: str) -> AccountT | None:
        """Return the account whose key, id or address is *name*."""
        return next((one for one in self.accounts if name and name in {one.key, one.id, one.email}), None)

    def secrets(self) -> list[str]:
        """Return every token and secret that must stay out of addresses, logs and pages; codes are not among them."""
        found = [self.app.client_secret, self.app.webhook_token]
        for grant in self.grants:
            found += [*grant.refresh, *grant.access]
        return [text for text in found if text]

    def shown(self) -> Json:
        """Return everything but tokens and secrets."""
        return {
            "accounts": [asdict(one) for one in self.accounts],
            "grants": [
                {name: value for name, value in asdict(one).items() if name not in {"refresh", "access"}}
                | {"refreshes": max(0, len(one.refresh) - 1)}
                for one in self.grants
            ],
            "decision": self.decision,
        }


DataT = TypeVar("DataT", bound=OAuthData[Any])
