"""What is asked for at the root."""

import base64
import hashlib
from pathlib import Path
from urllib.robotparser import RobotFileParser

import brotli
import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs/embedding.md"


def test_the_icon_is_there_for_those_who_ask_without_reading(client):
    answer = client.get("/favicon.ico")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/x-icon")
    assert answer.content.startswith(b"\x00\x00\x01\x00")
    assert "max-age" in answer["Cache-Control"]


def test_a_version_of_the_loader_stays_what_its_hash_in_the_docs_says(client):
    kept, newest = client.get("/embed.js?v=1"), client.get("/embed.js")
    digest = base64.b64encode(hashlib.sha384(kept.content).digest()).decode()

    assert f'embed.js?v=1" integrity="sha384-{digest}"' in DOCS.read_text(encoding="utf-8")
    assert kept["Access-Control-Allow-Origin"] == newest["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in kept["Cache-Control"]
    assert "immutable" not in newest["Cache-Control"]
    assert len(brotli.compress(kept.content)) < 3_000 > len(brotli.compress(newest.content))
    assert client.get("/embed.js?v=99").status_code == client.get("/embed.js?v=../1").status_code == 404


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
