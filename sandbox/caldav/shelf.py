"""What the calendar server keeps: the objects of its calendars, on disk where it has a folder."""

import hashlib
import re
import threading
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9._@-]{1,200}")


class Shelf:
    """Calendar objects by calendar and name. *folder* is None where nothing outlasts the process."""

    def __init__(self, folder: Path | None) -> None:
        self.lock = threading.RLock()
        self._folder = folder
        self._objects: dict[str, dict[str, bytes]] = {}
        for path in sorted(folder.glob("*/*")) if folder and folder.exists() else ():
            self._objects.setdefault(path.parent.name, {})[path.name] = path.read_bytes()

    def all(self, calendar: str) -> dict[str, bytes]:
        """Return the objects of a calendar by name."""
        return self._objects.get(calendar, {})

    def put(self, calendar: str, name: str, body: bytes) -> None:
        """Keep an object; `ValueError` for a name that is none of a file."""
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise ValueError("This name cannot be kept.")
        self._objects.setdefault(calendar, {})[name] = body
        if self._folder is not None:
            (self._folder / calendar).mkdir(parents=True, exist_ok=True)
            (self._folder / calendar / name).write_bytes(body)

    def take(self, calendar: str, name: str) -> None:
        """Throw an object away."""
        self._objects.get(calendar, {}).pop(name, None)
        if self._folder is not None:
            (self._folder / calendar / name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Throw everything away."""
        for calendar, objects in self._objects.items():
            for name in list(objects):
                self.take(calendar, name)

    def tag(self, calendar: str) -> str:
        """Return what changes with the calendar."""
        return hashlib.sha256(
            b"\0".join(f"{name}".encode() + body for name, body in sorted(self.all(calendar).items()))
        ).hexdigest()[:20]


def etag(body: bytes) -> str:
    """Return what changes with an object."""
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'
