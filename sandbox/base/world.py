"""What every route of the sandbox is given to work with."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.base.faults import FAULTS, Fault, FaultBox
from sandbox.base.state import Call, Store, Violation
from sandbox.config import SandboxConfig

if TYPE_CHECKING:
    from sandbox.mailbox.letterbox import Letterbox


@dataclass
class World:
    """The configuration, the memory, the faults and the letterbox of one running sandbox."""

    config: SandboxConfig
    store: Store
    letterbox: "Letterbox | None" = None
    http_url: str = ""
    public_url: str = ""
    smtp_port: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    stand_ins: tuple[Any, ...] = ()

    @property
    def faults(self) -> FaultBox:
        """The faults that are switched on."""
        return FaultBox(self.store, self.catalogue)

    @property
    def catalogue(self) -> Mapping[str, Fault]:
        """Everything that can be made to go wrong in this sandbox."""
        return {**FAULTS, **{name: fault for one in self.stand_ins for name, fault in one.faults.items()}}

    def reset(self) -> None:
        """Forget everything, mail included."""
        self.store.reset()
        if self.letterbox is not None:
            self.letterbox.clear()

    def violation(self, call: Call, rule: str, detail: str) -> None:
        """Write down that the app broke a rule."""
        with self.store.lock:
            call.violations.append(rule)
            found = Violation(time=self.store.stamp(), rule=rule, detail=detail, call=call.number)
            self.store.data.violations.append(found)
