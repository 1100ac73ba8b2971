"""One refresh at a time, across threads and processes, on a real database file or server."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection as database

from tests.clock import present
from tests.migrated import sqlite_file
from timetuna.calendars.queries import linkable
from timetuna.calendars.tests.conftest import allow, query_of
from timetuna.lib.crypto import pkce_pair

ROOT = Path(__file__).resolve().parents[3]
PROCESSES, THREADS = 2, 25


def database_url(folder):
    if database.vendor != "postgresql":
        return f"sqlite:///{folder / 'many.sqlite3'}"
    settings = database.settings_dict
    user = ":".join(quote(settings[name] or "", safe="") for name in ("USER", "PASSWORD"))
    return f"postgres://{user}@{quote(settings['HOST'], safe='')}:{settings['PORT']}/{settings['NAME']}"


@pytest.fixture
def command(tmp_path, running, transactional_db):
    url = running[0].http_url
    environment = os.environ | {
        "DATABASE_URL": database_url(tmp_path),
        "ZOOM_OAUTH_URL": url,
        "ZOOM_API_URL": url,
    }

    def start(*words):
        return subprocess.Popen(
            [sys.executable, *words], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    def output(*words):
        process = start(*words)
        text, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        return text.split()

    if database.vendor == "sqlite":
        shutil.copyfile(sqlite_file(), tmp_path / "many.sqlite3")
    return start, output


@pytest.mark.slow
@pytest.mark.matrix(of="worker")
@pytest.mark.either("postgresql")
def test_fifty_threads_in_two_processes_make_one_refresh(command, zoom):
    start, output = command
    provider, pkce = linkable("zoom"), pkce_pair()
    back = allow(zoom, provider.authorize_url(state="s" * 43, code_challenge=pkce.challenge))
    tokens = provider.exchange(code=query_of(back)["code"], code_verifier=pkce.verifier)
    zoom.fault("slow", on="token.refresh", seconds=0.5)
    script = ("-m", "timetuna.calendars.tests.many_refreshes")
    output(*script, "prepare", tokens.access_token, tokens.refresh_token)

    at = str(present().timestamp() + 3)
    running = [start(*script, "run", str(THREADS), at) for _ in range(PROCESSES)]
    ends = [line for process in running for line in process.communicate(timeout=60)[0].splitlines()]

    assert len(ends) == PROCESSES * THREADS
    assert len(set(ends)) == 1, set(ends)
    assert ends[0] != tokens.access_token[-12:]
    assert len(zoom.calls("token.refresh")) == 1
    assert output(*script, "left") == ["False", "False"]
