"""`timetuna serve`: everything on one machine, with one command."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from timetuna.environment import Environment
from timetuna.l10n.catalogues import catalogues, compile_changed
from timetuna.processes.ending import Refusal
from timetuna.processes.listening import free_port, parse_listen, require_free
from timetuna.processes.supervisor import REFUSED, Service, Supervisor, say

MAILBOX_PORT, MAILBOX_SMTP_PORT = 8001, 8002
FREE_WITHIN_SECONDS = 3.0


def run(_options: argparse.Namespace) -> int:
    """Migrate, collect, then run web and worker until SIGTERM or SIGINT."""
    make_catalogues()
    env = Environment(os.environ)
    host, port = env.parsed("TIMETUNA_LISTEN", parse_listen)
    require_free(host, port, hint="Set TIMETUNA_LISTEN to another one.", patience=FREE_WITHIN_SECONDS)
    environment = child_environment()
    bring_up_to_date(environment)
    services = product_services()
    if not env.text("EMAIL_URL") and not env.text("EMAIL_BACKEND"):
        mailbox, more = _mailbox(env)
        services.insert(0, mailbox)
        environment |= more
    say(f"serving {env.text('TIMETUNA_BASE_URL')} from {host}:{port}. Stop with Ctrl-C.")
    return Supervisor(services, environment).run()


def make_catalogues() -> None:
    """Compile the translations that a clone has only as people write them; servers speak those there at their start.

    An installed package has them, maybe where nothing can be written.
    """
    try:
        compile_changed()
    except OSError as error:
        missing = [path.parts[-3] for path in catalogues() if not path.with_suffix(".mo").exists()]
        if missing:
            say(
                f"these translations could not be compiled, so pages do not speak them: {', '.join(missing)}. {error}"
            )


def child_environment() -> dict[str, str]:
    """The environment for children: ours, and glibc told not to keep a heap for every thread."""
    return {"MALLOC_ARENA_MAX": "2", **os.environ}


def product_services() -> list[Service]:
    parent = str(os.getpid())
    return [Service(name, timetuna(name, "--parent", parent)) for name in ("worker", "web")]


def timetuna(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "timetuna", *arguments]


def bring_up_to_date(environment: dict[str, str], command: Sequence[str] = ()) -> None:
    """Migrate and collect in a process of its own, whose memory is given back. Raises Refusal."""
    done = subprocess.run(  # noqa: S603 - our own command
        command or timetuna("migrate"), check=False, env=environment, stdout=subprocess.DEVNULL
    )
    if done.returncode == REFUSED:
        raise SystemExit(REFUSED)  # it has said why
    if done.returncode:
        raise Refusal("The database could not be brought up to date; the lines above say why.")


def sandbox(parts: str, *, http_port: int, smtp_port: int, more: Sequence[str] = ()) -> Service:
    """The service that runs the sandbox's parts on loopback. Raises Refusal where it is not installed."""
    package = find_spec("sandbox")
    if package is None or package.origin is None:
        raise Refusal(
            "The stand-ins of Zoom, of calendars and of a mail server are not installed here: "
            "they are the package `sandbox`, beside `timetuna`. Where EMAIL_URL is set, `timetuna serve` needs none."
        )
    ports = ("--http-port", str(http_port), "--smtp-port", str(smtp_port))
    module = [sys.executable, "-m", "timetuna.commands.sandbox", str(os.getpid())]
    return Service("sandbox", [*module, "--parts", parts, *ports, *more])


def _mailbox(env: Environment) -> tuple[Service, dict[str, str]]:
    http_port = free_port("127.0.0.1", preferred=MAILBOX_PORT)
    smtp_port = free_port("127.0.0.1", preferred=MAILBOX_SMTP_PORT)
    address = f"http://localhost:{http_port}"
    say(f"EMAIL_URL is not set: mails are kept on this machine and can be read at {address}/mail.")
    service = sandbox(
        "mailbox", http_port=http_port, smtp_port=smtp_port, more=("--app-url", env.text("TIMETUNA_BASE_URL"))
    )
    return service, {"EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}", "TIMETUNA_SANDBOX_URL": address}
