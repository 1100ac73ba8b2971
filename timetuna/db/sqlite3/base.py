"""The connection, by the name under which Django looks for it."""

import sqlite3
from contextlib import closing
from functools import lru_cache

from django.db.backends.sqlite3 import base, features


@lru_cache(maxsize=1)
def knows_json() -> bool:
    with closing(sqlite3.connect(":memory:")) as memory:
        try:
            memory.execute("SELECT json('{}')")
        except sqlite3.OperationalError:
            return False
    return True


class DatabaseFeatures(features.DatabaseFeatures):
    """What SQLite can do.

    Django asks each connection's file for JSON, in a transaction that takes the write lock, and remembers for ever
    that there is none when another process has the lock: pages of that thread then fail until the restart.
    """

    supports_json_field = property(lambda _self: knows_json())
    can_introspect_json_field = supports_json_field
    has_json_object_function = supports_json_field


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to a file."""

    features_class = DatabaseFeatures
