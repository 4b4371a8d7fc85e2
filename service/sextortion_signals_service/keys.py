"""API keys: who may ask. Only their SHA-256 is kept, in a setting or a file; `python -m ...keys NAME` makes one.

A plain hash is enough because keys are made here, of 256 random bits: nobody can guess one to hash it. A password
chosen by a person would need a slow hash, which no request could wait for.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from sextortion_signals_service.dialects import DISCOVERY_PREFIX, PERSPECTIVE_PREFIX

ANONYMOUS = "anonymous"
_ENTRY = re.compile(r"([A-Za-z0-9._-]{1,40})[:= \t]+([0-9a-fA-F]{64})", re.ASCII)
_BEARER = b"bearer "


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The name of a key, which may appear in logs, and the SHA-256 of the key itself."""

    name: str
    digest: bytes


def parse_keys(entries: Iterable[str]) -> tuple[ApiKey, ...]:
    """Read entries `name:sha256` (or with a space in between). Raises ValueError, without the entry, for a bad one."""
    keys = []
    for number, entry in enumerate(entries, start=1):
        found = _ENTRY.fullmatch(entry.strip())
        if found is None:
            raise ValueError(f"entry {number} is not 'name:sha256', with 64 hexadecimal digits")
        keys.append(ApiKey(found[1], bytes.fromhex(found[2])))
    names = [key.name for key in keys]
    if len(set(names)) < len(names):
        raise ValueError("two keys have the same name")
    return tuple(keys)


def read_key_file(path: Path) -> tuple[ApiKey, ...]:
    """Read a file with one `name sha256` a line; empty lines and lines with # are comments.

    Raises ValueError when it cannot be read, holds no key, or a line is wrong; the message never quotes it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file cannot be read ({type(error).__name__})") from None
    keys = parse_keys(line for line in lines if line.strip() and not line.lstrip().startswith("#"))
    if not keys:
        raise ValueError("the file holds no key")
    return keys


class KeyRing:
    """The keys that are accepted. Without any, everybody is `ANONYMOUS`."""

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        self._keys = tuple(keys)

    def name_of(self, scope: Scope) -> str | None:
        """Return the name of the key a request carries, or None if it carries none that is accepted."""
        if not self._keys:
            return ANONYMOUS
        digest = sha256(_presented(scope)).digest()
        found = None
        for key in self._keys:
            # All are compared, and each in constant time: how long it takes tells nothing about any of them.
            if compare_digest(digest, key.digest):
                found = key.name
        return found


def _presented(scope: Scope) -> bytes:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    authorization = headers.get(b"authorization", b"")
    if authorization[: len(_BEARER)].lower() == _BEARER:
        return authorization[len(_BEARER) :].strip()
    presented = headers.get(b"x-api-key", b"")
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if presented or not path.startswith((PERSPECTIVE_PREFIX, DISCOVERY_PREFIX)):
        return presented
    # Clients of the Perspective API have only these two places for it; no query string is ever logged.
    return headers.get(b"x-goog-api-key", b"") or _key_in_query(scope["query_string"])


def _key_in_query(query: bytes) -> bytes:
    values = (value for name, _, value in (part.partition(b"=") for part in query.split(b"&")) if name == b"key")
    return unquote_to_bytes(next(values, b""))


def new_key() -> str:
    """Return a new key of 256 random bits."""
    return f"ss_{secrets.token_urlsafe(32)}"


def main(arguments: Sequence[str]) -> int:
    """Make a key for the name given: the key on standard output, the line for the key file on standard error."""
    if len(arguments) != 1 or not _ENTRY.fullmatch(f"{arguments[0]} {'0' * 64}"):
        sys.stderr.write("usage: python -m sextortion_signals_service.keys NAME   (letters, digits, . _ -)\n")
        return 2
    key = new_key()
    sys.stderr.write("Give the caller the key below; it is kept nowhere. The line for the key file:\n")
    sys.stderr.write(f"{arguments[0]} {sha256(key.encode()).hexdigest()}\n")
    sys.stdout.write(f"{key}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
