from datetime import UTC, datetime, timedelta

import pytest

from timetuna.lib.http import parse_retry_after

NOW = datetime(2026, 1, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-21T00:00:00Z", datetime(2026, 1, 21, tzinfo=UTC)),
        ("2026-01-20T12:00:00+01:00", datetime(2026, 1, 20, 11, tzinfo=UTC)),
        ("2026-01-20T11:00:00", datetime(2026, 1, 20, 11, tzinfo=UTC)),
        (" 120 ", NOW + timedelta(seconds=120)),
        ("Tue, 20 Jan 2026 10:05:00 GMT", NOW + timedelta(minutes=5)),
        ("0", NOW + timedelta(seconds=1)),
        ("2020-01-01T00:00:00Z", NOW + timedelta(seconds=1)),
        ("99999999999999999999", NOW + timedelta(hours=25)),
        ("20260121", NOW + timedelta(hours=25)),
        ("9999-12-31T23:59:59-12:00", None),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("٣", None),
        ("Tuesday", None),
    ],
)
def test_the_three_forms_in_order(text: str, expected: datetime | None) -> None:
    assert parse_retry_after(text, now=NOW) == expected
