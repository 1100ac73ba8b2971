"""Killed at any step, a payment is taken once and goes back once, and the booking says so."""

import json
import subprocess
import sys

import pytest

from sandbox.stripe.control import StripeControl
from tests.running import ROOT, resting_timetuna
from tests.sampling import share_within

pytestmark = [pytest.mark.slow, pytest.mark.matrix(of="kill")]
STRIDE = 11


@pytest.mark.either
def test_killed_at_many_steps_and_around_every_call(tmp_path):
    part, of = share_within()
    with (
        resting_timetuna(tmp_path) as live,
        StripeControl(live.environment["STRIPE_API_URL"][: -len("/stripe")]) as stripe,
    ):
        host = live.new_host()
        outside = live.environment["STRIPE_API_URL"].removesuffix("/stripe")
        first, stride = str(1 + STRIDE * part), str(STRIDE * of)
        done = subprocess.run(
            [sys.executable, "-m", "tests.dying_payment", str(host.page_pk), outside, first, stride],
            env={**live.environment, "DJANGO_SETTINGS_MODULE": "timetuna.settings"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=1_200,
        )
        assert done.returncode == 0, done.stderr[-4_000:]
        known = stripe.known()

    runs = [json.loads(line) for line in done.stdout.splitlines()]
    for run in runs:
        mine = [one for one in known["sessions"] if one["client_reference_id"] == run["booking"]]
        intents = {one["payment_intent"] for one in mine if one["payment_intent"]}
        charges = [one for one in known["charges"] if one["payment_intent"] in intents]
        assert len(charges) <= 1, run
        assert [one for one in mine if one["status"] == "open"] == [], run
        assert sum(one["amount_captured"] - one["amount_refunded"] for one in charges) == 0, run
        assert run["status"] in {"withdrawn", "cancelled_by_guest"}, run
        assert (run["paid"], run["came"]) in {(0, len(charges)), (1, 1)}, run
        assert (run["refunded"], run["back"], run["outside"]) == (4500 * len(charges), len(charges), 0), run
        assert run["open_jobs"] == 0, run
    died = {run["ended"] for run in runs}
    assert {"died: before a call", "died: after a call"} <= died
    assert runs[-1]["ended"] == "done"
