"""`timetuna demo`: an example host and stand-ins for Zoom, Stripe, calendars and mail, without any account."""

import argparse
import fcntl
import hashlib
import os
import secrets
import socket
import sys
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from timetuna import __version__
from timetuna.commands.serve import (
    bring_up_to_date,
    child_environment,
    make_catalogues,
    product_services,
    sandbox,
)
from timetuna.environment import OWN
from timetuna.processes.ending import Refusal
from timetuna.processes.listening import HIGHEST_PORT, require_free
from timetuna.processes.static_files import PACKAGE_DIR, fingerprint_of_files
from timetuna.processes.supervisor import Supervisor, say
from timetuna.providers.registry import Need, Provider, providers

HOST = "127.0.0.1"
EMAIL, PASSWORD, HANDLE, SLUG = "host@example.org", "seven-green-tunas", "robin", "intro"
PLAYED = tuple(
    provider
    for provider in providers().values()
    if not provider.texts and any(need.key.endswith("_url") for need in provider.needs)
)
"""The providers that have a stand-in of their own."""
TEXTING = tuple(provider for provider in providers().values() if provider.texts)
"""One stand-in plays all of them; the demo's texts go by the one that also hands on what people answer."""
NEARBY = tuple(provider for provider in providers().values() if provider not in PLAYED and not provider.texts)
"""Those that are connected by a form: what stands in for them is on this machine, without encryption."""
KEPT = {
    "TIMETUNA_LOG_LEVEL",
    "TIMETUNA_OAUTH_REGISTRATION",
    "TIMETUNA_RETRY_SECONDS",
    "TIMETUNA_WEB_PROCESSES",
    "TIMETUNA_WEB_THREADS",
    "WEBHOOK_ALLOW_HTTP",
    "WEBHOOK_ALLOW_PRIVATE",
}
ANSWERS_WITHIN_SECONDS = 60.0


def run(options: argparse.Namespace) -> int:
    """Run the stand-ins, the product and its example until SIGTERM or SIGINT; the data stays."""
    make_catalogues()
    if not 0 < options.port <= HIGHEST_PORT - 2:
        raise Refusal(f"--port must be from 1 to {HIGHEST_PORT - 2}.")
    refuse_real_keys(os.environ)
    for port in range(options.port, options.port + 3):
        require_free(HOST, port, hint=f"Try `timetuna demo --port {options.port + 10}`.", patience=3)
    folder = Path(options.data_dir).resolve()
    for name in ("DATABASE_URL", "TIMETUNA_DATA_DIR"):
        if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
            say(f"the demo keeps its own data in {folder} (--data-dir); {name} is not used.")
    with _occupied(folder):
        return _serve(folder, options)


