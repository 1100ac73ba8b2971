"""How TimeTuna logs: one line an event, with the request's id, and nothing of people or secrets in it."""

import logging
import time
from contextvars import ContextVar
from typing import Any

from timetuna.lib.text import log_value

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class LineFormatter(logging.Formatter):
    """Render a record as one line; what came from outside cannot start a second one."""

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """Return `time level logger request message`, a traceback folded into the same line."""
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {request_id.get()} "
        line += log_value(record.getMessage(), max_length=2_000)
        if record.exc_info:
            line += " | " + log_value(self.formatException(record.exc_info), max_length=8_000)
        return line


def logging_config(level: str) -> dict[str, Any]:
    """Return the dictConfig for the given level. Lines go to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "timetuna.logs.LineFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # httpx and httpcore log whole addresses, which may carry codes.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            # Django's own lines repeat the address, which may carry a booking's link.
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "CRITICAL"},
        },
    }
