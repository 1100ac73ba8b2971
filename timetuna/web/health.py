"""Says whether this server is well."""

from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from timetuna.jobs import queue


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 with database, worker and the age of the oldest due job in seconds; 503 when one is ill."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker, waiting = queue.worker_alive(), queue.oldest_waiting_seconds()
    except (DatabaseError, InterfaceError):
        return JsonResponse({"database": "unreachable"}, status=503)
    answer = {
        "database": "ok",
        "worker": "ok" if worker else "missing",
        "oldest_waiting_seconds": round(waiting, 1),
    }
    return JsonResponse(answer, status=200 if worker else 503)


class HealthCheck:
    """Answers /healthz ahead of the checks of host and https: a container asks itself under any name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or pass the request on."""
        if request.path != "/healthz":
            return self.get_response(request)
        response = healthz(request)
        response["Cache-Control"], response["X-Content-Type-Options"] = "no-store", "nosniff"
        return response
