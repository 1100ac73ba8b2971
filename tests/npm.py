"""Programs in Node for tests: their packages are installed once, exactly as their package-lock.json says."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CACHE = Path(sys.prefix) / "npm"
PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")


def node_modules(folder: Path) -> Path:
    """Return the packages that a folder's package-lock.json names; without Node or a registry the test is skipped."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not found: install Node.js to try what is in {folder.name}")
    lock = folder / "package-lock.json"
    kept = CACHE / hashlib.sha256(lock.read_bytes()).hexdigest()[:20]
    if not (kept / "whole").exists():
        _install(folder, kept)
    return kept / "node_modules"


def _install(folder: Path, kept: Path) -> None:
    """Into a folder of its own first: two processes may come at once, and one may die in the middle."""
    making = kept.with_name(f"{kept.name}.{os.getpid()}")
    making.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(folder / name, making)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", *PATIENCE]
    try:
        subprocess.run(command, cwd=making, capture_output=True, text=True, check=True, timeout=240)
    except subprocess.SubprocessError as error:
        shutil.rmtree(making)
        why = str(getattr(error, "stderr", "") or error).strip()[:300]
        pytest.skip(f"npm could not fetch the packages of {folder.name}: {why}")
    (making / "whole").touch()
    try:
        making.rename(kept)
    except OSError:  # somebody was faster
        shutil.rmtree(making)
