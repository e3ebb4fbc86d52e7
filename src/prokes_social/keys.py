"""Encryption of credentials and signed links: a key ring in, sealed or signed text out; holds no other secret."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Shorter ones would eat ordinary words out of the log.
_WORTH_HIDING = 6
#: What left a Secret or went into a seal, in the forms in which it may turn up in a text; the oldest go first.
_spoken: dict[str, None] = {}
_MOST = 4000
_sorted: tuple[str, ...] = ()


def spoken_secrets() -> tuple[str, ...]:
    """Texts that must not be printed, the longest first; whoever writes a log takes them out."""
    global _sorted
    if not _sorted:
        _sorted = tuple(sorted(_spoken.copy(), key=len, reverse=True))
    return _sorted


def _note_spoken(text: str) -> None:
    if len(text) < _WORTH_HIDING or text in _spoken:
        return
    global _sorted
    _sorted = ()
    for form in (text, quote(text, safe=""), quote(text), quote_plus(text), json.dumps(text)[1:-1], repr(text)[1:-1]):
        _spoken[form] = None
    while len(_spoken) > _MOST:
        del _spoken[next(iter(_spoken))]


class Secret:
    """A text that never prints itself; `reveal()` is the only way to it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        _note_spoken(self._text)
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)


class WrongKey(Exception):
    """None of the keys opens the sealed value, or it was moved from another row."""


def new_key() -> str:
    """A fresh 256-bit key as text for PROKES_KEY or the key file."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class KeyRing:
    """Keys as bytes; the first seals and signs, the others still open (rotation)."""

    keys: tuple[bytes, ...]

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> "KeyRing":
        """Raises ValueError where a key is not 32 bytes of URL-safe base64."""
        keys = tuple(base64.urlsafe_b64decode(text) for text in texts)
        if not keys or any(len(key) != 32 for key in keys):
            raise ValueError("a key is 32 bytes in URL-safe base64")
        return cls(keys)

    def seal(self, plain: str, *, context: str) -> bytes:
        """AES-256-GCM; `context` (account id and field) is bound in, so values can't be swapped between rows."""
        _note_spoken(plain)
        key = self._for_purpose(self.keys[0], "credential")
        nonce = os.urandom(12)
        return _key_id(key) + nonce + AESGCM(key).encrypt(nonce, plain.encode(), _key_id(key) + context.encode())

    def open(self, sealed: bytes, *, context: str) -> Secret:
        """Raises WrongKey."""
        for key in (self._for_purpose(raw, "credential") for raw in self.keys):
            if _key_id(key) != sealed[:4]:
                continue
            try:
                plain = AESGCM(key).decrypt(sealed[4:16], sealed[16:], sealed[:4] + context.encode())
            except InvalidTag as error:
                raise WrongKey(context) from error
            return Secret(plain.decode())
        raise WrongKey(context)

    def sign(self, text: str, *, purpose: str) -> str:
        """A short signature; each purpose has a key of its own, so one link never opens another door."""
        return _signature(self._for_purpose(self.keys[0], purpose), text)

    def signatures(self, text: str, *, purpose: str) -> tuple[str, ...]:
        """By each key of the ring, the newest first: to find again what was stored under an older one."""
        return tuple(_signature(self._for_purpose(raw, purpose), text) for raw in self.keys)

    def verify(self, text: str, signature: str, *, purpose: str) -> bool:
        expected = self.signatures(text, purpose=purpose)
        return any(hmac.compare_digest(each.encode(), signature.encode()) for each in expected)

    @staticmethod
    def _for_purpose(key: bytes, purpose: str) -> bytes:
        # HKDF-Expand with one block (RFC 5869 2.3): the ring's keys are uniform already, so no extract step.
        return hmac.digest(key, b"prokes-social/" + purpose.encode() + b"\x01", "sha256")


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id" + key).digest()[:4]


def _signature(key: bytes, text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")[:18]).decode()
