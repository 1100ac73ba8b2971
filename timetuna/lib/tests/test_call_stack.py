import sys
import threading

import pytest

from timetuna.lib.call_stack import with_room


def depth_of(levels: int) -> int:
    return 1 + depth_of(levels - 1) if levels else 0


def test_it_passes_on_what_it_is_given_and_what_comes_back() -> None:
    assert with_room(divmod, 7, 2) == (3, 1)
    assert with_room(int, "ff", base=16) == 255


def test_errors_come_through_with_their_way() -> None:
    with pytest.raises(ZeroDivisionError) as error:
        with_room(divmod, 1, 0)

    assert "with_room" in [entry.name for entry in error.traceback]


def test_calls_go_as_deep_as_without_it_in_every_thread() -> None:
    levels, found = sys.getrecursionlimit() - 300, list[int]()
    threads = [
        threading.Thread(target=lambda: found.append(with_room(with_room, depth_of, levels)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [levels] * 3
