"""Tokens that say where a reader goes on: opaque, signed, durable, good for one listing only."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from .errors import ValidationError

_SIGNATURE = 16


class Pages:
    """Prints and reads tokens; `scope` names the listing (operation and filters) they belong to."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"jupyter-train pages\0" + secret.encode()).digest()

    def print(self, scope: str, *place: Any) -> str:
        """Return the token for a place in a listing."""
        data = json.dumps(place, separators=(",", ":")).encode()
        signed = self._signature(scope, data) + data
        return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()

    def read(self, scope: str, token: str) -> list[Any]:
        """Return the place a token was printed for, or raise ValidationError."""
        try:
            signed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (ValueError, binascii.Error):
            signed = b""
        signature, data = signed[:_SIGNATURE], signed[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._signature(scope, data)):
            raise ValidationError(
                "the given NextToken is invalid: it is not one that this listing, with the same "
                "filters, has returned"
            )
        place: list[Any] = json.loads(data)
        return place

    def _signature(self, scope: str, data: bytes) -> bytes:
        message = scope.encode() + b"\0" + data
        return hmac.new(self._key, message, hashlib.sha256).digest()[:_SIGNATURE]
