"""A word within a column, in upper and lower case: `name__in_any_case="ada"`."""

from re import escape
from typing import TYPE_CHECKING, Any

from django.db.models import CharField
from django.db.models.functions import Collate, Lower
from django.db.models.lookups import Contains, Lookup, Regex

if TYPE_CHECKING:
    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup


@CharField.register_lookup
class InAnyCase(_Lookup):
    """Databases disagree about case, so it is spelled out in a regular expression.

    All know that of ASCII, and LIKE is many times as fast: SQLite calls Python for each regular expression.
    """

    lookup_name = "in_any_case"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        statement, values = self._looked(connection.vendor).as_sql(compiler, connection)
        return statement, values

    def _looked(self, vendor: str) -> Any:
        word = str(self.rhs)
        if not word.isascii():
            return Regex(self.lhs, _spelled(word))
        if vendor == "sqlite":  # whose LIKE takes upper for lower case, of ASCII alone
            return Contains(self.lhs, word)
        return Contains(Lower(Collate(self.lhs, "C")), word.lower())


def _spelled(word: str) -> str:
    spellings = (sorted({sign, sign.lower(), sign.upper()}) for sign in word)
    return "".join(f"(?:{'|'.join(map(escape, each))})" for each in spellings)
