"""What Stripe's stand-in remembers: accounts, and Stripe's own objects by their ids."""

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from sandbox.base.accounts import Account, OAuthData

Json = dict[str, Any]


@dataclass
class StripeAccount(Account):
    """Somebody's business at the sandbox's Stripe. key_of_its_own: the restricted key that its owner can copy."""

    name: str
    country: str
    key_of_its_own: str
    about: str = ""
    charges_enabled: bool = True
    key_good: bool = True

    def told(self) -> Json:
        """Return it as Stripe tells of it."""
        return {
            "id": self.id,
            "object": "account",
            "email": self.email,
            "country": self.country,
            "charges_enabled": self.charges_enabled,
            "default_currency": "usd" if self.country == "US" else "eur",
            "business_profile": {"name": self.name, "url": None},
            "settings": {"dashboard": {"display_name": self.name, "timezone": "Etc/UTC"}},
            "type": "standard",
        }


def ready_made_accounts() -> list[StripeAccount]:
    """Return the accounts that a fresh sandbox has."""
    return [
        StripeAccount(
            key="robin",
            id="acct_sandboxRobin01",
            email="robin@host.example",
            name="Robin’s Coaching",
            country="DE",
            key_of_its_own="rk_test_sandboxRobin0001",
            about="A business that is paid in euros.",
        ),
        StripeAccount(
            key="casey",
            id="acct_sandboxCasey02",
            email="casey@cohost.example",
            name="Casey Consulting",
            country="US",
            key_of_its_own="rk_test_sandboxCasey0002",
            about="Another business.",
        ),
        StripeAccount(
            key="new",
            id="acct_sandboxNew0003",
            email="new@host.example",
            name="Not Ready Yet",
            country="FR",
            key_of_its_own="rk_test_sandboxNew00003",
            about="Stripe still waits for documents: it cannot be paid.",
            charges_enabled=False,
        ),
    ]


@dataclass
class StripeData(OAuthData[StripeAccount]):
    """Everything that survives a restart. Objects are as Stripe tells them; `_account` says whose they are.

    answers: of calls with an idempotency key, by account and key.  queue: events that are still to be delivered.
    holds: nothing is delivered before a test says so.
    """

    accounts: list[StripeAccount] = field(default_factory=ready_made_accounts)
    sessions: dict[str, Json] = field(default_factory=dict)
    intents: dict[str, Json] = field(default_factory=dict)
    charges: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    disputes: dict[str, Json] = field(default_factory=dict)
    endpoints: dict[str, Json] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, Json] = field(default_factory=dict)
    queue: list[Json] = field(default_factory=list)
    deliveries: list[Json] = field(default_factory=list)
    holds: bool = False

    rows: ClassVar[dict[str, type]] = {**OAuthData.rows, "accounts": StripeAccount}

    def secrets(self) -> list[str]:
        """Return the platform's key and every signing secret; a page shows the accounts' own keys to who tries it."""
        return [*super().secrets(), *(one["_secret"] for one in self.endpoints.values())]

    def shown(self) -> Json:
        """Return everything but keys and secrets."""
        tables = ("sessions", "intents", "charges", "refunds", "disputes", "endpoints")
        accounts = [{**asdict(one), "key_of_its_own": ""} for one in self.accounts]
        return (
            super().shown()
            | {"accounts": accounts, "waiting": len(self.queue), "deliveries": self.deliveries}
            | {name: [_shown(row) for row in getattr(self, name).values()] for name in tables}
        )


def _shown(row: Json) -> Json:
    return public(row) | {"account": row["_account"]}


def new_id(prefix: str) -> str:
    """Return an id as Stripe has them."""
    return f"{prefix}_{secrets.token_hex(12)}"


def public(row: Json) -> Json:
    """Return the object without what is ours."""
    return {name: value for name, value in row.items() if not name.startswith("_")}
