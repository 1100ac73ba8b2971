import gc
from collections.abc import Iterator

import pytest

from timetuna.web.gc_tuning import Settling


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.unfreeze()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    if frozen:
        gc.freeze()


def test_what_lives_once_it_is_warm_is_not_looked_through_again() -> None:
    application = Settling(lambda environ, _start: [environ["PATH_INFO"]], after=2)
    living = [{"route": number} for number in range(1_000)]

    first, frozen_at_first = application({"PATH_INFO": b"/a"}, print), gc.get_freeze_count()
    second, frozen = application({"PATH_INFO": b"/b"}, print), gc.get_freeze_count()

    assert (first, second) == ([b"/a"], [b"/b"])
    assert frozen_at_first == 0
    assert frozen > len(living)


def test_it_settles_once() -> None:
    application = Settling(lambda _environ, _start: [], after=1)
    application({}, print)
    gc.unfreeze()

    application({}, print)

    assert gc.get_freeze_count() == 0
