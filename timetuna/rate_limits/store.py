"""Where counts are kept: a table without a log on PostgreSQL, a file of their own beside the database on SQLite.

Each process has one connection for it, outside of every request's transaction: what was counted stays counted when a
transaction is undone, and counting never waits for whoever writes to the database.
"""

import atexit
import logging
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import OperationalError, connections

from timetuna.lib.text import log_value

log = logging.getLogger("timetuna.rate_limits")
Row = tuple[Any, ...]

MOST_ROWS = 200_000
"""About 30 MB. Beyond it those go first that say least: whoever invents subjects makes rows of one."""
SWEPT_EVERY, SWEPT_AFTER_SECONDS, SWEPT_AT_ONCE = 1_000, 600.0, 5_000
"""A process sweeps after so many counts, or at the first one after so long; so many rows that are over at a time."""
CLOCKS_DIFFER = 60
"""A row that ends later than one begun now would, by more than this many seconds, is of a clock that was wrong."""
BUSY_MS, STATEMENT_MS = 500, 1_000
AWAY_SECONDS = 1.0
"""Nobody tries to connect again so soon after somebody could not."""
LARGEST_DOUBLING = 16

TABLE = """
CREATE {kind} rate_limit_counts (
  key text NOT NULL PRIMARY KEY,
  used bigint NOT NULL,
  last_at double precision NOT NULL,
  ends_at double precision NOT NULL,
  most bigint NOT NULL,
  seconds bigint NOT NULL,
  first_delay bigint NOT NULL,
  longest_delay bigint NOT NULL,
  before_at double precision
)"""
"""before_at: `last_at` as it was before the last one, for the case that this is taken back."""


class StoreAway(OperationalError):  # noqa: N818 - it says what is the matter
    """The counts cannot be reached: for whoever asks it is as if the database could not."""


class CounterRow(NamedTuple):
    """One row to count in. With `longest` it is a growing delay; without, a window of `seconds`."""

    key: str
    cost: int
    most: int
    seconds: int
    first: int = 0
    longest: int = 0


class Counted(NamedTuple):
    """One row as it is stored; moments are seconds since the epoch."""

    used: int
    last_at: float
    ends_at: float

    def counts(self, asked: CounterRow, now: float) -> bool:
        return now < self.ends_at <= now + asked.seconds + CLOCKS_DIFFER

    def wait(self, asked: CounterRow, now: float) -> float:
        """In seconds; the same rule as `_CLOSED`."""
        if not self.counts(asked, now) or self.used + asked.cost <= asked.most:
            return 0.0
        if not asked.longest:
            return self.ends_at - now
        doublings = min(self.used - asked.most, LARGEST_DOUBLING)
        return max(0.0, self.last_at + min(asked.longest, asked.first << max(doublings, 0)) - now)


_PARTS = ("key", "used", "most", "seconds", "first_delay", "longest_delay")
_TYPES = ("text", *["bigint"] * 5)
_RUNS = """counted.ends_at > CAST(:now AS double precision)
  AND counted.ends_at <= CAST(:now AS double precision) + {asked}.seconds + {slack}"""
_CLOSED = """{runs} AND counted.used + {asked}.used > {asked}.most AND (
    {asked}.longest_delay = 0
    OR counted.last_at + {least}(
      {asked}.longest_delay,
      {asked}.first_delay << CAST({least}({greatest}(counted.used - {asked}.most, 0), {doublings}) AS integer)
    ) > CAST(:now AS double precision)
  )"""
_ADD = """
WITH asked ({parts}) AS (VALUES {values})
INSERT INTO rate_limit_counts AS counted ({parts}, last_at, ends_at)
SELECT {parts}, CAST(:now AS double precision), CAST(:now AS double precision) + seconds FROM asked
WHERE NOT EXISTS (
  SELECT 1 FROM rate_limit_counts AS counted JOIN asked ON asked.key = counted.key WHERE {closed_before}
)
ORDER BY key
ON CONFLICT (key) DO UPDATE SET
  used = CASE WHEN {runs} THEN counted.used + excluded.used ELSE excluded.used END,
  ends_at = CASE WHEN {runs} AND excluded.longest_delay = 0 THEN counted.ends_at ELSE excluded.ends_at END,
  before_at = counted.last_at, last_at = excluded.last_at, most = excluded.most, seconds = excluded.seconds,
  first_delay = excluded.first_delay, longest_delay = excluded.longest_delay
WHERE NOT ({closed_now})
RETURNING key, used, last_at, ends_at"""


