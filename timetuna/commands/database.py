"""What commands say when the database does not answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError

from timetuna.processes.ending import Refusal


@contextmanager
def database_answers() -> Iterator[None]:
    """Turn the database's errors into a sentence. Drivers say addresses, never passwords."""
    try:
        yield
    except ProgrammingError as error:
        raise Refusal("The database is not up to date; run `timetuna migrate` first.") from error
    except OperationalError as error:
        said = str(error).strip().splitlines()[0]
        if "no such table" in said:
            raise Refusal("The database is not up to date; run `timetuna migrate` first.") from error
        raise Refusal(f"The database cannot be used ({said}). DATABASE_URL says where it is.") from error
    except (DatabaseError, InterfaceError) as error:
        raise Refusal("The database cannot be used. DATABASE_URL says where it is.") from error
