import json
import logging

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import RequestFactory

from timetuna.web.unavailable import DatabaseAway


def answer_for(path: str, error: Exception):
    return DatabaseAway(lambda _: None).process_exception(RequestFactory().get(path), error)


@pytest.mark.parametrize("error", [OperationalError("locked\nline"), InterfaceError("closed")])
def test_a_page_in_words_and_one_line_in_the_log(error, caplog):
    with caplog.at_level(logging.ERROR):
        answer = answer_for("/alice/intro", error)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Please try again in a moment" in answer.content.decode()
    assert len(caplog.messages) == 1
    assert "\n" not in caplog.messages[0]


def test_programs_get_a_sentence_as_json():
    answer = answer_for("/api/pages/alice/intro/times", OperationalError("locked"))

    assert answer.status_code == 503
    assert json.loads(answer.content) == {"error": "The server is very busy. Please try again in a moment."}


@pytest.mark.parametrize("error", [ProgrammingError("no such column"), ValueError("x")])
def test_what_is_our_fault_stays_our_fault(error):
    assert answer_for("/alice/intro", error) is None
