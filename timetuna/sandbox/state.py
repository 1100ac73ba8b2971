"""What the sandbox remembers: plain rows, all of them kept in one JSON file."""

import json
import os
import threading
import time
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from timetuna.sandbox.config import SandboxConfig, SandboxError

CALLS_KEPT = 2000
SCOPES = ("user:read:user", "meeting:write:meeting")


@dataclass
class ZoomUser:
    """A person with an account at the sandbox's Zoom."""

    key: str
    id: str
    account_id: str
    email: str
    first_name: str
    last_name: str
    display_name: str
    type: int = 1
    timezone: str = "Europe/Berlin"
    account_number: int = 10009239
    can_host: bool = True
    passcode_required: bool = True
    embed_passcode: bool = True


@dataclass
class Code:
    """An authorization code: used once, for 300 seconds."""

    value: str
    user_id: str
    redirect_uri: str
    issued_at: float
    challenge: str = ""
    method: str = ""
    used: bool = False


@dataclass
class AccessToken:
    """One access token of a grant."""

    value: str
    expires_at: float
    dead: bool = False


@dataclass
class Grant:
    """What one user has allowed the app, and the tokens that stand for it."""

    number: int
    user_id: str
    scopes: list[str]
    created_at: float
    refresh: str = ""
    access: list[AccessToken] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    revoked: bool = False
    disconnected: bool = False
    profile_reads: int = 0

    def __post_init__(self) -> None:
        self.access = [AccessToken(**row) if isinstance(row, dict) else row for row in self.access]


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
class Call:
    """One request that the app or a browser made to Zoom; no token and no code is in it."""

    number: int
    time: str
    kind: str
    method: str
    path: str
    auth: str
    query_names: list[str] = field(default_factory=list)
    user: str = ""
    grant: int | None = None
    status: int | None = None
    ending: str = "sent"
    faults: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Violation:
    """Something the app did that Zoom's contract or the test plan forbids."""

    time: str
    rule: str
    detail: str
    call: int


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


@dataclass
class ActiveFault:
    """A fault that is switched on; `times` None means until switched off."""

    name: str
    times: int | None
    args: dict[str, Any]


@dataclass
class App:
    """The registered app as it is now; everything here can be changed while the sandbox runs."""

    client_id: str
    client_secret: str
    webhook_token: str
    redirect_uri: str
    webhook_url: str
    name: str = "TimeTuna"
    extra_scopes: list[str] = field(default_factory=list)
    drop_scopes: list[str] = field(default_factory=list)

    @property
    def scopes(self) -> list[str]:
        """The scopes that a new grant gets, in Zoom's (arbitrary) order."""
        wanted = [*SCOPES, *self.extra_scopes]
        return sorted({scope for scope in wanted if scope not in self.drop_scopes})


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
class Data:
    """Everything that survives a restart."""

    app: App
    users: list[ZoomUser] = field(default_factory=ready_made_users)
    codes: list[Code] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    compliance: list[ComplianceCall] = field(default_factory=list)
    faults: list[ActiveFault] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    retries: list[dict[str, Any]] = field(default_factory=list)
    sent_payloads: dict[str, dict[str, Any]] = field(default_factory=dict)
    created_today: dict[str, int] = field(default_factory=dict)
    states_seen: list[str] = field(default_factory=list)
    decision: dict[str, str] = field(default_factory=lambda: {"decision": "ask", "user": "robin"})
    clock_offset: float = 0.0
    counter: int = 0

    def user(self, name: str) -> ZoomUser | None:
        """Return the user whose key, id or email is *name*."""
        return next((user for user in self.users if name in {user.key, user.id, user.email}), None)

    def next_number(self) -> int:
        """Return a number that was not given out before."""
        self.counter += 1
        return self.counter


_ROWS: dict[str, Any] = {
    "users": ZoomUser,
    "codes": Code,
    "grants": Grant,
    "meetings": Meeting,
    "calls": Call,
    "violations": Violation,
    "deliveries": Delivery,
    "compliance": ComplianceCall,
    "faults": ActiveFault,
}


class Store:
    """The data, the lock that every reader and writer takes, the file and the clock."""

    def __init__(self, config: SandboxConfig) -> None:
        self.lock = threading.RLock()
        self._config = config
        self._file = None if config.state_dir is None else config.state_dir / "zoom.json"
        self.data = self._load()

    def now(self) -> float:
        """Return unix seconds by the sandbox's clock, which may be set."""
        return time.time() + self.data.clock_offset

    def stamp(self, *, milliseconds: bool = False, offset: float = 0.0) -> str:
        """Return the sandbox's time as Zoom writes it: UTC with a `Z`."""
        moment = datetime.fromtimestamp(self.now() + offset, UTC)
        form = moment.isoformat(timespec="milliseconds" if milliseconds else "seconds")
        return form.replace("+00:00", "Z")

    def save(self) -> None:
        """Write the data to the file in one step; without a file there is nothing to do."""
        with self.lock:
            del self.data.calls[:-CALLS_KEPT]
            if self._file is None:
                return
            # vars() and not asdict(): this is done after every call, and a deep copy is ten times slower.
            text = json.dumps(vars(self.data), ensure_ascii=False, default=vars)
            write_atomically(self._file, text.encode())

    def reset(self) -> None:
        """Forget everything, as on the first day."""
        with self.lock:
            self.data = Data(app=self._registered_app())
            self.save()

    def _registered_app(self) -> App:
        registered = self._config.zoom_app
        return App(
            client_id=registered.client_id,
            client_secret=registered.client_secret,
            webhook_token=registered.webhook_token,
            redirect_uri=self._config.redirect_uri,
            webhook_url=self._config.webhook_url,
        )

    def _load(self) -> Data:
        data = Data(app=self._registered_app())
        if self._file is None or not self._file.exists():
            return data
        try:
            _fill(data, json.loads(self._file.read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SandboxError(f"{self._file} cannot be read; delete it to start afresh.") from error
        return data


def _fill(data: Data, saved: dict[str, Any]) -> None:
    """Put the saved rows into *data*; addresses and keys come from how the sandbox was started."""
    for entry in fields(Data):
        if entry.name == "app" or entry.name not in saved:
            continue
        value = saved[entry.name]
        row = _ROWS.get(entry.name)
        setattr(data, entry.name, value if row is None else [row(**item) for item in value])
    data.app.extra_scopes = saved["app"]["extra_scopes"]
    data.app.drop_scopes = saved["app"]["drop_scopes"]


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at *path*, so that a reader sees the old or the new content and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.tmp")
    draft.write_bytes(content)
    draft.replace(path)
