"""docs/webhooks.md: its programs verify what is sent, and its tables say what is."""

import json
import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from tests.clock import present
from tests.npm import node_modules
from timetuna.webhooks.actions.deliver import PAUSES
from timetuna.webhooks.body import EventType, content_for, example
from timetuna.webhooks.models import WebhookEndpoint, WebhookEvent
from timetuna.webhooks.signing import new_secret, rotate_secret, seal_secret, signed_headers, signing_keys

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs/webhooks.md").read_text("utf-8")
NODE = ROOT / "tests/node"
VERIFY = """
import { readFileSync } from "node:fs";
import { read } from "./read.js";
const { secret, messages } = JSON.parse(readFileSync(0, "utf8"));
const found = messages.map(([body, headers]) => {
  try { return read(secret, body, headers).type; } catch (error) { return error.constructor.name; }
});
console.log(JSON.stringify(found));
"""
Message = tuple[str, dict[str, str]]


def program(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return found


@pytest.fixture
def hook() -> tuple[WebhookEndpoint, str]:
    row, secret = WebhookEndpoint(url="https://receiver.example/"), new_secret()
    seal_secret(row, secret)
    return row, secret


def sent(row: WebhookEndpoint, at: datetime) -> Message:
    """A message with a name that is not ASCII, as it is sent."""
    data = example(EventType.CREATED)["data"] | {"guest_name": "Zoë 🐟"}
    event = WebhookEvent(type=EventType.CREATED, at=at, data=data)
    content = content_for(row, event)
    keys = signing_keys(row, now=at)
    return content.decode(), signed_headers(keys, message_id=event.public_id, content=content, now=at)


def messages(row: WebhookEndpoint) -> list[Message]:
    """A good one; one of another id, one that was changed, one of an hour ago; and one signed by two secrets."""
    now = present()
    good, headers = sent(row, now)
    found = [
        (good, headers),
        (good, headers | {"webhook-id": "evt_another"}),
        (good.replace("Zoë", "Zoe"), headers),
    ]
    found.append(sent(row, now - timedelta(hours=1)))
    rotate_secret(row, now=now)
    return [*found, sent(row, now)]


def test_the_program_in_python(hook: tuple[WebhookEndpoint, str]) -> None:
    row, secret = hook
    names: dict[str, Any] = {}
    exec(program("python"), names)  # noqa: S102 - ours
    good, *bad, rotated = messages(row)

    for body, headers in (good, rotated):
        assert names["read"](secret, body.encode(), headers)["data"]["guest_name"] == "Zoë 🐟"
    for body, headers in bad:
        with pytest.raises(WebhookVerificationError):
            names["read"](secret, body.encode(), headers)


def test_the_program_in_javascript(hook: tuple[WebhookEndpoint, str], tmp_path: Path) -> None:
    row, secret = hook
    (tmp_path / "node_modules").symlink_to(node_modules(NODE))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "read.js").write_text(program("javascript"))
    present_in_js = f"Date.now = () => {present().timestamp() * 1000};\n"
    (tmp_path / "now.js").write_text(present_in_js)
    (tmp_path / "verify.js").write_text(VERIFY)
    given = json.dumps({"secret": secret, "messages": messages(row)})

    command = ["node", "--import", "./now.js", "verify.js"]
    done = subprocess.run(
        command, cwd=tmp_path, input=given, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 0, done.stderr
    refused = "WebhookVerificationError"
    assert json.loads(done.stdout) == ["booking.created", refused, refused, refused, "booking.created"]


def test_its_table_of_attempts() -> None:
    units = {"second": "seconds", "minute": "minutes", "hour": "hours"}
    rows = re.findall(r"^\| \d+ \| (\d+) (\w+?)s? \|$", TEXT, re.MULTILINE)

    assert [timedelta(**{units[unit]: int(number)}) for number, unit in rows] == list(PAUSES)


def test_its_types_and_reasons() -> None:
    told = {
        one
        for one in re.findall(r"`([a-z]+\.[a-z_]+)`", TEXT)
        if one.partition(".")[0] in {"booking", "guest", "webhook"}
    }
    table = TEXT.partition("| reason | when |")[2]
    reasons = {
        name
        for line in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", line)
    }

    assert told == {str(one) for one in EventType}
    assert reasons == {str(one) for one in WebhookEndpoint.Off}
