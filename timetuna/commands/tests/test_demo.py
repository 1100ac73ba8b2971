"""The demo beside a real server's settings, and beside another demo."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from timetuna.commands import demo, serve
from timetuna.commands.demo import demo_environment
from timetuna.commands.tests.test_commands import ROOT, timetuna
from timetuna.l10n.catalogues import catalogues
from timetuna.processes.listening import free_port


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("ZOOM_CLIENT_ID", "Zoom"),
        ("GOOGLE_CLIENT_SECRET", "Google"),
        ("MICROSOFT_CLIENT_ID", "Microsoft"),
        ("STRIPE_SECRET_KEY", "Stripe"),
    ],
)
def test_a_demo_does_not_run_beside_real_keys(tmp_path: Path, name: str, label: str) -> None:
    folder = tmp_path / "demo"

    done = timetuna("demo", "--data-dir", str(folder), settings={name: "a-real-one"})

    assert done.returncode == 2
    assert done.stderr == (
        f"{name} is set, and the demo has a stand-in for {label}. Unset it, or run `timetuna serve`.\n"
    )
    assert not folder.exists()


def test_a_demo_says_that_it_uses_another_folder_and_shares_its_own_with_no_other(tmp_path: Path) -> None:
    port = free_port("127.0.0.1", preferred=28_430)
    with (tmp_path / "demo.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        done = timetuna(
            "demo",
            "--data-dir",
            str(tmp_path),
            "--port",
            str(port),
            settings={"TIMETUNA_DATA_DIR": "/var/lib/tuna"},
        )

    assert done.returncode == 2
    assert f"the demo keeps its own data in {tmp_path} (--data-dir); TIMETUNA_DATA_DIR is not used." in (
        done.stdout + done.stderr
    )
    assert (
        f"Another demo is using {tmp_path}. Stop it, or choose another folder with --data-dir." in done.stderr
    )


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_clone_gets_the_translations_that_it_has_only_as_people_write_them(
    tmp_path: Path, command: str
) -> None:
    shutil.copytree(
        ROOT / "timetuna", tmp_path / "timetuna", ignore=shutil.ignore_patterns("*.mo", "__pycache__")
    )
    more = ["--data-dir", str(tmp_path / "demo"), "--port", "70000"] if command == "demo" else []
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "TIMETUNA_LISTEN": "127.0.0.1:1"}

    done = subprocess.run(
        [sys.executable, "-m", "timetuna", command, *more],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 2  # no such port can be had
    made = {path.parts[-3] for path in (tmp_path / "timetuna" / "locale").glob("*/LC_MESSAGES/django.mo")}
    assert made == {path.parts[-3] for path in catalogues()}


def test_translations_that_cannot_be_compiled_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "fr" / "LC_MESSAGES" / "django.po"

    def refused() -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(serve, "compile_changed", refused)
    monkeypatch.setattr(serve, "catalogues", lambda: [written])
    serve.make_catalogues()
    assert "so pages do not speak them: fr." in "".join(capsys.readouterr())

    written.parent.mkdir(parents=True)
    written.with_suffix(".mo").touch()
    serve.make_catalogues()
    assert "".join(capsys.readouterr()) == ""


def test_a_demo_is_told_which_calendar_servers_may_be_tried_and_nothing_else_of_a_real_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALDAV_ALLOW_PRIVATE", "yes")
    monkeypatch.setenv("CALDAV_CA_FILE", "/etc/own-ca.pem")
    monkeypatch.setenv("TIMETUNA_SIGNUP", "closed")

    given = demo_environment(tmp_path, port=8480)

    assert (given["CALDAV_ALLOW_PRIVATE"], given["CALDAV_CA_FILE"]) == ("yes", "/etc/own-ca.pem")
    assert "TIMETUNA_SIGNUP" not in given


def test_what_a_demo_prints_names_every_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    said = demo._block(8000)
    monkeypatch.setattr(demo, "PLAYED", tuple(one for one in demo.PLAYED if not one.payments))
    without = demo._block(8000)

    assert "the real Zoom, Google, Microsoft or Stripe, or a real mailbox" in said
    assert "Payments           http://localhost:8001/payments\n" in said
    assert "Stripe" not in without
    assert "Payments" not in without
