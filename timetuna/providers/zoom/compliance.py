"""Zoom's data-compliance call: asked for by an event, deprecated since about 2021, and still answered."""

import json
from collections.abc import Mapping
from typing import Any

from timetuna.lib.http import Body, HttpClient, HttpError
from timetuna.providers.errors import ProviderError

_SUCCESS = range(200, 300)
_GIVE_UP = frozenset({400, 401, 403, 404, 405, 410})  # the endpoint may be gone by now: no reason to insist


def acknowledgement_of(payload: dict[str, Any], *, client_id: str) -> str:
    """Return the body that says the data is gone, or "" where the event does not ask for it.

    Asked for means `user_data_retention` is false, as a boolean or as text; null, absent and true ask for nothing.
    """
    retention = payload.get("user_data_retention")
    if retention is not False and not (isinstance(retention, str) and retention.strip().lower() == "false"):
        return ""
    return json.dumps(
        {
            "client_id": client_id,
            "user_id": payload.get("user_id"),
            "account_id": payload.get("account_id"),
            "deauthorization_event_received": payload,
            "compliance_completed": True,
        }
    )


def acknowledge(acknowledgement: str, *, url: str, basic: Mapping[str, str], http: HttpClient) -> None:
    """Make the call. Raises ProviderError, `permanent` where Zoom will not take it later either."""
    headers = {"Accept": "application/json", **basic}
    try:
        body = Body.json(json.loads(acknowledgement))
        response = http.request("POST", url, headers=headers, body=body)
    except (HttpError, ValueError) as error:  # ValueError: an event with a number that JSON does not know
        code = f"network:{error.kind}" if isinstance(error, HttpError) else "protocol"
        raise ProviderError("Zoom could not be told that the data is gone.", code=code) from None
    if response.status not in _SUCCESS:
        raise ProviderError(
            "Zoom did not take the word that the data is gone.",
            code=f"http:{response.status}",
            permanent=response.status in _GIVE_UP,
        )
