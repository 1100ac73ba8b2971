"""Whatever happens to a file, it is read or refused. benchmarks/feeds.py does this for hours, and measures."""

import time

from timetuna.ical.answer import Unreadable
from timetuna.ical.busy import busy_of
from timetuna.ical.tests.mutation import mutated
from timetuna.ical.tests.table import SPAN, cases

SEEDS = [case.body for case in cases()]


def test_no_mutation_is_a_crash_or_takes_long() -> None:
    refused, slowest = 0, 0.0
    for number in range(1_500):
        started = time.process_time()
        try:
            found = busy_of(mutated(SEEDS, number), SPAN, time_zone="Europe/Berlin")
        except Unreadable as error:
            refused += bool(error.code)
        else:
            assert all(SPAN[0] <= one.start_minute < one.end_minute <= SPAN[1] for one in found.busy)
        slowest = max(slowest, time.process_time() - started)

    assert 500 < refused < 1_400
    assert slowest < 2
