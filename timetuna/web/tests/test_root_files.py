"""What is asked for at the root."""

from urllib.robotparser import RobotFileParser

import pytest


def test_the_icon_is_there_for_those_who_ask_without_reading(client):
    answer = client.get("/favicon.ico")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/x-icon")
    assert answer.content.startswith(b"\x00\x00\x01\x00")
    assert "max-age" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/alice", True),
        ("/alice/intro", True),
        ("/settings/profile", False),
        ("/booking-pages", False),
        ("/bookings", False),
        ("/api/pages/alice/intro/times", False),
        ("/b/secret", False),
    ],
)
def test_search_engines_may_look_at_public_pages_only(client, path, allowed):
    answer = client.get("/robots.txt")

    rules = RobotFileParser()
    rules.parse(answer.content.decode().splitlines())
    assert answer["Content-Type"].startswith("text/plain")
    assert rules.can_fetch("AnyBot", path) is allowed


def test_search_engines_stay_out_of_the_forms_that_keep_a_time(client):
    rules = client.get("/robots.txt").content.decode().splitlines()

    assert "Disallow: /*/*/book" in rules
    assert "Disallow: /*?" in rules
