"""`python -m sandbox`: run the stand-ins until told to stop."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sandbox.base.parts import stand_ins
from sandbox.config import PARTS, SandboxConfig, SandboxError, apps_from, refuse_real
from sandbox.running import Sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox; return 0 after SIGTERM or Ctrl-C, 2 where it could not start."""
    try:
        config = _config(_parser().parse_args(arguments))
        _refuse_real_services(config)
        sandbox = Sandbox(config).start()
    except SandboxError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except OSError as problem:
        sys.stderr.write(f"The sandbox cannot listen: {problem.strerror or problem}.\n")
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    mail = f", mail on port {sandbox.smtp_port}" if sandbox.smtp_port else ""
    sys.stdout.write(f"TimeTuna sandbox ready at {sandbox.http_url} (open {sandbox.public_url}){mail}\n")
    sys.stdout.flush()
    stop.wait()
    sandbox.stop()
    return 0


def _refuse_real_services(config: SandboxConfig) -> None:
    for part, one in stand_ins().items():
        if part in config.parts:
            refuse_real(os.environ, part=part, client_id=config.app_of(part).client_id, hosts=one.real_hosts)


def _config(given: argparse.Namespace) -> SandboxConfig:
    apps = apps_from(os.environ)
    wishes = {
        "client_id": given.client_id,
        "client_secret": given.client_secret,
        "webhook_token": given.webhook_token,
        "redirect_uri": given.redirect_uri,
        "webhook_url": given.webhook_url,
    }
    return SandboxConfig(
        host=given.host,
        http_port=given.http_port,
        smtp_port=given.smtp_port,
        state_dir=given.state,
        public_url=given.public_url,
        app_url=given.app_url,
        parts=frozenset(part.strip() for part in given.parts.split(",") if part.strip()),
        apps=apps
        | {"zoom": replace(apps["zoom"], **{name: value for name, value in wishes.items() if value})},
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sandbox", description="Stand-ins of Zoom, of calendars and of a mail server."
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--http-port", type=int, default=8001)
    parser.add_argument("--smtp-port", type=int, default=8002)
    parser.add_argument(
        "--state", type=Path, default=None, help="folder that keeps the state (default: memory only)"
    )
    parser.add_argument("--public-url", default="", help="where browsers find the sandbox")
    parser.add_argument("--app-url", default="http://localhost:8000", help="where TimeTuna runs")
    parser.add_argument(
        "--parts",
        default=",".join(sorted(PARTS)),
        help="those that shall run, with commas between (default: all)",
    )
    for name in ("client-id", "client-secret", "webhook-token", "redirect-uri", "webhook-url"):
        parser.add_argument(
            f"--{name}",
            default="",
            help=f"of the registered Zoom app (or SANDBOX_ZOOM_{name.upper().replace('-', '_')})",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
