"""JSON-RPC 2.0 as MCP speaks it: versions, and what is wrong with a message before anybody looks at what it asks.

A request of 2026-07-28 stands for itself: its version is in a header and in `_meta`, and nothing is remembered between
two of them. Older clients begin with `initialize`; they are answered, and get no session either.
https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest

MODERN = "2026-07-28"
WITH_BATCHES = "2025-03-26"
"""The only version that has them, and the one of a client that names none."""
HANDSHAKE = (WITH_BATCHES, "2025-06-18", "2025-11-25")
NEWEST_HANDSHAKE = HANDSHAKE[-1]
MOST_IN_A_BATCH = 20
VERSION, METHOD, NAME = "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"
META = "io.modelcontextprotocol/"
VERSION_META, CAPABILITIES_META = f"{META}protocolVersion", f"{META}clientCapabilities"
CLIENT_META, SERVER_META = f"{META}clientInfo", f"{META}serverInfo"

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
INTERNAL_ERROR, HEADER_MISMATCH, UNSUPPORTED_VERSION = -32603, -32020, -32022
_STATUSES = {METHOD_NOT_FOUND: HTTPStatus.NOT_FOUND, INTERNAL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR}
_ENCODED = "=?base64?", "?="
Id = str | int | None


@dataclass(slots=True)
class RpcError(Exception):
    """status: of the HTTP answer; by default the one that belongs to the code."""

    code: int
    message: str
    data: Any = None
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    def http_status(self) -> int:
        return self.status or _STATUSES.get(self.code, HTTPStatus.BAD_REQUEST)

    def as_json(self, message_id: Id) -> dict[str, Any]:
        more = {} if self.data is None else {"data": self.data}
        error = {"code": self.code, "message": self.message} | more
        return {"jsonrpc": "2.0", "id": message_id, "error": error}


@dataclass(frozen=True, slots=True)
class RpcMessage:
    """One request, or with `id` None a notification, which nobody answers."""

    id: Id
    method: str
    params: Mapping[str, Any]

    def meta(self) -> Mapping[str, Any]:
        found = self.params.get("_meta")
        return found if isinstance(found, Mapping) else {}

    def client(self) -> str:
        """What the client calls itself, which nobody has verified; "" where it does not say."""
        told = self.meta().get(CLIENT_META) or self.params.get("clientInfo")
        return str(told.get("name", "")) if isinstance(told, Mapping) else ""


def read(body: bytes) -> Any:
    """Raises RpcError for what is no JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RpcError(PARSE_ERROR, "The body is no JSON that can be read.") from error


def message_of(one: Any) -> RpcMessage:
    """Raises RpcError for what is no request and no notification."""
    if not isinstance(one, dict) or one.get("jsonrpc") != "2.0" or not isinstance(one.get("method"), str):
        raise RpcError(INVALID_REQUEST, "The body has to be one JSON-RPC 2.0 request or notification.")
    message_id, params = one.get("id"), one.get("params", {})
    if "id" in one and (not isinstance(message_id, str | int) or isinstance(message_id, bool)):
        raise RpcError(INVALID_REQUEST, "An id is a string or a whole number.")
    if not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "params has to be an object.")
    return RpcMessage(message_id, one["method"], params)


def version_of(request: HttpRequest) -> str:
    """As the header says it. Raises RpcError for one that nobody speaks here."""
    version = request.headers.get(VERSION, "") or WITH_BATCHES
    if version not in {MODERN, *HANDSHAKE}:
        raise _unsupported(version)
    return version


def is_modern(version: str, message: RpcMessage) -> bool:
    """By the header, or by what only a client of that kind says in the message."""
    return version == MODERN or VERSION_META in message.meta()


def check_envelope(request: HttpRequest, message: RpcMessage) -> None:
    """Raises RpcError where a modern request lacks something, or its headers say something else than it does."""
    meta = message.meta()
    if missing := [key for key in (VERSION_META, CAPABILITIES_META) if key not in meta]:
        raise RpcError(INVALID_PARAMS, f"params._meta lacks {', '.join(missing)}.")
    if not isinstance(meta[CAPABILITIES_META], dict):
        raise RpcError(INVALID_PARAMS, f"{CAPABILITIES_META} has to be an object.")
    named = message.params.get("name") if message.method == "tools/call" else None
    for header, said in ((VERSION, meta[VERSION_META]), (METHOD, message.method), (NAME, named)):
        if said is not None and _decoded(request.headers.get(header)) != said:
            raise RpcError(HEADER_MISMATCH, f"The header {header} says something else than the request.")
    if meta[VERSION_META] != MODERN:
        raise _unsupported(meta[VERSION_META])


def negotiated(params: Mapping[str, Any]) -> str:
    """The version that an older client gets: its own, or the newest that begins as it does."""
    wanted = params.get("protocolVersion")
    if not isinstance(wanted, str):
        raise RpcError(INVALID_PARAMS, "params.protocolVersion has to be a string.")
    return wanted if wanted in HANDSHAKE else NEWEST_HANDSHAKE


def _unsupported(version: Any) -> RpcError:
    data = {"supported": [MODERN, *HANDSHAKE], "requested": str(version)[:40]}
    return RpcError(UNSUPPORTED_VERSION, "Nobody speaks this version of the protocol here.", data)


def _decoded(value: str | None) -> str | None:
    """A header's value, which may be encoded; None for one that cannot be read."""
    begin, end = _ENCODED
    if value is None or not (value.startswith(begin) and value.endswith(end)):
        return value
    try:
        return base64.b64decode(value[len(begin) : -len(end)], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
