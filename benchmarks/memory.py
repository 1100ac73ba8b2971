"""How much memory `timetuna serve` takes: the proportional set size of all its processes (Linux).

python benchmarks/memory.py [REQUESTS]      starts the product on an empty database, asks for pages, prints the table
"""

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.running import LiveTimeTuna, processes, running_timetuna

LIMIT_MB = 250
PARALLEL = 8


def proportional_kb(pid: int) -> int:
    """Return the memory of a process in kB, shared pages counted by their share."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def family(root: int) -> Iterator[tuple[int, str]]:
    """Yield the process and everything below it, with its command line."""
    known = {pid: (parent, command) for pid, parent, command in processes()}
    for pid, (_, command) in known.items():
        ancestor = pid
        while ancestor in known and ancestor != root:
            ancestor = known[ancestor][0]
        if ancestor == root:
            yield pid, command.partition(" -m ")[2] or command


def exercise(live: LiveTimeTuna, requests: int) -> None:
    host = live.new_host()
    addresses = [host.page_url, f"{live.base_url}/signin", f"{live.base_url}/healthz"]
    with httpx2.Client(timeout=60, trust_env=False) as client, ThreadPoolExecutor(PARALLEL) as pool:
        for answer in pool.map(client.get, [addresses[turn % 3] for turn in range(requests)]):
            assert answer.status_code == 200, answer  # noqa: S101 - a failed request would make the figure too good


def main() -> int:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    with tempfile.TemporaryDirectory() as folder, running_timetuna(Path(folder), EMAIL_URL="") as live:
        exercise(live, requests)
        rows = sorted(family(live.serving.pid))
        figures = [(proportional_kb(pid) / 1024, command) for pid, command in rows]
    for megabytes, command in figures:
        print(f"{megabytes:8.1f} MB  {command[:60]}")
    total = sum(megabytes for megabytes, _ in figures)
    print(f"{total:8.1f} MB  in all after {requests} requests (limit {LIMIT_MB})")
    return 0 if total <= LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
