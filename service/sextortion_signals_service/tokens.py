"""A conversation's state as a string that the client keeps: readable by nobody but this service, as far as it counts.

The service stores nothing, so the client sends back what it was given. A key that only the service knows signs it
(HMAC with SHA-256, RFC 2104), so that nobody can hand in a state of their own making; the signature also covers the
model, because the numbers of one mean nothing to another. It is signed, not encrypted: it holds the senders' ids.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from sextortion_signals.conversation import ConversationState, dump_state, load_state
from sextortion_signals.detector import Detector
from sextortion_signals_service.problems import INVALID_STATE, ProblemError

TOKEN_VERSION = "v1"  # noqa: S105
_HASH = "sha256"


class StateTokens:
    """Signs and reads states for one detector. Without a `key` one is made, which ends with the process."""

    def __init__(self, detector: Detector, key: str | None = None) -> None:
        self._key = (key or secrets.token_hex(32)).encode()
        judges = [str(entry.get("sha256")) for entry in detector.manifest.conversation_files.values()]
        self._about = "/".join([TOKEN_VERSION, detector.manifest.sha256, *judges, detector.tier, ""]).encode()

    def pack(self, state: ConversationState) -> str:
        """Return `v1.STATE.SIGNATURE`, ASCII that needs no escapes in JSON and addresses."""
        content = json.dumps(dump_state(state), separators=(",", ":")).encode()
        return ".".join((TOKEN_VERSION, _text(content), _text(self._signature(content))))

    def unpack(self, token: str) -> ConversationState:
        """Return the state. Raises the problem `invalid-state` for anything that this service has not signed."""
        try:
            version, *parts = token.split(".")
            content, signature = (urlsafe_b64decode(part.encode("ascii") + b"==") for part in parts)
            if version == TOKEN_VERSION and hmac.compare_digest(signature, self._signature(content)):
                return load_state(json.loads(content))
        except ValueError:  # not base64, not two parts, not a state; RecursionError cannot pass the signature
            pass
        raise ProblemError(INVALID_STATE)

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, self._about + content, _HASH)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode("ascii").rstrip("=")
