"""A child that outlives its parent would hold ports and jobs for ever: it watches, and leaves."""

import os
import signal
import threading
import time

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 30.0


def leave_with(parent: int) -> None:
    """End this process, gently first, once `parent` is no longer its parent; 0 watches nobody.

    By polling, because Linux's PR_SET_PDEATHSIG is tied to the parent's thread and other systems have none.
    """
    if parent:
        threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os._exit(1)
