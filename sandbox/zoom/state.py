"""What Zoom's stand-in remembers: users, meetings, what was told to the app."""

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from sandbox.base.accounts import Account, OAuthData

Json = dict[str, Any]
SCOPES = ("user:read:user", "meeting:write:meeting")


@dataclass
class ZoomUser(Account):
    """A person with an account at the sandbox's Zoom."""

    account_id: str
    first_name: str
    last_name: str
    display_name: str
    type: int = 1
    timezone: str = "Europe/Berlin"
    account_number: int = 10009239
    can_host: bool = True
    passcode_required: bool = True
    embed_passcode: bool = True

    @property
    def name(self) -> str:
        """The name that Zoom shows."""
        return self.display_name


@dataclass
class Meeting:
    """A meeting in a user's list at Zoom; `delivered` is false where the answer never reached the app."""

    id: int
    uuid: str
    user_id: str
    topic: str
    type: int
    start_time: str | None
    duration: int
    timezone: str
    join_url: str
    password: str
    created_at: str
    created_by: str
    fingerprint: str
    agenda: str = ""
    understood: bool = True
    delivered: bool = True
    deleted: bool = False
    updates: int = 0


@dataclass
class Delivery:
    """One attempt to deliver an event to the app; `body` is what went over the wire."""

    time: str
    event: str
    user: str
    url: str
    body: str
    attempt: int
    status: int | None
    error: str
    seconds: float


@dataclass
class ComplianceCall:
    """One data-compliance call and the status it got."""

    time: str
    status: int
    body: dict[str, Any]


def ready_made_users() -> list[ZoomUser]:
    """Return the users whom a fresh sandbox has."""
    return [
        ZoomUser(
            key="robin",
            id="z8yAAAAA8bbbQEXAMPLE01",
            account_id="q6gBJVO5TzexKYTb_I2rpg",
            email="robin@host.example",
            first_name="Robin",
            last_name="Host",
            display_name="Robin Host",
        ),
        ZoomUser(
            key="casey",
            id="Ks3BBBBB2cccREXAMPLE02",
            account_id="mN4rTq8XQeS1exAmPLe02w",
            email="casey@cohost.example",
            first_name="Casey",
            last_name="Cohost",
            display_name="Casey Cohost",
            type=2,
            timezone="America/New_York",
        ),
        ZoomUser(
            key="zoe",
            id="Zo3CCCCC3dddSEXAMPLE03",
            account_id="hU7vLk2WRtG9exAmPLe03w",
            email="zoe@lukasiewicz.example",
            first_name="Zoë",
            last_name="Łukasiewicz-Österreich",
            display_name="Zoë Łukasiewicz-Österreich",
            timezone="Asia/Kolkata",
        ),
    ]


@dataclass
class ZoomData(OAuthData[ZoomUser]):
    """Everything of Zoom's that survives a restart.

    extra_scopes, drop_scopes: how the registered app differs; in grants from the next consent on.
    lost: refresh tokens whose replacement the app never got.  profile_reads: how often, by the grant's number.
    """

    accounts: list[ZoomUser] = field(default_factory=ready_made_users)
    meetings: list[Meeting] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    compliance: list[ComplianceCall] = field(default_factory=list)
    held: list[Json] = field(default_factory=list)
    retries: list[Json] = field(default_factory=list)
    sent_payloads: dict[str, Json] = field(default_factory=dict)
    created_today: dict[str, int] = field(default_factory=dict)
    extra_scopes: list[str] = field(default_factory=list)
    drop_scopes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    profile_reads: dict[str, int] = field(default_factory=dict)

    rows: ClassVar[dict[str, type]] = {
        **OAuthData.rows,
        "accounts": ZoomUser,
        "meetings": Meeting,
        "deliveries": Delivery,
        "compliance": ComplianceCall,
    }

    @property
    def scopes(self) -> list[str]:
        """The scopes that a new grant gets, in Zoom's (arbitrary) order."""
        return sorted({*SCOPES, *self.extra_scopes} - {*self.drop_scopes})

    def shown(self) -> Json:
        """Return everything but tokens and secrets."""
        app = {"client_id": self.app.client_id, "name": self.app.name, "scopes": self.scopes}
        return super().shown() | {
            "users": [asdict(row) for row in self.accounts],
            "grants_count": sum(not row.revoked for row in self.grants),
            "meetings": [asdict(row) for row in self.meetings],
            "compliance": [asdict(row) for row in self.compliance],
            "deliveries": [asdict(row) for row in self.deliveries],
            "held": len(self.held),
            "retries": [{"due": row["due"], "attempt": row["attempt"]} for row in self.retries],
            "created_today": dict(self.created_today),
            "app": app | {"redirect_uri": self.app.redirect_uri, "webhook_url": self.app.webhook_url},
        }
