"""The commands as a person types them: real processes, their sentences and exit codes."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.config import SandboxConfig
from sandbox.running import Sandbox
from tests.migrated import sqlite_file
from tests.typed import run
from timetuna.commands import serve
from timetuna.commands.check import _without_password
from timetuna.processes.ending import Refusal

pytestmark = pytest.mark.matrix(of="file")
ROOT = Path(__file__).resolve().parents[3]
KEYS = {
    "TIMETUNA_SECRET_KEY": "a-key-for-tests-only-0123456789-abcdefgh",
    "TIMETUNA_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
SECOND_KEY = "ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODk="
OURS = (
    "TIMETUNA_",
    "ZOOM_",
    "GOOGLE_",
    "MICROSOFT_",
    "EMAIL_",
    "ANYMAIL_",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
)
CreateHost = Callable[..., "subprocess.CompletedProcess[str]"]


def timetuna(
    *arguments: str, settings: dict[str, str] | None = None, typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run a command in an environment with these settings alone."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return run(["-m", "timetuna", *arguments], bare | (settings or {}), typed=typed)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("server")
    shutil.copyfile(sqlite_file(), folder / "timetuna.sqlite3")
    return KEYS | {"TIMETUNA_DATA_DIR": str(folder)}


def test_new_keys_start_a_server(tmp_path: Path) -> None:
    printed = timetuna("newkeys").stdout
    settings = dict(line.split("=", 1) for line in printed.splitlines())

    done = timetuna("migrate", settings=settings | {"TIMETUNA_DATA_DIR": str(tmp_path / "data")})

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Database and collected files are up to date.\n"
    assert printed != timetuna("newkeys").stdout
    assert (tmp_path / "data" / "timetuna.sqlite3").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", ["serve", "web", "worker", "migrate", "rotatekeys"])
def test_a_missing_setting_is_one_sentence(command: str, tmp_path: Path) -> None:
    settings = {"TIMETUNA_DATA_DIR": str(tmp_path), "TIMETUNA_LISTEN": "127.0.0.1:18431"}

    done = timetuna(command, settings=settings)

    assert done.returncode == 2
    assert done.stderr == (
        "TIMETUNA_SECRET_KEY is not set. Signs sessions and links; at least 32 characters. "
        "`timetuna newkeys` makes the keys a server needs.\n"
    )


def test_an_unknown_setting_is_recognised() -> None:
    done = timetuna("migrate", settings=KEYS | {"TIMETUNA_BASE_URI": "https://book.example.org"})

    assert done.returncode == 2
    assert done.stderr == (
        "TIMETUNA_BASE_URI is not a setting of TimeTuna. Did you mean TIMETUNA_BASE_URL? "
        "`timetuna check` lists them all.\n"
    )


def test_a_key_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    settings = KEYS | {"TIMETUNA_ENCRYPTION_KEYS": "short", "TIMETUNA_DATA_DIR": str(tmp_path)}

    done = timetuna("migrate", settings=settings)

    assert done.returncode == 2
    assert done.stderr.startswith("TIMETUNA_ENCRYPTION_KEYS cannot be used.")
    assert "short" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMETUNA_SECRET_KEY", "hunter2"),
        ("TIMETUNA_GUEST_MAIL_LIMITS", "5"),
        ("TIMETUNA_GUEST_MAIL_LIMITS", "20,5"),
        ("TIMETUNA_FROM_EMAIL", "nobody"),
        ("ZOOM_API_URL", "nonsense"),
    ],
)
def test_a_malformed_value_is_one_sentence(name: str, value: str, tmp_path: Path) -> None:
    settings = KEYS | {name: value, "TIMETUNA_DATA_DIR": str(tmp_path)}

    started, checked = timetuna("migrate", settings=settings), timetuna("check", settings=settings)

    assert started.returncode == 2
    assert started.stderr.startswith(f"{name} cannot be used: it must be ")
    assert started.stderr.count("\n") == 1
    assert (checked.returncode, checked.stderr) == (1, "")
    assert f"missing  {started.stderr}" in checked.stdout
    assert "hunter2" not in started.stderr + checked.stdout


def test_a_database_that_is_away_is_one_sentence() -> None:
    address = "postgres://timetuna:hunter2hunter2@127.0.0.1:1/timetuna"

    done = timetuna("migrate", settings=KEYS | {"DATABASE_URL": address})

    assert done.returncode == 2
    assert done.stderr.startswith("The database cannot be used (")
    assert done.stderr.endswith("DATABASE_URL says where it is.\n")
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("command", ["createhost", "rotatekeys"])
def test_a_database_without_tables_is_one_sentence(command: str, tmp_path: Path) -> None:
    options = (
        ["--email", "a@example.org", "--name", "Ann", "--password-stdin"] if command == "createhost" else []
    )

    done = timetuna(
        command, *options, settings=KEYS | {"TIMETUNA_DATA_DIR": str(tmp_path)}, typed="seven-green-tunas"
    )

    assert (done.returncode, done.stderr) == (
        2,
        "The database is not up to date; run `timetuna migrate` first.\n",
    )


def test_a_host_is_made(server: dict[str, str]) -> None:
    options = ["--email", "robin@example.org", "--name", "Robin Host", "--time-zone", "Europe/Paris"]

    done = timetuna("createhost", *options, "--password-stdin", settings=server, typed="seven-green-tunas\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"Robin Host can sign in at http://localhost:8000/signin; "
        r"their pages begin with http://localhost:8000/robin[a-z-]*/\.\n",
        done.stdout,
    )


def test_a_host_is_told_why_the_address_is_not_the_name(server: dict[str, str]) -> None:
    options = ["--email", "host@example.org", "--name", "Host", "--password-stdin"]

    done = timetuna("createhost", *options, settings=server, typed="seven-green-tunas\n")

    assert "their pages begin with http://localhost:8000/host-2/." in done.stdout
    assert "The address /host is reserved for TimeTuna's own pages. --handle says which" in done.stdout


@pytest.mark.parametrize(
    ("options", "typed", "sentence"),
    [
        (["--email", "nobody"], "seven-green-tunas", "This does not look like an email address"),
        (["--email", "x@example.org"], "123", "A password has 8 characters at least."),
        (["--email", "x@example.org", "--time-zone", "Mars"], "seven-green-tunas", "Mars is not a time zone"),
    ],
)
def test_a_host_that_cannot_be_made_is_a_sentence(
    server: dict[str, str], options: list[str], typed: str, sentence: str
) -> None:
    done = timetuna("createhost", "--name", "Ann", *options, "--password-stdin", settings=server, typed=typed)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_terminal_the_password_is_piped_in(server: dict[str, str]) -> None:
    done = timetuna("createhost", "--email", "x@example.org", "--name", "Ann", settings=server)

    assert done.returncode == 2
    assert done.stderr == (
        "There is no terminal to ask for the password on; pipe it in with --password-stdin.\n"
    )


def test_check_says_what_is_missing() -> None:
    done = timetuna("check", settings={"ZOOM_CLIENT_ID": "abc", "TIMETUNA_SINGUP": "open"})

    assert done.returncode == 1
    assert "TIMETUNA_SINGUP is not a setting of TimeTuna. Did you mean TIMETUNA_SIGNUP?" in done.stdout
    assert (
        "missing  ZOOM_CLIENT_ID is set but ZOOM_CLIENT_SECRET and ZOOM_WEBHOOK_SECRET_TOKEN is not"
        in done.stdout
    )
    assert "missing  TIMETUNA_SECRET_KEY is not set." in done.stdout
    assert "note     Google (calendars and sign-in) is not offered" in done.stdout
    assert done.stdout.endswith("\nSomething necessary is missing.\n")


def test_check_says_what_is_there(server: dict[str, str]) -> None:
    done = timetuna("doctor", settings=server | {"ZOOM_CLIENT_SECRET": "", "EMAIL_URL": ""})

    assert (done.returncode, done.stderr) == (0, "")
    assert "ok       The database is up to date." in done.stdout
    assert "note     No worker is running" in done.stdout
    assert "note     EMAIL_URL is not set" in done.stdout
    assert done.stdout.endswith("\nEverything necessary is there.\n")


@pytest.mark.parametrize("proxies", ["", "127.0.0.1"])
def test_check_says_when_no_proxy_is_believed_under_https(server: dict[str, str], proxies: str) -> None:
    https = {"TIMETUNA_BASE_URL": "https://book.example.org", "TIMETUNA_TRUSTED_PROXIES": proxies}

    done = timetuna("check", settings=server | https)

    assert done.returncode == 0
    assert ("note     TIMETUNA_TRUSTED_PROXIES is not set" in done.stdout) is not bool(proxies)


def test_check_looks_at_what_only_the_web_server_uses(server: dict[str, str]) -> None:
    done = timetuna("check", settings=server | {"TIMETUNA_LISTEN": "nowhere"})

    assert done.returncode == 1
    assert "missing  TIMETUNA_LISTEN cannot be used: it must look like 127.0.0.1:8000.\n" in done.stdout


@pytest.mark.whole
def test_check_shows_no_secret(server: dict[str, str]) -> None:
    secrets = {
        "EMAIL_URL": "smtp://robin:hunter2mail@127.0.0.1:1",
        "DATABASE_URL": "postgres://robin:hunter2base@127.0.0.1:1/timetuna",
        "ZOOM_CLIENT_ID": "abc",
        "ZOOM_CLIENT_SECRET": "hunter2zoom",
        "ZOOM_WEBHOOK_SECRET_TOKEN": "hunter2hook",
    }

    done = timetuna("check", settings=server | secrets)

    assert done.returncode == 1
    assert "missing  The mail server cannot be reached. EMAIL_URL leads to 127.0.0.1, port 1;" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    assert not any(value in done.stdout for value in KEYS.values())


@pytest.fixture
def postman() -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(http_port=0, smtp_port=0, parts=frozenset({"mailbox"}))) as sandbox:
        yield sandbox


def test_check_sends_one_mail_when_asked(server: dict[str, str], postman: Sandbox) -> None:
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{postman.smtp_port}"}

    done = timetuna("check", "--mail-to", "you@guest.example", settings=server | mail)

    assert (done.returncode, done.stderr) == (0, "")
    assert "ok       The mail server takes mails from noreply@localhost.\n" in done.stdout
    assert "ok       A mail to you@guest.example was taken. Look whether it arrives" in done.stdout
    [letter] = postman.world.letterbox.all()
    assert letter.envelope.rcpt_to == ["you@guest.example"]


def test_check_sends_by_a_mail_api(server: dict[str, str]) -> None:
    api = {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}

    done = timetuna("check", "--mail-to", "you@guest.example", settings=server | api)

    assert (done.returncode, done.stderr) == (0, "")
    assert f"ok       Mails leave by {api['EMAIL_BACKEND']}; " in done.stdout
    assert "To: you@guest.example" in done.stdout
    assert "ok       A mail to you@guest.example was taken." in done.stdout


def test_check_sends_nothing_unasked(server: dict[str, str], postman: Sandbox) -> None:
    timetuna("check", settings=server | {"EMAIL_URL": f"smtp://127.0.0.1:{postman.smtp_port}"})

    assert postman.world.letterbox.all() == []


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nobody", "No mail was sent: This does not look like an email address"),
        ("you@guest.example", "The mail to you@guest.example was not taken. The mail server said 550 5.1.1"),
    ],
)
def test_check_says_why_a_mail_was_not_taken(
    server: dict[str, str], postman: Sandbox, address: str, sentence: str
) -> None:
    postman.world.faults.switch_on("smtp_550", times=None, args={})
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{postman.smtp_port}"}

    done = timetuna("check", "--mail-to", address, settings=server | mail)

    assert (done.returncode, done.stderr) == (1, "")
    assert f"missing  {sentence}" in done.stdout


def test_check_without_a_mail_server_sends_nothing_and_says_so(server: dict[str, str]) -> None:
    done = timetuna("check", "--mail-to", "you@guest.example", settings=server)

    assert done.returncode == 1
    assert "missing  No mail was sent: EMAIL_URL says no mail server." in done.stdout


@pytest.mark.parametrize(
    "address",
    [
        "postgres://robin:hunter2#base@127.0.0.1:1/timetuna",
        "postgres://robin:hun/hunter2@127.0.0.1:1/timetuna",
        "postgres://robin:hun@hunter2@127.0.0.1:1/timetuna",
        "postgres://robin:hun?hunter2@127.0.0.1:1/timetuna",
        "postgres:///timetuna?user=robin&password=hunter2",
        "postgres://127.0.0.1:1/timetuna?user=a@b&password=hunter2",
    ],
)
def test_check_shows_no_password_of_an_address_written_wrongly(address: str) -> None:
    assert "hunter2" not in _without_password(address)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgres://robin:secret@db:5432/timetuna", "postgres://robin:…@db:5432/timetuna"),
        ("postgres://robin@db/timetuna", "postgres://robin@db/timetuna"),
        ("https://book.example.org:8443", "https://book.example.org:8443"),
        ("sqlite:///var/db.sqlite3", "sqlite:///var/db.sqlite3"),
        ("TimeTuna <noreply@example.org>", "TimeTuna <noreply@example.org>"),
    ],
)
def test_check_shows_the_rest_of_an_address(address: str, shown: str) -> None:
    assert _without_password(address) == shown


def test_what_is_no_network_is_refused_at_the_start(server: dict[str, str]) -> None:
    done = timetuna("migrate", settings=server | {"TIMETUNA_TRUSTED_PROXIES": "10.0.0.0/8, proxy"})

    assert done.returncode == 2
    assert done.stderr.startswith("TIMETUNA_TRUSTED_PROXIES cannot be used: ")


def test_keys_rotate(server: dict[str, str]) -> None:
    both = server | {"TIMETUNA_ENCRYPTION_KEYS": f"{SECOND_KEY},{server['TIMETUNA_ENCRYPTION_KEYS']}"}

    done = timetuna("rotatekeys", settings=both)

    assert (done.returncode, done.stdout) == (0, "0 rows are sealed with the newest key.\n")


def test_help_is_there_at_once() -> None:
    done = timetuna("--help")

    assert done.returncode == 0
    assert "django" not in subprocess.run(
        [sys.executable, "-c", "import sys, timetuna.cli; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "warned"),
    [
        ({"TIMETUNA_BASE_URL": "https://book.example.org"}, True),
        ({"TIMETUNA_BASE_URL": "https://book.example.org", "TIMETUNA_SIGNUP": "closed"}, False),
        ({}, False),
    ],
)
def test_check_says_when_anybody_may_sign_up(
    server: dict[str, str], settings: dict[str, str], *, warned: bool
) -> None:
    done = timetuna("check", settings=server | settings)

    assert ("Sign-up is open: whoever finds https://book.example.org/signup" in done.stdout) is warned


def test_without_the_sandbox_the_commands_that_need_it_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda _name: None)
    with pytest.raises(Refusal, match="not installed here"):
        serve.sandbox("mailbox", http_port=0, smtp_port=0)
