"""Freezes what this version writes; see the package. Needs a PostgreSQL at DATABASE_URL."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.config import SandboxConfig
from sandbox.running import Sandbox
from tests import typed
from tests.migrated import ROOT, fresh_database

FOLDER = Path(__file__).resolve().parent
CHECKSUMS = FOLDER / "migrations.txt"
KEYS = {
    "TIMETUNA_SECRET_KEY": "a-key-for-tests-only-0123456789-abcdefgh",
    "TIMETUNA_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "TIMETUNA_BASE_URL": "http://localhost:8000",
}
CODE = "import django, json, sys; django.setup(); from tests.frozen import contents; {}"


def migrations() -> dict[str, str]:
    """Return each migration's checksum by its path from the project's root."""
    files = sorted((ROOT / "timetuna").glob("*/migrations/0*.py"))
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def frozen_migrations() -> dict[str, str]:
    """Return what `migrations` returned when the last version was frozen."""
    lines = CHECKSUMS.read_text(encoding="utf-8").splitlines()
    return {path: checksum for checksum, path in (line.split("  ") for line in lines)}


def backup_of(engine: str) -> bytes:
    """Return the backup that the last version wrote of its database."""
    return gzip.decompress((FOLDER / f"{engine}.backup.gz").read_bytes())


def links_of(engine: str) -> dict[str, str]:
    """Return the paths of its guests' pages."""
    found: dict[str, str] = json.loads((FOLDER / f"{engine}.json").read_text(encoding="utf-8"))
    return found


@contextmanager
def outside() -> Iterator[dict[str, str]]:
    """Run the sandbox; yield the settings that lead there."""
    with Sandbox(SandboxConfig(http_port=0, smtp_port=0)) as sandbox:
        yield KEYS | {
            "EMAIL_URL": f"smtp://127.0.0.1:{sandbox.smtp_port}",
            "ZOOM_CLIENT_ID": "sandbox-zoom-client",
            "ZOOM_CLIENT_SECRET": "sandbox-zoom-secret",
            "ZOOM_WEBHOOK_SECRET_TOKEN": "sandbox-zoom-webhook",
            "ZOOM_OAUTH_URL": sandbox.http_url,
            "ZOOM_API_URL": sandbox.http_url,
        }


def run(code: str, settings: dict[str, str]) -> str:
    """Run code that may use `contents`, with the product's settings; return what it printed."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "timetuna.settings"} | settings
    done = typed.run(["-c", CODE.format(code)], environment)
    done.check_returncode()
    return done.stdout


def _freeze(engine: str) -> None:
    with tempfile.TemporaryDirectory() as name, outside() as settings:
        folder = Path(name)
        with fresh_database(folder) as url:
            here = (
                settings | {"TIMETUNA_DATA_DIR": name} | ({"DATABASE_URL": url} if engine != "sqlite" else {})
            )
            links = run("print(json.dumps(contents.fill()))", here).splitlines()[-1]
            backup = [sys.executable, "-m", "timetuna", "backup", str(folder / "backup")]
            subprocess.run(backup, env=os.environ | here, cwd=ROOT, check=True)
        packed = gzip.compress((folder / "backup").read_bytes(), mtime=0)
        (FOLDER / f"{engine}.backup.gz").write_bytes(packed)
        (FOLDER / f"{engine}.json").write_text(f"{links}\n", encoding="utf-8")


if __name__ == "__main__":
    CHECKSUMS.write_text("".join(f"{sha}  {path}\n" for path, sha in migrations().items()), encoding="utf-8")
    postgresql = os.environ.pop("DATABASE_URL")
    _freeze("sqlite")
    os.environ["DATABASE_URL"] = postgresql
    _freeze("postgresql")
