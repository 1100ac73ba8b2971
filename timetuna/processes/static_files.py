"""Static files under hashed names, compressed once, in a short-lived process; only when something changed."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from timetuna import __version__
from timetuna.processes.ending import Refusal

PACKAGE_DIR = Path(__file__).resolve().parent.parent


def collect_in_subprocess() -> None:
    """Collect in a process of its own, so that the memory for it is given back. Raises Refusal."""
    code = "from django.core.management import execute_from_command_line as run; run()"
    command = [sys.executable, "-c", code, "collectstatic", "--no-input", "--verbosity", "0"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "timetuna.settings"}
    if subprocess.run(command, check=False, env=environment).returncode:  # noqa: S603 - our own interpreter
        raise Refusal("The static files could not be collected; the lines above say why.")


def collect_when_stale(data_dir: Path, *, collect: Callable[[], object] = collect_in_subprocess) -> bool:
    """Collect what the web server hands out, unless that is current; return whether it was done."""
    fingerprint = fingerprint_of_files()
    stamp = data_dir / "static" / ".collected"
    with only_one(data_dir / "collect.lock"):
        if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
            return False
        collect()
        stamp.write_text(fingerprint, encoding="ascii")
    return True


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Wait until no other process on this machine is in here."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def fingerprint_of_files() -> str:
    """What changes whenever a static file, or a package that ships some, changes."""
    digest = hashlib.sha256(f"{__version__} {version('django')} {version('django-allauth')}".encode())
    for path in sorted(PACKAGE_DIR.rglob("static/**/*")):
        facts = path.stat()
        digest.update(f"{path.relative_to(PACKAGE_DIR)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