@contextmanager
def _occupied(folder: Path) -> Iterator[None]:
    """Keep other demos out of the folder: two workers with stand-ins of their own would share one database."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"Another demo is using {folder}. Stop it, or choose another folder with --data-dir."
            ) from None
        yield


def _serve(folder: Path, options: argparse.Namespace) -> int:
    environment = demo_environment(folder, port=options.port)
    world = sandbox(
        ",".join([*(provider.slug for provider in PLAYED), "caldav", "model", "sms", "mailbox"]),
        http_port=options.port + 1,
        smtp_port=options.port + 2,
        more=("--state", str(folder / "sandbox"), "--app-url", environment["TIMETUNA_BASE_URL"]),
    )
    _prepare(folder, environment)
    threading.Thread(target=_welcome, args=(options.port,), daemon=True).start()
    worker, web = product_services()
    return Supervisor([web, world, worker], environment).run()


def refuse_real_keys(variables: Mapping[str, str]) -> None:
    """Refuse to run beside the keys of a real app: a demo makes meetings and events as it likes."""
    for provider in (*PLAYED, *TEXTING):
        for name in provider.required():
            given = variables.get(f"{name}_FILE") or variables.get(name, "")
            if given and not given.startswith(f"sandbox-{provider.slug}-"):
                label = provider.prefix.capitalize()
                raise Refusal(
                    f"{name} is set, and the demo has a stand-in for {label}. Unset it, or run `timetuna serve`."
                )


def demo_environment(folder: Path, *, port: int) -> dict[str, str]:
    """Settings of a real server are left out of it."""
    played = {one.environment_name(need) for one in (*PLAYED, *TEXTING) for need in one.needs}
    left_out = played | {setting.name for setting in OWN} - KEPT
    ours = {variant for name in left_out for variant in (name, f"{name}_FILE")}
    outside = f"http://{HOST}:{port + 1}"
    return {
        **{name: value for name, value in child_environment().items() if name not in ours},
        **_keys(folder / "keys"),
        "TIMETUNA_DATA_DIR": str(folder),
        "TIMETUNA_BASE_URL": f"http://localhost:{port}",
        "TIMETUNA_LISTEN": f"{HOST}:{port}",
        "TIMETUNA_LOG_LEVEL": os.environ.get("TIMETUNA_LOG_LEVEL", "WARNING"),
        "TIMETUNA_SANDBOX_URL": f"http://localhost:{port + 1}",
        "EMAIL_URL": f"smtp://{HOST}:{port + 2}",
        "TIMETUNA_MODEL_URL": f"{outside}/model/v1",
        "TIMETUNA_MODEL_NAME": "stand-in",
        "TIMETUNA_MODEL_KEY": "sandbox-model-secret",
        **stand_in_settings(outside),
    }


def stand_in_settings(outside: str) -> dict[str, str]:
    played = {
        provider.environment_name(need): value
        for provider in PLAYED
        for need in provider.needs
        if (value := _played(provider, need, outside))
    }
    texts = {
        "TWILIO_ACCOUNT_SID": "sandbox-twilio-account",
        "TWILIO_AUTH_TOKEN": "sandbox-twilio-auth",
        "TWILIO_FROM": "+15005550006",
        "TWILIO_API_URL": f"{outside}/sms/twilio",
    }
    return (
        played
        | texts
        | {
            provider.environment_name(need): "yes"
            for provider in NEARBY
            for need in provider.needs
            if "yes" in need.choices
        }
    )


def _played(provider: Provider, need: Need, outside: str) -> str:
    """Empty for what stays as it is."""
    if (
        provider.payments
    ):  # the addresses of its pages to pay on begin so, and forms lead only where they are known to
        outside = outside.replace(HOST, "localhost")
    if need.key.endswith("_url"):
        return (
            outside if provider.slug == "zoom" else f"{outside}/{provider.slug}"
        )  # the first one stands at its root
    word = "client" if need.key == "client_id" else need.key.removeprefix("client_").partition("_")[0]
    return f"sandbox-{provider.slug}-{word}" if need.required else ""


def _keys(path: Path) -> dict[str, str]:
    """Made once, and readable by their owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        secret, encryption = secrets.token_urlsafe(48), urlsafe_b64encode(secrets.token_bytes(32)).decode()
        fresh.write_text(f"TIMETUNA_SECRET_KEY={secret}\nTIMETUNA_ENCRYPTION_KEYS={encryption}\n", "ascii")
        fresh.rename(path)
    return dict(line.split("=", 1) for line in path.read_text(encoding="ascii").split())


def _prepare(folder: Path, environment: dict[str, str]) -> None:
    """Migrate, collect and make the example, unless nothing has changed since this was done."""
    migrations = sorted(str(path.relative_to(PACKAGE_DIR)) for path in PACKAGE_DIR.glob("*/migrations/*.py"))
    state = " ".join([__version__, fingerprint_of_files(), *migrations])
    fingerprint = hashlib.sha256(state.encode()).hexdigest()
    stamp = folder / "prepared"
    if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
        return
    say("preparing the demo; this takes a few seconds.")
    bring_up_to_date(environment, [sys.executable, "-m", "timetuna.commands.demo_data"])
    stamp.write_text(fingerprint, encoding="ascii")


def _welcome(port: int) -> None:
    until = time.monotonic() + ANSWERS_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
            continue
        print(_block(port), flush=True)
        return


def _block(port: int) -> str:
    base, outside = f"http://localhost:{port}", f"http://localhost:{port + 1}"
    paid = any(one.payments for one in PLAYED)
    named = "Zoom, Google, Microsoft or Stripe" if paid else "Zoom, Google or Microsoft"
    payments = f"\n    Payments           {outside}/payments" if paid else ""
    return f"""
  TimeTuna is running on this machine. Nothing here reaches the real {named}, or a real mailbox.

    Book as a guest    {base}/{HANDLE}/{SLUG}
    Sign in as host    {base}/signin
                       {EMAIL}
                       {PASSWORD}
    Mails              {outside}/mail
    Texts              {outside}/texts{payments}
    Own calendars      {outside}/calendars
    Stand-ins          {outside}

  Stop with Ctrl-C; the data stays for the next time.
"""
