"""Learning which calendars an account has, from a server that answers oddly."""

import pytest

from timetuna.calendars.actions.connect_by_form import log_in
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.providers.caldav.tests.misbehaving import IS_CALENDAR, found, misbehaving, multistatus
from timetuna.providers.errors import ProviderError

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


def test_a_calendar_whose_address_cannot_be_kept_is_said_and_not_left_out(alice, settings):
    allowed = {"CALDAV_ALLOW_PRIVATE": "yes", "CALDAV_ALLOW_HTTP": "yes"}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | allowed
    with misbehaving() as server:
        long = f"/home/{'a' * 1_000}/"
        server.will("PROPFIND", 207, multistatus(found("/home/ada/", IS_CALENDAR), found(long, IS_CALENDAR)))
        account = log_in(
            "caldav", {"server": server.url, "user": "ada", "password": "secret 17"}, host_id=alice.pk
        )

        with pytest.raises(ProviderError, match="too long to be kept"):
            list_calendars(account.pk)

    account.refresh_from_db()
    assert "too long to be kept" in account.calendars_problem
    assert [row.is_every() for row in account.calendars.all()] == [True]
