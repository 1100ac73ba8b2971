"""Says whether this server is well."""

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
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
