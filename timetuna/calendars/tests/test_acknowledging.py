"""Telling Zoom that the data of a removed account is gone."""

import json

import pytest

from timetuna.calendars.actions.acknowledge_deauthorization import TRIES
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.tests.conftest import do, jobs
from timetuna.jobs.models import Job
from timetuna.jobs.queue import GiveUp, Retry

ASKED = [
    ("false", 1),
    ("False", 1),
    (False, 1),
    ("true", 0),
    (True, 0),
    (None, 0),
    ("", 0),
    (0, 0),
    ("absent", 0),
]


@pytest.mark.parametrize(("retention", "times"), ASKED)
def test_acknowledgement_is_sent_where_the_flag_asks_for_it(hooked, zoom, retention, times):
    assert zoom.remove_app(retention=retention) == [200]

    for job in jobs("calendars.acknowledge_deauthorization"):
        do(job)

    assert len(zoom.calls("compliance")) == times
    assert not CalendarAccount.objects.exists()


def test_acknowledgement_is_sent_once_however_often_the_event_comes(hooked, zoom):
    assert zoom.remove_app(retention="false", duplicate=3) == [200, 200, 200]

    (job,) = jobs("calendars.acknowledge_deauthorization")
    do(job)

    assert len(zoom.calls("compliance")) == 1


def test_acknowledgement_keeps_no_ids_in_the_job(hooked, zoom):
    zoom.remove_app(retention="false")
    (job,) = jobs("calendars.acknowledge_deauthorization")
    assert hooked.provider_user_id not in json.dumps(job.arguments)

    do(job)
    job.refresh_from_db()
    do(job)

    assert job.arguments["sealed"] == ""
    assert len(zoom.calls("compliance")) == 1


def test_acknowledgement_is_tried_a_few_times(hooked, zoom):
    zoom.remove_app(retention="false")
    (job,) = jobs("calendars.acknowledge_deauthorization")
    zoom.fault("compliance_500", times=None)

    for attempt in range(1, TRIES):
        Job.objects.update(attempts=attempt)
        with pytest.raises(Retry):
            do(job)
    Job.objects.update(attempts=TRIES)
    with pytest.raises(GiveUp):
        do(job)

    job.refresh_from_db()
    assert job.arguments["sealed"] == ""
    assert len(zoom.calls("compliance")) == TRIES


def test_acknowledgement_that_is_gone_is_given_up(hooked, zoom):
    zoom.remove_app(retention="false")
    zoom.fault("compliance_404")

    with pytest.raises(GiveUp):
        do(jobs("calendars.acknowledge_deauthorization")[0])
