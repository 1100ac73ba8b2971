"""compose.yaml leads from nothing to a running server: what it says is there, and fits the Dockerfile."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from timetuna.cli import _parser
from timetuna.environment import Environment

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
HEAD = [line[1:].strip() for line in COMPOSE.partition("\nx-timetuna")[0].splitlines()]
DIGEST = r"[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}"


@pytest.fixture(name="services", scope="module")
def _services() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE)["services"])


def test_images_are_pinned_by_digest(services: dict[str, Any]) -> None:
    outside = [one["image"] for one in services.values() if "build" not in one]
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)

    assert outside
    assert len(set(bases)) == 1
    assert [image for image in (*outside, *bases) if not re.fullmatch(DIGEST, image)] == []


def test_every_command_of_ours_is_one(services: dict[str, Any]) -> None:
    typed = [
        shlex.split(line)[shlex.split(line).index("timetuna") :] for line in HEAD if " timetuna " in line
    ]
    started = [one["command"] for one in services.values() if "command" in one]
    image = [["timetuna", "serve"]] if 'CMD ["timetuna", "serve"]' in DOCKERFILE else []

    commands = [[word for word in command[1:] if word != ">"] for command in (*typed, *started, *image)]
    commands = [command[:1] if command[0] == "newkeys" else command for command in commands]
    assert {command[0] for command in commands} >= {
        "newkeys",
        "createhost",
        "check",
        "backup",
        "migrate",
        "serve",
    }
    for command in commands:
        assert _parser().parse_args(command)


def test_the_settings_it_names_are_ours_and_can_be_used() -> None:
    pairs = dict(line.split("=", 1) for line in HEAD if re.match(r"[A-Z_]+=", line))

    assert {"TIMETUNA_BASE_URL", "EMAIL_URL", "TIMETUNA_SIGNUP", "TIMETUNA_TRUSTED_PROXIES"} <= set(pairs)
    assert Environment(pairs).choice("TIMETUNA_SIGNUP", "open", "closed") == "closed"
    assert not any(value.startswith(("'", '"')) or " #" in value for value in pairs.values())


def test_the_services_share_one_image_and_its_volumes(services: dict[str, Any]) -> None:
    ours = {name: one for name, one in services.items() if "build" in one}

    assert set(ours) == {"migrate", "web", "worker"}
    assert {one["image"] for one in ours.values()} == {"timetuna"}
    for one in ours.values():
        assert one["volumes"] == ["data:/data"]
        assert one["read_only"] is True
        assert one["env_file"] == [{"path": "timetuna.env", "required": False}]
    assert "TIMETUNA_DATA_DIR=/data" in DOCKERFILE
    assert set(yaml.safe_load(COMPOSE)["volumes"]) == {"data", "postgres"}
    assert all(line in HEAD for line in ("docker compose build", "docker compose up -d"))


def test_what_the_image_is_built_from_reaches_the_builder() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = {
        "timetuna",
        "sandbox",
        "pyproject.toml",
        "requirements/base.in",
        "requirements/base.txt",
        "README.md",
    }
    needed |= set(re.findall(r'^path = "(requirements/[^"]+)"', project, flags=re.MULTILINE))

    assert needed <= allowed
    assert all((ROOT / name).exists() for name in allowed)
    assert "setuptools" not in project  # it leaves build/ and an egg-info behind in the clone
