"""What every route of the sandbox is given to work with."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sandbox.base.faults import Fault, FaultBox
from sandbox.base.state import Call, Store, Violation
from sandbox.config import SandboxConfig

if TYPE_CHECKING:
    from sandbox.caldav.shelf import Shelf
    from sandbox.mailbox.letterbox import Letterbox


class Link(NamedTuple):
    """A page of a part for people: where it is, what it is called, what it is for.

    In the words, `{}` stands for the count.
    """

    path: str
    title: str
    words: str
    count: "Callable[[World], int]" = lambda _: 0


@dataclass
class World:
    """The configuration, the memory, the faults, the letterbox and the calendars of one running sandbox.

    catalogue: everything that can be made to go wrong in it.  links: its parts' pages.
    """

    config: SandboxConfig
    store: Store
    catalogue: Mapping[str, Fault]
    links: tuple[Link, ...] = ()
    letterbox: "Letterbox | None" = None
    shelf: "Shelf | None" = None
    http_url: str = ""
    public_url: str = ""
    smtp_port: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def faults(self) -> FaultBox:
        """The faults that are switched on."""
        return FaultBox(self.store, self.catalogue)

    def reset(self) -> None:
        """Forget everything, mail included."""
        self.store.reset()
        if self.letterbox is not None:
            self.letterbox.clear()
        if self.shelf is not None:
            self.shelf.clear()

    def violation(self, call: Call, rule: str, detail: str) -> None:
        """Write down that the app broke a rule."""
        with self.store.lock:
            call.violations.append(rule)
            found = Violation(time=self.store.stamp(), rule=rule, detail=detail, call=call.number)
            self.store.data.violations.append(found)