_LAST = "last_at = CAST(:at AS double precision) AND before_at IS NOT NULL"
_TAKE_BACK = f"""
UPDATE rate_limit_counts SET
  used = used - :used,
  ends_at = CASE WHEN {_LAST} AND longest_delay > 0 THEN before_at + seconds ELSE ends_at END,
  last_at = CASE WHEN {_LAST} THEN before_at ELSE last_at END
WHERE key = :key AND used >= :used"""  # noqa: S608 - no value in it
_DROP_ONLY = "DELETE FROM rate_limit_counts WHERE key = :key AND used = :used RETURNING key"


class Store:
    """The counts, by one connection that the threads of this process take in turns. Raises StoreAway."""

    errors: tuple[type[Exception], ...] = ()
    least, greatest = "LEAST", "GREATEST"

    def __init__(self) -> None:
        self.written = False
        self._lock = threading.Lock()
        self._connection: Any = None
        self._since_sweep, self._swept_at = 0, time.monotonic()
        self._away_until = 0.0

    def add(self, asked: Sequence[CounterRow], *, now: float) -> dict[str, Counted]:
        """Count all rows if none of them is closed; return those that were counted, as they stand then, by key.

        These are all or none, unless another process was faster at one.
        """
        values = {
            f"{part}{n}": value
            for n, row in enumerate(asked)
            for part, value in zip(_PARTS, row, strict=True)
        }
        found = self._run(_adding(len(asked), self.least, self.greatest), values | {"now": now})
        done = {key: Counted(*columns) for key, *columns in found}
        self.written = self.written or bool(done)
        self._sweep_sometimes(len(done), now)
        return done

    def read(self, asked: Iterable[CounterRow]) -> dict[str, Counted]:
        keys = {f"key{n}": row.key for n, row in enumerate(asked)}
        names = ", ".join(f":{name}" for name in keys)
        sql = f"SELECT key, used, last_at, ends_at FROM rate_limit_counts WHERE key IN ({names})"  # noqa: S608 - names of ours
        return {key: Counted(*columns) for key, *columns in self._run(sql, keys)}

    def take_back(self, asked: Iterable[CounterRow], *, at: float | None = None) -> None:
        """Count so much less; a row at a time, so that nobody is waited for while another row is locked.

        at: when it was counted. Of what is still the last that was counted nothing stays.
        """
        for row in asked:
            values = {"key": row.key, "used": row.cost, "at": at}
            if not self._run(_DROP_ONLY, values):
                self._run(_TAKE_BACK, values)

    def forget(self, asked: Iterable[CounterRow]) -> None:
        for row in asked:
            self._run("DELETE FROM rate_limit_counts WHERE key = :key", {"key": row.key})

    def forget_all(self) -> None:
        self._run("DELETE FROM rate_limit_counts", {})
        self.written = False

    def sweep(self, *, now: float, most_rows: int = MOST_ROWS) -> None:
        """Drop rows that are over, and of too many those that say least."""
        over = "ends_at <= :now OR ends_at > :now + seconds + :slack"
        over = f"SELECT key FROM rate_limit_counts WHERE {over} LIMIT :many"  # noqa: S608 - no value in it
        self._drop(over, {"now": now, "slack": CLOCKS_DIFFER, "many": SWEPT_AT_ONCE})
        ((rows,),) = self._run("SELECT count(*) FROM rate_limit_counts", {})
        if rows > most_rows:
            least = "SELECT key FROM rate_limit_counts ORDER BY used, ends_at LIMIT :many"
            self._drop(least, {"many": rows - most_rows + most_rows // 10})
            log.warning("there were %s counts of limits; those that said least were dropped", rows)

    def _drop(self, keys: str, values: dict[str, Any]) -> None:
        self._run(f"DELETE FROM rate_limit_counts WHERE key IN ({keys})", values)  # noqa: S608 - statements of ours

    def close(self) -> None:
        """Close the connection; the next count opens another one."""
        with self._lock:
            self._close()

    def _sweep_sometimes(self, counted: int, now: float) -> None:
        self._since_sweep += counted
        if self._since_sweep < SWEPT_EVERY and time.monotonic() < self._swept_at + SWEPT_AFTER_SECONDS:
            return
        self._since_sweep, self._swept_at = 0, time.monotonic()
        with suppress(StoreAway):  # it will be tried again
            self.sweep(now=now)

    def _run(self, sql: str, values: dict[str, Any]) -> list[Row]:
        if time.monotonic() < self._away_until or not self._lock.acquire(timeout=2 * STATEMENT_MS / 1000):
            raise StoreAway("Limits cannot be counted.")
        try:
            return self._tried(sql, values)
        except self.errors as error:
            log.error("limits cannot be counted: %s", log_value(str(error), max_length=200))  # noqa: TRY400 - a line
            raise StoreAway("Limits cannot be counted.") from error
        finally:
            self._lock.release()

    def _tried(self, sql: str, values: dict[str, Any]) -> list[Row]:
        """Run it; once more with a new connection where it was the connection that failed."""
        if self._connection is not None:
            try:
                return self.execute(self._connection, sql, values)
            except self.errors:
                self._close()
        try:
            self._connection = self.connect()
        except self.errors:
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise
        try:
            return self.execute(self._connection, sql, values)
        except self.errors:
            self._close()
            raise

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*self.errors):
                connection.close()

    def connect(self) -> Any:
        """Open a connection whose statements are each committed at once."""
        raise NotImplementedError

    def execute(self, connection: Any, sql: str, values: dict[str, Any]) -> list[Row]:
        """Run one statement, its values named ":so", and return the rows it answers with."""
        raise NotImplementedError


class SQLiteStore(Store):
    """A file beside the database's. Nothing in it is worth waiting for a disk, or repairing."""

    errors = (sqlite3.Error,)
    least, greatest = "MIN", "MAX"

    def __init__(self, database: str) -> None:
        super().__init__()
        self.path = beside(database)
        self._broken = False

    def connect(self) -> sqlite3.Connection:
        """Open the file, and make it anew where it cannot be read: after a loss of power, say."""
        if self._broken:
            self._remove()
        try:
            return self._opened()
        except sqlite3.OperationalError:  # locked, or no place left on the disk
            raise
        except sqlite3.DatabaseError:
            self._remove()
            return self._opened()

    def execute(self, connection: sqlite3.Connection, sql: str, values: dict[str, Any]) -> list[Row]:
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._broken = not isinstance(error, sqlite3.OperationalError)
            raise

    def _remove(self) -> None:
        self._broken = False
        for end in ("", "-wal", "-shm"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(TABLE.format(kind="TABLE IF NOT EXISTS"))
            connection.execute("SELECT key FROM rate_limit_counts LIMIT 1").fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        return connection


@lru_cache
def _adding(rows: int, least: str, greatest: str) -> str:
    """least, greatest: what the database calls them."""
    words = {
        "least": least,
        "greatest": greatest,
        "slack": CLOCKS_DIFFER,
        "doublings": LARGEST_DOUBLING,
    }
    before, now = _RUNS.format(asked="asked", **words), _RUNS.format(asked="excluded", **words)
    values = ", ".join(
        "("
        + ", ".join(f"CAST(:{part}{n} AS {kind})" for part, kind in zip(_PARTS, _TYPES, strict=True))
        + ")"
        for n in range(rows)
    )
    return _ADD.format(
        parts=", ".join(_PARTS),
        values=values,
        runs=now,
        closed_before=_CLOSED.format(runs=before, asked="asked", **words),
        closed_now=_CLOSED.format(runs=now, asked="excluded", **words),
    )


class PostgreSQLStore(Store):
    """The table of the migration."""

    def __init__(self) -> None:
        super().__init__()
        database: Any = connections["default"]
        self.errors = (database.Database.Error,)  # psycopg's, which nobody else has to load

    def connect(self) -> Any:
        """Connect as Django does; nobody waits long for a count."""
        wrapper: Any = connections["default"]
        values = wrapper.get_connection_params() | {"autocommit": True}
        connection = wrapper.Database.connect(**values)
        pooled = wrapper.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
        if not pooled:  # a pooler would hand the limits on to others
            connection.execute(f"SET lock_timeout = {BUSY_MS}")
            connection.execute(f"SET statement_timeout = {STATEMENT_MS}")
        return connection

    def execute(self, connection: Any, sql: str, values: dict[str, Any]) -> list[Row]:
        cursor = connection.execute(_named(sql), values)
        return cursor.fetchall() if cursor.description else []


_NAMED = re.compile(r":(\w+)")


@lru_cache
def _named(sql: str) -> str:
    """As psycopg writes the blanks of a statement."""
    return _NAMED.sub(r"%(\1)s", sql)


_stores: dict[tuple[int, str], Store] = {}
_opening = threading.Lock()


def store() -> Store:
    database = connections["default"]
    # After a fork a connection is another process's.
    place = (os.getpid(), str(database.settings_dict["NAME"]))
    with _opening:
        if place not in _stores:
            sqlite = database.vendor == "sqlite"
            _stores[place] = SQLiteStore(place[1]) if sqlite else PostgreSQLStore()
        return _stores[place]


def opened() -> list[Store]:
    return [one for (pid, _), one in _stores.items() if pid == os.getpid()]


@atexit.register
def close_all() -> None:
    for one in opened():
        one.close()


def beside(database: str) -> str:
    """The file of the counts: in memory where the database is."""
    if ":memory:" in database or "mode=memory" in database:
        return ":memory:"
    path = Path(database)
    return str(path.with_name(f"{path.stem}-limits{path.suffix or '.sqlite3'}"))
