import pytest

from timetuna.providers.caldav.reading import as_answered

ADA = ("ada@example.org",)


def lines(*own: str, before: str = "") -> bytes:
    head = ["BEGIN:VCALENDAR", *([before] if before else []), "BEGIN:VEVENT", "UID:1"]
    return "\r\n".join([*head, *own, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def changes(body: bytes) -> tuple[list[str], list[str]]:
    before = body.replace(b"\r\n ", b"").decode().split("\r\n")
    after = as_answered(body, addresses=ADA).decode().split("\r\n")
    return [one for one in before if one not in after], [one for one in after if one not in before]


@pytest.mark.parametrize(
    "attendee",
    [
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org",
        'ATTENDEE;CN="Ada: L;PARTSTAT=ACCEPTED";PARTSTAT=DECLINED;ROLE=CHAIR:MAILTO:Ada@Example.org',
        "attendee;partstat=declined:mailto:ada%40example.org",
        "ATTENDEE;PARTSTAT=DECLINED;CN=Ada Lovelace who has a long name:mailto:ada@exam\r\n ple.org",
    ],
)
def test_what_the_owner_declined_takes_no_time(attendee: str) -> None:
    assert changes(lines(attendee, "TRANSP:OPAQUE")) == (["TRANSP:OPAQUE"], ["TRANSP:TRANSPARENT"])


def test_what_the_owner_took_with_doubt_is_tentative() -> None:
    body = lines("ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@example.org", "STATUS:CONFIRMED")

    assert changes(body) == (["STATUS:CONFIRMED"], ["STATUS:TENTATIVE"])


@pytest.mark.parametrize(
    "own",
    [
        ["ATTENDEE;PARTSTAT=DECLINED:mailto:eve@example.org"],
        [
            "ATTENDEE;PARTSTAT=DECLINED;DELEGATED-TO=x:mailto:eve@example.org",
            "ATTENDEE:mailto:ada@example.org",
        ],
        ["DESCRIPTION:ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org"],
        ["BEGIN:VALARM", "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org", "END:VALARM"],
        ["ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@example.org", "STATUS:CANCELLED"],
        ["ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.org", "SUMMARY:DECLINED"],
    ],
)
def test_nothing_else_is_changed(own: list[str]) -> None:
    assert changes(lines(*own)) == ([], [])


def test_a_text_that_was_not_folded_hides_no_answer() -> None:
    text = "DESCRIPTION:Agenda\r\nBegin: 10 o'clock\r\nbegin:\r\n"

    body = lines(text + "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org", "TRANSP:OPAQUE")

    assert changes(body) == (["TRANSP:OPAQUE"], ["TRANSP:TRANSPARENT"])


def test_an_alarms_properties_stay() -> None:
    body = lines(
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org", "BEGIN:VALARM", "TRANSP:OPAQUE", "END:VALARM"
    )

    assert changes(body) == ([], ["TRANSP:TRANSPARENT"])


def test_each_event_of_an_object_has_its_own_answer() -> None:
    one, other = lines("RRULE:FREQ=DAILY"), lines("ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org")
    both = one.replace(b"END:VCALENDAR\r\n", b"") + other.replace(b"BEGIN:VCALENDAR\r\n", b"")

    said = as_answered(both, addresses=ADA).decode()

    assert said.index("RRULE") < said.index("TRANSP:TRANSPARENT") < said.index("ATTENDEE")
    assert said.count("TRANSP:") == 1


@pytest.mark.parametrize("addresses", [(), ("eve@example.org",)])
def test_answers_count_only_where_the_owner_is_known(addresses: tuple[str, ...]) -> None:
    body = lines("ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.org")

    assert as_answered(body, addresses=addresses) == body


@pytest.mark.parametrize(
    "body", [b"", b"DECLINED", b"BEGIN:VEVENT\r\nX:DECLINED", b"END:VEVENT\r\nDECLINED\r\n", b"\xff DECLINED"]
)
def test_what_is_cut_off_stays_cut_off(body: bytes) -> None:
    assert as_answered(body, addresses=ADA).strip() == body.strip()
