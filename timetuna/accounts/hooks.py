"""What the apps that stand on this one know and do: they say it through functions they register."""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

from timetuna.accounts.models import Team

P = ParamSpec("P")
R = TypeVar("R")


class Hook(Generic[P, R]):
    """A question that another app answers; until it has registered itself, the answer is what `ask` gives."""

    def __init__(self, ask: Callable[P, R]) -> None:
        self.ask = ask

    def register(self, ask: Callable[P, R]) -> None:
        self.ask = ask

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.ask(*args, **kwargs)


leaves_team: Hook[[Team, int | None], None] = Hook(lambda _team, _user_id: None)
"""Called in the transaction in which somebody (their id) leaves a team or is taken off, or (None) all do, as it ends.

Their pages go back to them. The row of a team that has ended stays: addresses below its handle lead on to them.
"""
pages_in_team: Hook[[Team, int | None], list[str]] = Hook(lambda _team, _user_id: [])
"""The titles of the pages that would go back, to one of them or (None) to all."""
