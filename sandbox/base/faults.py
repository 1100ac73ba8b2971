"""What can be made to go wrong: how a fault is described, what many have in common, and the box of what is on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.base.state import ActiveFault, Store
from sandbox.base.wire import Response

Json = dict[str, Any]
Answer = Callable[[Json], Response]
Change = Callable[[Json, Json], None]
STAGES = {
    "now": "Now",
    "slow": "Waiting",
    "before": "Instead of an answer",
    "after": "After the work is done",
    "shape": "In the answer",
    "rule": "How it behaves",
    "event": "In the next event",
    "smtp": "In the mail server",
}


@dataclass(frozen=True)
class Fault:
    """One thing that can go wrong: what a person reads, when it strikes, and where.

    `stage` is `now` (done at once), `slow`, `before` (answers instead of the service), `after` (the service did its
    work), `shape` (changes the JSON of the answer), `rule` (changes how it behaves), `event` (webhooks) or `smtp`.
    on: names of calls, or what several begin with; none means every call.  args: what can be set, with its defaults;
    one `after` the work says there how it ends: `ending` reset, dropped or truncated, or a `status`.
    answer: what one `before` answers, by its arguments and the sandbox's clock, `now`.
    change: what a `shape` does to the JSON, by its arguments;
    a `status` among them is that of an error so changed.
    """

    words: str
    stage: str
    on: tuple[str, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)
    answer: Answer | None = None
    change: Change | None = None


def before(words: str, on: tuple[str, ...], answer: Answer, **args: Any) -> Fault:
    """Return a fault that answers instead of the service."""
    return Fault(words, "before", on, args, answer=answer)


def shape(words: str, on: tuple[str, ...], change: Change, **args: Any) -> Fault:
    """Return a fault that changes the JSON of an answer."""
    return Fault(words, "shape", on, args, change=change)


def reset_now(_: Json) -> Response:
    """End the connection with a reset."""
    return Response(ending="reset")


def not_json(_: Json) -> Response:
    """Answer with a text that is no JSON, though it says so."""
    return Response(200, b"All is well.", {"Content-Type": "application/json"})


def page_of_html(status: int, title: str = "") -> Answer:
    """Return who answers with a gateway's page."""
    text = (
        f"<html><head><title>{title or status}</title></head><body><h1>{title or status}</h1></body></html>\n"
    )
    return lambda _: Response.html(text, status=status)


def without(*names: str) -> Change:
    """Return a change that takes fields away."""

    def change(content: Json, _: Json) -> None:
        for name in names:
            content.pop(name, None)

    return change


def missing_scope(content: Json, args: Json) -> None:
    """Take a permission out of a token answer, by the end of its name."""
    if "scope" in content:
        kept = [one for one in content["scope"].split() if not one.endswith(str(args["scope"]))]
        content["scope"] = " ".join(kept)


def without_in_rows(rows: str, name: str) -> Change:
    """Return a change that takes a field away in every row of a list."""

    def change(content: Json, _: Json) -> None:
        for row in content.get(rows, []):
            row.pop(name, None)

    return change


class UnknownFaultError(Exception):
    """No fault has this name, or its arguments make no sense."""


class FaultBox:
    """The switched-on faults of one sandbox, out of its catalogue."""

    def __init__(self, store: Store, catalogue: Mapping[str, Fault]) -> None:
        self._store = store
        self._catalogue = catalogue

    def switch_on(self, name: str, *, times: int | None, args: dict[str, Any]) -> None:
        """Switch *name* on for *times* strikes, or (None) until it is switched off."""
        if name not in self._catalogue:
            raise UnknownFaultError(f"There is no fault called {name}.")
        if times is not None and times < 1:
            raise UnknownFaultError("A fault strikes at least once; send null to keep it until switched off.")
        with self._store.lock:
            self._store.data.faults.append(ActiveFault(name, times, args))

    def switch_off(self, name: str) -> None:
        """Switch *name* off."""
        with self._store.lock:
            rows = self._store.data.faults
            rows[:] = [row for row in rows if row.name != name]

    def clear(self) -> None:
        """Switch everything off."""
        with self._store.lock:
            self._store.data.faults.clear()

    def take(
        self, stage: str, *, kind: str, name: str = "", to: str = ""
    ) -> tuple[str, dict[str, Any]] | None:
        """Use up one strike of the first fault of *stage* for *kind*; return its name and arguments.

        Where the fault is meant for one recipient, it strikes only when *to* is that one.
        """
        with self._store.lock:
            rows = self._store.data.faults
            for row in rows:
                if self._is(row, stage, kind, to) and name in {"", row.name}:
                    return self._strike(row)
        return None

    def take_all(self, stage: str, *, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Use up one strike of every fault of *stage* that applies to *kind*."""
        with self._store.lock:
            rows = [row for row in self._store.data.faults if self._is(row, stage, kind, "")]
            return [self._strike(row) for row in rows]

    def rules(self, name: str, *, kind: str) -> bool:
        """Use up one strike of the rule *name*, and say whether it was on."""
        return self.take("rule", kind=kind, name=name) is not None

    def _strike(self, row: ActiveFault) -> tuple[str, dict[str, Any]]:
        if row.times is not None:
            row.times -= 1
            if row.times < 1:
                self._store.data.faults.remove(row)
        return row.name, {**self._catalogue[row.name].args, **row.args}

    def _is(self, row: ActiveFault, stage: str, kind: str, to: str) -> bool:
        """Say whether the fault strikes calls of *kind*; `on` in its arguments overrides the catalogue."""
        fault = self._catalogue.get(row.name)
        if fault is None or fault.stage != stage:
            return False
        if row.args.get("to") and str(row.args["to"]).lower() != to.lower():
            return False
        chosen = row.args.get("on")
        places = (str(chosen),) if chosen else fault.on
        return not places or any(kind == place or kind.startswith(place + ".") for place in places)
