import pytest

from timetuna.lib.http import NotJsonError, Response


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ('{"a": ["ü", 1.5, null, true]}'.encode(), {"a": ["ü", 1.5, None, True]}),
        (rb'{"title": "cut off \ud83d"}', {"title": "cut off \ud83d"}),
        ('"ü"'.encode("utf-16"), "ü"),
        (str(2**63).encode(), 2**63),
    ],
)
def test_json_is_read_whole_also_where_a_service_has_cut_a_text(body: bytes, value: object) -> None:
    assert Response(200, {}, body).json() == value


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 200_000, b"1" * 5000])
def test_what_is_not_json_says_so(body: bytes) -> None:
    with pytest.raises(NotJsonError):
        Response(200, {}, body).json()
