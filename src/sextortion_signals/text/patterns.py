"""Regular expressions that are compiled at their first use.

The character classes of this package are long, and compiling all of its patterns takes some 70 ms: half of what a
process needed up to its first score. Most texts are plain Japanese or English and need only a few of them.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub")


class _LazyPattern(Generic[AnyStr]):
    """Stands for a compiled pattern. Its methods become those of the pattern itself at the first call of one."""

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Only asked for what the instance does not have yet; threads that meet here do the same work twice, no harm.
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(self, name)


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what behaves as `re.compile(pattern, flags)` does, with the searching and replacing methods alone."""
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))
