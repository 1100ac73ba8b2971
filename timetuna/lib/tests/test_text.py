import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timetuna.lib.text import csv_cell, csv_row, log_value, multi_line, single_line, unbroken

LINE_ENDS = ["\r\n", "\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("end", LINE_ENDS)
def test_every_line_end_becomes_a_space(end: str) -> None:
    assert single_line(f"Ada{end}Bcc: x@y.test", max_length=80) == "Ada Bcc: x@y.test"


@pytest.mark.parametrize("end", LINE_ENDS)
def test_every_line_end_becomes_the_same_line_end(end: str) -> None:
    assert multi_line(f"one{end}two", max_length=80) == "one\ntwo"


@pytest.mark.parametrize(
    "hidden", ["\0", "\x1b", "\x7f", "\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\udc80"]
)
def test_what_is_not_seen_goes(hidden: str) -> None:
    assert single_line(f"a{hidden}b", max_length=80) == "ab"
    assert multi_line(f"a{hidden}b", max_length=80) == "ab"


def test_words_and_emoji_stay_whole() -> None:
    assert (
        single_line("\u0645\u06cc\u200c\u062e\u0648 👩\u200d💻 e\u0301", max_length=80)
        == "\u0645\u06cc\u200c\u062e\u0648 👩\u200d💻 é"
    )


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abc def", 5, "abc…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_clipping(text: str, length: int, expected: str) -> None:
    assert single_line(text, max_length=length) == expected


def test_clipping_takes_no_emoji_apart() -> None:
    assert single_line("ab👩\u200d💻cd", max_length=5) == "ab…"
    assert single_line("ab👍🏽cd", max_length=4) == "ab…"


def test_paragraphs_stay_and_empty_lines_do_not_pile_up() -> None:
    assert multi_line("one\n\n\n\n\ttwo  three \n", max_length=80) == "one\n\ntwo three"


def test_absurd_length_is_bounded() -> None:
    assert len(single_line("a\u0301\u0316" * 2_000_000, max_length=100)) <= 100


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_single_line_is_harmless_and_settled(text: str, length: int) -> None:
    line = single_line(text, max_length=length)

    assert len(line) <= length
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in line)
    assert single_line(line, max_length=length) == line


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_multi_line_is_harmless_and_settled(text: str, length: int) -> None:
    lines = multi_line(text, max_length=length)

    assert len(lines) <= length
    assert lines.splitlines() == ([] if not lines else lines.split("\n"))
    assert multi_line(lines, max_length=length) == lines


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "\0=1", "\u202e=1", "|cmd", "%1"],
)
def test_no_cell_is_a_formula(formula: str) -> None:
    assert csv_cell(formula).startswith("'")


def test_cells_that_are_no_formula_stay_as_they_are() -> None:
    assert [csv_cell(value) for value in ("Ada", -3, 2.5, None, "a=b", "")] == [
        "Ada",
        "-3",
        "2.5",
        "",
        "a=b",
        "",
    ]


@given(st.text())
def test_a_cell_stays_one_cell(text: str) -> None:
    sheet = csv_row([text, "end"])

    assert list(csv.reader(io.StringIO(sheet))) == [[csv_cell(text), "end"]]
    assert sheet.count("\n") == 1
    assert sheet.startswith('"')


@pytest.mark.parametrize(
    "text",
    ["x;=cmd|' /C calc'!A0", 'x;"=1+1"', "x; =1", "x|=1", "x\t=1", ';""=1', "a,b;@x", "x;\u202e=1", '"=1'],
)
def test_no_cell_is_a_formula_whatever_separates(text: str) -> None:
    assert formulas(csv_row(["2026-11-01", text, "end"])) == []
    assert csv_cell(csv_cell(text)) == csv_cell(text)


@given(st.lists(st.text(alphabet="x;=|\"',\t +-@\n", max_size=12), max_size=4))
def test_no_cells_make_a_formula_together(texts: list[str]) -> None:
    assert formulas(csv_row(["2026-11-01", *texts])) == []


def formulas(sheet: str) -> list[str]:
    tables = [csv.reader(io.StringIO(sheet), delimiter=separator) for separator in ",;|\t"]
    cells = [cell for table in tables for row in table for cell in row]
    return [cell for cell in cells if cell.lstrip(' "').startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(("value", "expected"), [("abc", "abc"), (3, "3"), ("", '""'), ("a b", '"a b"')])
def test_log_values(value: object, expected: str) -> None:
    assert log_value(value) == expected


def test_a_log_line_cannot_be_forged() -> None:
    line = log_value('x\n2026-01-01 ERROR status=200 "')

    assert "\n" not in line
    assert json.loads(line) == 'x 2026-01-01 ERROR status=200 "'


def test_no_line_ends_inside_a_number() -> None:
    assert unbroken("Ada calls +49 30 123456 at 10 or 12") == "Ada calls +49\xa030\xa0123456 at 10 or 12"
    assert unbroken("Room 1 2 3") == "Room 1 2 3"
