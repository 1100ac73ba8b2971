import pytest

from timetuna.jobs.models import Job, Worker

pytestmark = pytest.mark.django_db


def test_well_under_any_name_and_without_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    Worker.objects.create(machine="here", pid=1)

    answer = client.get("/healthz", headers={"host": "10.1.2.3:8000"})

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "worker": "ok", "oldest_waiting_seconds": 0.0}
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_a_missing_worker_is_said(client):
    Job.objects.create(name="x")

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["worker"] == "missing"


def test_other_addresses_still_need_the_right_name(client):
    assert client.get("/signin", headers={"host": "evil.example"}).status_code == 400
