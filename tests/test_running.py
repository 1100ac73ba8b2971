"""What the processes do when one of them is killed, or told to stop."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.running import ROOT, LiveTimeTuna, processes, running_timetuna

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.matrix(of="server")]


def below(pid: int) -> set[int]:
    """Return the ids of all processes that descend from this one."""
    known = list(processes())
    found = {pid}
    while more := {child for child, parent, _ in known if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pids: set[int]) -> set[int]:
    return {pid for pid, _, command in processes() if pid in pids and command and "<defunct>" not in command}


def wait_gone(pids: set[int], *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < until:
        time.sleep(0.1)
    assert alive(pids) == set()


@pytest.mark.parametrize("service", ["worker", "web"])
def test_a_killed_service_comes_back(live_timetuna: LiveTimeTuna, service: str) -> None:
    killed = live_timetuna.kill_worker() if service == "worker" else live_timetuna.kill_web()
    until = time.monotonic() + 15
    while live_timetuna.pid(service) in {None, killed} and time.monotonic() < until:
        time.sleep(0.1)

    live_timetuna.wait_healthy()

    assert live_timetuna.pid(service) not in {None, killed}
    assert f"timetuna: {service} ended (signal 9)" in live_timetuna.log()


def test_nothing_stays_when_it_is_told_to_stop(tmp_path: Path) -> None:
    with running_timetuna(tmp_path) as live:
        children = below(live.serving.pid)
        live.serving.send_signal(signal.SIGTERM)

        assert live.serving.wait(20) == 0
        assert alive(children) == set()
        assert "Traceback" not in live.log()


def test_nothing_stays_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    with running_timetuna(tmp_path) as live:
        children = below(live.serving.pid)
        assert len(children) == 3
        live.serving.kill()

        wait_gone(children, seconds=10)


def test_a_second_one_on_the_same_port_is_refused(live_timetuna: LiveTimeTuna) -> None:
    command = [sys.executable, "-m", "timetuna", "serve"]
    done = subprocess.run(
        command, env=live_timetuna.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    port = live_timetuna.base_url.rpartition(":")[2]
    assert done.returncode == 2
    assert done.stderr == f"Port {port} is already in use on 127.0.0.1. Set TIMETUNA_LISTEN to another one.\n"


def test_slow_clients_do_not_stop_others(live_timetuna: LiveTimeTuna) -> None:
    port = int(live_timetuna.base_url.rpartition(":")[2])
    head = f"POST /signin HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 1000\r\n\r\nabc".encode()
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(32)]
    for connection in slow:
        connection.sendall(head)

    answer = httpx2.get(f"{live_timetuna.base_url}/healthz", timeout=3, trust_env=False)

    assert answer.status_code == 200
    for connection in slow:
        connection.close()


def test_oversized_requests_are_refused(live_timetuna: LiveTimeTuna) -> None:
    address = f"{live_timetuna.base_url}/signin"
    with httpx2.Client(trust_env=False, timeout=10) as client:
        headers = client.get(address, headers={"X-Large": "x" * 65_536})
        body = client.post(address, content=b"x" * 300_000)
        chunked = [
            client.post(f"{live_timetuna.base_url}{path}", content=iter([b"x" * 150_000] * 2)).status_code
            for path in ("/signin", "/api/webhooks/zoom/deauthorize")
        ]

    assert (headers.status_code, body.status_code, *chunked) == (431, 413, 411, 413)


def test_secrets_stay_out_of_the_log(live_timetuna: LiveTimeTuna) -> None:
    log = live_timetuna.log()

    assert live_timetuna.environment["TIMETUNA_SECRET_KEY"] not in log
