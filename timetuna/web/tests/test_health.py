import logging
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import OperationalError

from timetuna.jobs.models import Job, Worker
from timetuna.web import health

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


def test_well_under_any_name_and_without_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    Worker.objects.create(machine="here", pid=1)

    answer = client.get("/healthz", headers={"host": "10.1.2.3:8000"})

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "pages": "ok", "worker": "ok", "oldest_waiting_seconds": 0.0}
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_a_missing_worker_is_said(client):
    Job.objects.create(name="x")

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["worker"] == "missing"


def test_other_addresses_still_need_the_right_name(client):
    assert client.get("/signin", headers={"host": "evil.example"}).status_code == 400


def test_what_a_guest_would_meet_is_met(client, monkeypatch, caplog):
    Worker.objects.create(machine="here", pid=1)

    def read():
        raise OperationalError("no such function: JSON")

    monkeypatch.setattr(health, "LOOKS", [read])
    with caplog.at_level(logging.ERROR):
        answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["pages"] == "broken"
    assert "what a page needs cannot be read" in caplog.text


def test_what_a_page_needs_is_read(client, django_assert_num_queries):
    assert len(health.LOOKS) >= 1
    with django_assert_num_queries(len(health.LOOKS)):
        assert health._pages_can_be_read()


def test_each_thread_is_warmed_once(monkeypatch):
    met = []
    monkeypatch.setattr(health, "_pages_can_be_read", lambda: met.append(threading.get_ident()))
    with ThreadPoolExecutor(4) as threads:
        wait(health.warm(threads, 4))

    assert len(set(met)) == 4
