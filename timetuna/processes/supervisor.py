"""Keeps a few child processes running. Standard library only: the supervisor weighs next to nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

LOOK_SECONDS = 0.2
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
SETTLED_SECONDS = 60.0
GRACE_SECONDS = 30.0
REFUSED = 2


@dataclass
class Service:
    """A child process that should run: what it is called, how it is started, and how it has been doing."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    start_at: float = field(default=0.0)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it in a session of its own: a terminal's Ctrl-C reaches the supervisor alone."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def exit_code(self) -> int | None:
        """How it ended, None while it runs or waits to be started."""
        return self.process.poll() if self.process else None

    def plan_restart(self) -> float:
        """Set it down for another start; return the pause in seconds, which grows until one has lasted."""
        if time.monotonic() - self.started_at > SETTLED_SECONDS:
            self.pause = FIRST_PAUSE_SECONDS
        pause, self.process = self.pause, None
        self.start_at = time.monotonic() + pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        return pause


class Supervisor:
    """Starts services in order, restarts what dies, and stops them in the other order."""

    def __init__(self, services: Sequence[Service], environment: Mapping[str, str]) -> None:
        self.services = services
        self.environment = environment
        self.stopping = threading.Event()
        self.outcome = 0

    def run(self) -> int:
        """Watch until SIGTERM, SIGINT, SIGHUP or a service that refuses to run; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self.stopping.is_set():
                for service in self.services:
                    self._look_after(service)
                self.stopping.wait(LOOK_SECONDS)
        finally:
            self._stop_all()
        return self.outcome

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _look_after(self, service: Service) -> None:
        if service.process is None:
            if time.monotonic() >= service.start_at:
                service.start(self.environment)
            return
        code = service.exit_code()
        if code is None:
            return
        if code == REFUSED:  # its own sentence is on the console already; starting again changes nothing
            self.outcome = REFUSED
            self.stopping.set()
            return
        _signal_group(service.process, signal.SIGKILL)
        pause = service.plan_restart()
        say(f"{service.name} ended ({_how(code)}); starting it again in {pause:g} s.")

    def _stop_all(self) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        for service in reversed(self.services):
            if service.process is None:
                continue
            service.process.terminate()
            try:
                service.process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                say(f"{service.name} did not end in time and is stopped hard.")
            _signal_group(service.process, signal.SIGKILL)
            service.process.wait()


def say(sentence: str) -> None:
    """Print a line about the running of the processes, at once."""
    print(f"timetuna: {sentence}", file=sys.stderr, flush=True)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # nobody of its session is left
        return
