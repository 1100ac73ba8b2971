"""The demo beside a real server's settings, and beside another demo."""

import fcntl
from pathlib import Path

import pytest

from timetuna.commands.demo import demo_environment
from timetuna.commands.tests.test_commands import timetuna
from timetuna.processes.listening import free_port


@pytest.mark.parametrize(
    ("name", "label"),
    [("ZOOM_CLIENT_ID", "Zoom"), ("GOOGLE_CLIENT_SECRET", "Google"), ("MICROSOFT_CLIENT_ID", "Microsoft")],
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


def test_a_demo_is_told_which_calendar_servers_may_be_tried_and_nothing_else_of_a_real_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALDAV_ALLOW_PRIVATE", "yes")
    monkeypatch.setenv("CALDAV_CA_FILE", "/etc/own-ca.pem")
    monkeypatch.setenv("TIMETUNA_SIGNUP", "closed")

    given = demo_environment(tmp_path, port=8480)

    assert (given["CALDAV_ALLOW_PRIVATE"], given["CALDAV_CA_FILE"]) == ("yes", "/etc/own-ca.pem")
    assert "TIMETUNA_SIGNUP" not in given
