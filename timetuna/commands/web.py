"""`timetuna web`: Granian serves the pages; a process of its own, or several, with a few threads each."""

import argparse
import importlib
import os
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from timetuna import settings
from timetuna.logs import logging_config
from timetuna.processes.ending import leave_with
from timetuna.processes.listening import parse_listen, require_free
from timetuna.processes.static_files import collect_when_stale
from timetuna.web.gc_tuning import Settling
from timetuna.web.rsgi import Bridge

HEADERS_WITHIN_MS = 10_000  # a client that dribbles its headers holds a connection, never a thread
LARGEST_HEADERS = 32_768  # bytes, all of a request's headers
FREE_WITHIN_SECONDS = 3.0
KILL_AFTER_SECONDS = 20
SIGNED_BELOW = "/api/webhooks/"


def run(options: argparse.Namespace) -> int:
    host, port = settings.env.parsed("TIMETUNA_LISTEN", parse_listen)
    server = _server(host, port)
    collect_when_stale(settings.DATA_DIR)
    require_free(host, port, hint="Set TIMETUNA_LISTEN to another one.", patience=FREE_WITHIN_SECONDS)
    leave_with(options.parent)
    threads = settings.env.number("TIMETUNA_WEB_THREADS", least=1, most=64)
    server.serve(target_loader=_Application(os.getpid(), threads=threads), wrap_loader=False)
    return 0


def _server(host: str, port: int) -> Any:  # Granian's class is chosen at run time
    return Granian(
        "timetuna.web.rsgi:Bridge",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=LARGEST_HEADERS),
        websockets=False,
        workers=settings.env.number("TIMETUNA_WEB_PROCESSES", least=1, most=64),
        runtime_blocking_threads=8,
        log_level=LogLevels.error,
        log_dictconfig=logging_config(settings.env.text("TIMETUNA_LOG_LEVEL")),
        log_access=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=KILL_AFTER_SECONDS,
    )


class _Application:
    """Loads the application inside a web process, which leaves when the process that started it is gone."""

    def __init__(self, parent: int, *, threads: int) -> None:
        self.parent = parent
        self.threads = threads

    def __call__(self) -> Bridge:
        leave_with(self.parent)
        from timetuna.wsgi import application  # noqa: PLC0415 - the starting process never loads Django

        bridge = Bridge(
            Settling(application),
            threads=self.threads,
            largest_body=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            signed_below=SIGNED_BELOW,
            most_bytes=importlib.import_module("timetuna.web.uploads").most_bytes,
            explain=importlib.import_module("timetuna.web.refusals").explained,
        )
        # Only now: it needs the models, which the line above has set up.
        importlib.import_module("timetuna.web.health").warm(bridge.threads, self.threads)
        importlib.import_module("timetuna.insights.actions.count_looks").begin()
        return bridge
