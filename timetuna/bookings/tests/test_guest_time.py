"""Times as a guest reads them: zone, clock, first weekday, and what the host's clock shows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from timetuna.bookings.models import Booking
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.test_public import details
from timetuna.l10n import datetimes
from timetuna.web.zones import ZONE_COOKIE

pytestmark = pytest.mark.django_db
AMERICAN = {"Accept-Language": "en-US,en;q=0.9"}
BERLIN, NEW_YORK, KATHMANDU = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kathmandu")
)


def a_whole_day():
    """Return a day that has not begun anywhere: late in the evening of UTC, tomorrow has in Berlin."""
    return tomorrow() + timedelta(days=1)


@pytest.mark.parametrize(
    ("hour", "said"), [(0, "12:05\xa0am"), (9, "9:05\xa0am"), (12, "12:05\xa0pm"), (23, "11:05\xa0pm")]
)
def test_a_clock_of_twelve_hours(hour, said):
    assert datetimes.clock(datetime(2026, 11, 24, hour, 5, tzinfo=UTC), twelve_hours=True) == said


def test_the_hosts_time_is_said_where_it_differs():
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)

    assert datetimes.elsewhere(noon.astimezone(NEW_YORK), zone=BERLIN) == "13:00 in Berlin"
    assert datetimes.elsewhere(noon.astimezone(BERLIN), zone=NEW_YORK, twelve_hours=True) == (
        "7:00\xa0am in New York"
    )
    assert datetimes.elsewhere(noon.astimezone(BERLIN), zone=datetimes.UTC_ZONE) == "12:00 UTC"
    assert datetimes.elsewhere(noon.astimezone(BERLIN), zone=ZoneInfo("Europe/Paris")) == ""
    assert datetimes.for_other(noon.astimezone(NEW_YORK), name="Robin", zone=BERLIN) == (
        "13:00 for Robin · Germany, Berlin (UTC+1)"
    )


def test_the_hosts_other_day_is_said_too():
    evening = datetime(2026, 11, 24, 22, tzinfo=UTC).astimezone(BERLIN)

    assert datetimes.elsewhere(evening, zone=KATHMANDU) == "Wed 03:45 in Kathmandu"
    assert datetimes.for_other(evening, name="Robin", zone=KATHMANDU) == (
        "Wednesday 25 November, 03:45 for Robin · Nepal, Kathmandu (UTC+5:45)"
    )


def test_a_repeated_hour_says_which_of_the_two_it_is():
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC).astimezone(BERLIN) for hour in (0, 1))

    assert datetimes.which_of_two(first) == "CEST (first)"
    assert datetimes.which_of_two(second) == "CET (second)"
    assert datetimes.which_of_two(datetime(2026, 10, 25, 2, 30, tzinfo=UTC).astimezone(BERLIN)) == ""


def test_an_american_browser_gets_its_clock_and_its_week(client, page):
    answer = client.get(f"/alice/intro?day={a_whole_day():%Y-%m-%d}", headers=AMERICAN)

    assert answer.context["slots"].month.weekdays[0][1] == "Sunday"
    assert answer.context["slots"].times[0].label == "12:00\xa0am"
    assert "Accept-Language" in answer["Vary"]


def test_the_switched_clock_wins_and_goes_along(client, page):
    answer = client.get(f"/alice/intro?day={a_whole_day():%Y-%m-%d}&clock=24", headers=AMERICAN)

    assert answer.context["slots"].times[0].label == "00:00"
    assert all("clock=24" in time.url for time in answer.context["slots"].times)
    assert [clock.current for clock in answer.context["slots"].clocks] == [False, True]
    assert answer.context["slots"].month.weekdays[0][1] == "Sunday"


@pytest.mark.parametrize("clock", ["13", "", "12 ", "x" * 1_000])
def test_an_unknown_clock_is_the_regions(client, page, clock):
    answer = client.get("/alice/intro", {"clock": clock})

    assert answer.status_code == 200
    assert dict(answer.context["slots"].state)["clock"] == ""


def test_the_hosts_time_stands_beside_the_guests_from_the_list_to_the_confirmation(client, page):
    start = tomorrow(12)
    there = start.astimezone(BERLIN)
    data = details(client, page, start=write_start(start))

    form = client.get("/alice/intro/book", data)
    booked = client.get(client.post("/alice/intro/book?clock=12", data | {"clock": "12"})["Location"])

    assert form.context["time"].for_host.startswith(f"{there:%H:%M} for Alice Host · Germany, Berlin (UTC+")
    assert f"{there.hour - 12}:00\xa0pm for Alice Host · Germany, Berlin (UTC+" in booked.content.decode()
    assert booked.context["changes"].move_url.endswith("/move?clock=12")


def test_a_time_that_was_taken_is_not_shown_as_chosen(client, page):
    data = details(client, page)
    client.post("/alice/intro/book", details(client, page))

    answer = client.post("/alice/intro/book", data)

    text = answer.content.decode()
    assert "Confirm " not in text
    offered = [time.value for time in answer.context["nearest"]]
    assert offered == sorted(offered)
    assert min(offered) < write_start(tomorrow()) < max(offered), "the nearest ones, before and after"


def test_no_time_chosen_gets_the_times_again_and_a_sentence(client, page):
    answer = client.post("/alice/intro/book", details(client, page) | {"start": ""})

    assert answer.status_code == 422
    assert "Choose one of the times that are free." in answer.content.decode()
    assert answer.context["nearest"]
    assert "Hello" in answer.content.decode()
    assert not Booking.objects.exists()


def test_the_zone_of_an_earlier_look_is_shown_at_once(client, page):
    client.cookies[ZONE_COOKIE] = "Asia/Calcutta.12"
    answer = client.get(f"/alice/intro?day={tomorrow():%Y-%m-%d}")

    assert answer.context["slots"].zone_label.startswith("India, Kolkata (UTC+5:30), now ")
    assert answer.context["slots"].times[0].label.endswith("m")
    assert all("zone=Asia%2FCalcutta" in time.url for time in answer.context["slots"].times)
    assert "Cookie" in answer["Vary"]


def test_an_address_goes_before_the_cookie_and_nonsense_in_one_says_nothing(client, page):
    client.cookies[ZONE_COOKIE] = "Asia/Tokyo"
    assert client.get("/alice/intro?zone=Europe/Paris").context["slots"].zone.key == "Europe/Paris"
    client.cookies[ZONE_COOKIE] = "../../etc/passwd.99"
    answer = client.get("/alice/intro")

    assert answer.context["slots"].zone.key == "Europe/Berlin"
    assert answer.context["notice"] == ""


def test_a_guessed_zone_is_in_no_address(client, page):
    """Else a click before it is settled would make it the guest's."""
    text = client.get("/alice/intro").content.decode()

    assert "zone=" not in text.replace("data-zone=", "")


def test_the_switched_clock_goes_along_where_the_time_was_taken(client, page):
    data = details(client, page) | {"clock": "12"}
    client.post("/alice/intro/book", details(client, page))

    assert (
        '<input type="hidden" name="clock" value="12">'
        in client.post("/alice/intro/book", data).content.decode()
    )
