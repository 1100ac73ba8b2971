"""A text model of the operator's: whatever speaks the chat completions that OpenAI began and others copied."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Protocol

from timetuna.lib.http import Body, HttpClient, HttpError, NotJsonError, Response, part, parts, text

LONGEST_ANSWER = 20_000
"""In characters. A page is a tenth of it; a model that has lost its way writes on."""
_MOST_TOKENS = 3_000
_REFUSES_SETTINGS = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
_AWAY = 500


class CompletionTrouble(StrEnum):
    """Why there is no answer. BUSY and AWAY may pass by themselves."""

    BUSY = "busy"
    AWAY = "away"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


class CompletionError(Exception):
    """`str()` says nothing of the text, the key or the answer."""

    def __init__(self, trouble: CompletionTrouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class TextModel(Protocol):
    """What turns a person's words into an object."""

    def complete(self, schema: Mapping[str, Any], words: str, *, task: str) -> dict[str, Any]:
        """Return an object that means to be of that JSON schema. Raises CompletionError.

        words are whose they are, and may say anything; task is ours. What comes back is as little to be trusted.
        """


@dataclass(frozen=True, kw_only=True)
class ChatCompletions:
    """One call, `POST …/chat/completions`. url: as far as `/v1`.  key: "" for a server that wants none."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    http: HttpClient

    def complete(self, schema: Mapping[str, Any], words: str, *, task: str) -> dict[str, Any]:
        """By the schema where the server knows that, else by its description alone: then once more.

        What refuses a request may do so for any of its settings (models that reason take neither a temperature nor
        `max_tokens`): the second one has none but that an object is wanted.
        """
        strict = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
        settings = {"response_format": strict, "temperature": 0, "max_tokens": _MOST_TOKENS}
        answer = self._ask(schema, words, task, settings)
        if answer.status in _REFUSES_SETTINGS:
            answer = self._ask(schema, words, task, {"response_format": {"type": "json_object"}})
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise CompletionError(CompletionTrouble.BUSY)
        if answer.status >= _AWAY:
            raise CompletionError(CompletionTrouble.AWAY)
        if answer.status != HTTPStatus.OK:
            raise CompletionError(CompletionTrouble.REFUSED)
        return _object_in(answer)

    def _ask(self, schema: Mapping[str, Any], words: str, task: str, settings: Mapping[str, Any]) -> Response:
        described = (
            f"{task}\nAnswer with one JSON object of this schema and nothing else:\n{json.dumps(schema)}"
        )
        messages = [{"role": "system", "content": described}, {"role": "user", "content": words}]
        asked = {"model": self.model, "messages": messages, **settings}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            return self.http.request(
                "POST", f"{self.url}/chat/completions", headers=headers, body=Body.json(asked)
            )
        except HttpError as error:
            raise CompletionError(CompletionTrouble.AWAY) from error


def _object_in(answer: Response) -> dict[str, Any]:
    """What the first choice says, in a fence or without one."""
    choice = next(iter(parts(answer.fields(), "choices")), {})
    said = text(part(choice, "message"), "content").strip()
    if not said or len(said) > LONGEST_ANSWER:
        raise CompletionError(CompletionTrouble.UNREADABLE)
    inner = said.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        found = Response(answer.status, {}, inner.encode("utf-8", "replace")).json()
    except NotJsonError:
        raise CompletionError(CompletionTrouble.UNREADABLE) from None
    if not isinstance(found, dict):
        raise CompletionError(CompletionTrouble.UNREADABLE)
    return found
