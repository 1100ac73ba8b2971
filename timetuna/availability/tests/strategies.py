"""Hours as hosts may have them, around the clock change of spring 2027."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from timetuna.availability.hours import Away, Hours, Trip

calm = settings(derandomize=True, max_examples=60, deadline=None, database=None)

ZONES = (
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Beirut",
    "Europe/Dublin",
    "Pacific/Apia",
)

windows = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(
    lambda ends: (min(ends), max(*ends, min(ends) + 1))
)


zones = st.sampled_from((*ZONES, "Pacific/Kiritimati", "Pacific/Pago_Pago")).map(ZoneInfo)
days = st.integers(-6, 6).map(lambda more: date(2027, 3, 28) + timedelta(days=more))
ranges = st.tuples(days, st.integers(0, 4)).map(lambda of: (of[0], of[0] + timedelta(days=of[1])))
away = st.builds(lambda of, cut: Away(*of, "Fishing", *cut), ranges, st.one_of(st.just((0, 1440)), windows))
any_hours = st.builds(
    Hours,
    zone=zones,
    weekly=st.lists(st.tuples(st.integers(0, 6), windows).map(lambda of: (of[0], *of[1])), max_size=12).map(
        tuple
    ),
    overrides=st.dictionaries(days, st.lists(windows, max_size=2).map(tuple), max_size=3),
    holidays=st.dictionaries(days, st.just("Easter"), max_size=2),
    away=st.lists(away, max_size=2).map(tuple),
    travel=st.lists(st.builds(lambda of, zone: Trip(*of, zone), ranges, zones), max_size=3).map(tuple),
)
