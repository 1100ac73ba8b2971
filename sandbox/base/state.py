"""What the sandbox remembers: plain rows in one JSON file for what is shared, and in one for each stand-in."""

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
SHARED = "sandbox"


@dataclass
class Call:
    """One request that the app or a browser made; no token and no code is in it."""

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
    """Something the app did that the service's contract or the test plan forbids."""

    time: str
    rule: str
    detail: str
    call: int


@dataclass
class ActiveFault:
    """A fault that is switched on; `times` None means until switched off."""

    name: str
    times: int | None
    args: dict[str, Any]


_ROWS: Mapping[str, type] = {"calls": Call, "violations": Violation, "faults": ActiveFault}


@dataclass
class Data:
    """What all stand-ins share; everything here survives a restart."""

    calls: list[Call] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    faults: list[ActiveFault] = field(default_factory=list)
    clock_offset: float = 0.0
    counter: int = 0

    def next_number(self) -> int:
        """Return a number that was not given out before."""
        self.counter += 1
        return self.counter


@dataclass(frozen=True)
class Memory:
    """How the state of a stand-in begins, and how it comes back from its file."""

    fresh: Callable[[], Any]
    read: Callable[[dict[str, Any]], Any]


def restore(fresh: Any, saved: Mapping[str, Any], *, rows: Mapping[str, type]) -> Any:
    """Return *fresh* with everything that was saved; an app stays as the sandbox was started.

    rows: the fields that are lists of a class, with that class.
    """
    for entry in fields(fresh):
        if entry.name != "app" and entry.name in saved:
            row, value = rows.get(entry.name), saved[entry.name]
            setattr(fresh, entry.name, value if row is None else [row(**item) for item in value])
    return fresh


class Store:
    """The data, the lock that every reader and writer takes, the files and the clock.

    data: what all share.  parts: what each stand-in remembers, by its name.
    """

    def __init__(self, config: SandboxConfig, memories: Mapping[str, Memory] | None = None) -> None:
        self.lock = threading.RLock()
        self._config = config
        self._memories = dict(memories or {})
        self.data: Data = self._load(SHARED, Memory(Data, lambda saved: restore(Data(), saved, rows=_ROWS)))
        self.parts = {part: self._load(part, memory) for part, memory in self._memories.items()}

    def now(self) -> float:
        """Return unix seconds by the sandbox's clock, which may be set."""
        return time.time() + self.data.clock_offset

    def stamp(self, *, milliseconds: bool = False, offset: float = 0.0) -> str:
        """Return the sandbox's time in UTC with a `Z`."""
        moment = datetime.fromtimestamp(self.now() + offset, UTC)
        form = moment.isoformat(timespec="milliseconds" if milliseconds else "seconds")
        return form.replace("+00:00", "Z")

    def save(self, *names: str) -> None:
        """Write what these stand-ins remember (all, where none is named) to its file, each in one step.

        Without a folder there is nothing to do.
        """
        with self.lock:
            del self.data.calls[:-CALLS_KEPT]
            for name, rows in {SHARED: self.data, **self.parts}.items():
                file = self._file(name)
                if file is not None and (not names or name in names):
                    # vars() and not asdict(): this is done after every call, and a deep copy is ten times slower.
                    text = json.dumps(vars(rows), ensure_ascii=False, default=vars)
                    write_atomically(file, text.encode())

    def reset(self) -> None:
        """Forget everything, as on the first day."""
        with self.lock:
            self.data = Data()
            self.parts = {part: memory.fresh() for part, memory in self._memories.items()}
            self.save()

    def _file(self, name: str) -> Path | None:
        return None if self._config.state_dir is None else self._config.state_dir / f"{name}.json"

    def _load(self, name: str, memory: Memory) -> Any:
        file = self._file(name)
        if file is None or not file.exists():
            return memory.fresh()
        try:
            return memory.read(json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SandboxError(f"{file} cannot be read; delete it to start afresh.") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at *path*, so that a reader sees the old or the new content and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.tmp")
    draft.write_bytes(content)
    draft.replace(path)
