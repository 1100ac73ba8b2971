"""What the sandbox remembers: plain rows, all of them kept in one JSON file."""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.config import SandboxConfig, SandboxError

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


@dataclass(frozen=True)
class Memory:
    """How the state of a stand-in beside Zoom's begins, and how it comes back from its file."""

    fresh: Callable[[], Any]
    read: Callable[[dict[str, Any]], Any]


class Store:
    """The data, the lock that every reader and writer takes, the files and the clock.

    data: Zoom's, and what all share (calls, violations, faults, the clock).  parts: those of the other stand-ins.
    """

    def __init__(self, config: SandboxConfig, memories: Mapping[str, Memory] | None = None) -> None:
        self.lock = threading.RLock()
        self._config = config
        self._memories = dict(memories or {})
        self.data = self._load()
        self.parts = {part: self._load_part(part, memory) for part, memory in self._memories.items()}

    def now(self) -> float:
        """Return unix seconds by the sandbox's clock, which may be set."""
        return time.time() + self.data.clock_offset

    def stamp(self, *, milliseconds: bool = False, offset: float = 0.0) -> str:
        """Return the sandbox's time as Zoom writes it: UTC with a `Z`."""
        moment = datetime.fromtimestamp(self.now() + offset, UTC)
        form = moment.isoformat(timespec="milliseconds" if milliseconds else "seconds")
        return form.replace("+00:00", "Z")

    def save(self, *names: str) -> None:
        """Write the data of these stand-ins (of all, where none is named) to their files, each in one step.

        Without a folder there is nothing to do.
        """
        with self.lock:
            del self.data.calls[:-CALLS_KEPT]
            for name, rows in {"zoom": self.data, **self.parts}.items():
                file = self._file(name)
                if file is not None and (not names or name in names):
                    # vars() and not asdict(): this is done after every call, and a deep copy is ten times slower.
                    text = json.dumps(vars(rows), ensure_ascii=False, default=vars)
                    write_atomically(file, text.encode())

    def reset(self) -> None:
        """Forget everything, as on the first day."""
        with self.lock:
            self.data = Data(app=self._registered_app())
            self.parts = {part: memory.fresh() for part, memory in self._memories.items()}
            self.save()

    def _file(self, name: str) -> Path | None:
        return None if self._config.state_dir is None else self._config.state_dir / f"{name}.json"

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
        self._read("zoom", lambda saved: _fill(data, saved))
        return data

    def _load_part(self, part: str, memory: Memory) -> Any:
        found = self._read(part, memory.read)
        return memory.fresh() if found is None else found

    def _read(self, name: str, read: Callable[[dict[str, Any]], Any]) -> Any:
        file = self._file(name)
        if file is None or not file.exists():
            return None
        try:
            return read(json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SandboxError(f"{file} cannot be read; delete it to start afresh.") from error


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
