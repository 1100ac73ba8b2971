"""What every provider owes who repairs events: what matters is put right, and what is its host's stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from timetuna.providers.base import Person, Written
from timetuna.providers.tests.contracts.calendar import NOON, SeenEvent, booked


class RepairContract:
    """Fixtures as those of CalendarWriterContract, which every class that subclasses this one subclasses as well."""

    def test_repairing_puts_time_and_place_right_and_leaves_its_hosts_words_alone(
        self, put: Callable[..., Written], seen: Callable[[], list[SeenEvent]]
    ) -> None:
        """Title, text and guests are as somebody changed them."""
        theirs = booked(
            title="Ada, at last",
            description="Bring the plans",
            guests=(Person("Colleague", "colleague@host.example"),),
            start=NOON + timedelta(hours=2),
            location="Elsewhere",
        )
        reference = put(theirs).reference

        assert put(booked(unchanged=True), reference).reference == reference

        (event,) = seen()
        assert (event.start, event.minutes, event.location) == (NOON, 30, "Room 4")
        assert (event.title, event.description) == ("Ada, at last", "Bring the plans")
        assert event.guests == {"colleague@host.example"}

    def test_repairing_makes_an_event_again_with_all_its_words(
        self,
        put: Callable[..., Written],
        seen: Callable[[], list[SeenEvent]],
        remove_event: Callable[[Any], None],
    ) -> None:
        """What was deleted is as it was written first."""
        before = put(booked())
        remove_event(before.reference)

        put(booked(unchanged=True), before.reference)

        (event,) = seen()
        assert (event.title, event.start) == ("Intro call with Ada", NOON)
        assert event.description == "Change it: https://timetuna.test/b/17"
        assert event.guests == {"ada@guest.example"}
