"""Who knocks in, an open session out: passwords, second factors, and what slows guessing down."""

import hashlib
import secrets
from base64 import b32encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import cache
from importlib.resources import files

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from prokes_social.clock import Clock
from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.keys import KeyRing, Secret
from prokes_social.model.user import Session, User
from prokes_social.store import Connection, Store, audit, users

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
MOST_TRIES, WINDOW = 5, timedelta(minutes=15)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
#: A session is written down as seen at most this often.
STEP = timedelta(minutes=1)
_CODE = 30  #: seconds that a code lives (RFC 6238)
#: Shown in the app that makes the codes.
ISSUER = "prokes-social"


class Refusal(Enum):
    """Why nobody came in. Unknown, disabled and wrong look alike."""

    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, kw_only=True)
class Admitted:
    token: str  #: for the cookie; its digest alone is kept
    user: User
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class Admission:
    store: Store
    keys: KeyRing
    clock: Clock

    # --- coming and going ---

    def knock(self, name: str, password: str, *, address: str) -> Admitted | Refusal:
        """`address` is that of the browser. With a second factor the session is not whole yet."""
        name, now = name.strip().lower(), self.clock.now()
        tries = self._keys(name, address)
        with self.store.read() as tx:
            if users.most_tries(tx, tries, now - WINDOW) >= MOST_TRIES:
                return Refusal.LOCKED
            lock = users.lock_of(tx, name)
        fits = _fits(password, lock.password if lock else _nobody())
        if lock is None or not fits or lock.user.disabled_at:
            with self.store.write() as tx:
                users.note_try(tx, tries, now)
            return Refusal.WRONG
        return self._open(lock.user, tries=tries, is_whole=not lock.user.needs_code and not lock.user.has_code)

    def prove(self, session: Session, code: str, *, address: str) -> Admitted | Refusal:
        """The second factor. The session gets a new name with its new rights."""
        now, name = self.clock.now(), session.user.name
        tries = self._keys(f"{name} code", address)
        with self.store.read() as tx:
            if users.most_tries(tx, tries, now - WINDOW) >= MOST_TRIES:
                return Refusal.LOCKED
            lock = users.lock_of(tx, name)
        step = self._step_of(lock, code) if lock else None
        with self.store.write() as tx:
            if step is None or not users.take_code(tx, session.user.id, step):
                users.note_try(tx, tries, now)
                return Refusal.WRONG
            users.end_session(tx, session.id)
        return self._open(session.user, tries=tries, is_whole=True)

    def session(self, token: str) -> Session | None:
        """None where there is none, or it slept or lived too long."""
        now = self.clock.now()
        digest = _digest(token)
        with self.store.read() as tx:
            found = users.session_of(tx, digest, opened_after=now - LONGEST, seen_after=now - IDLE)
        if found and now - found.seen_at >= STEP:
            with self.store.write() as tx:
                users.touch(tx, digest, seen_at=now)
        return found

    def leave(self, session: Session) -> None:
        with self.store.write() as tx:
            users.end_session(tx, session.id)

    def notify(self, session: Session, kind: str, words: str) -> None:
        """To be shown on the next page."""
        with self.store.write() as tx:
            users.touch(tx, session.id, notice=[kind, words])

    def notified(self, session: Session) -> None:
        with self.store.write() as tx:
            users.touch(tx, session.id, notice=None)

    def csrf(self, session: Session) -> str:
        """What a form of this session carries; a page of somebody else's can't know it."""
        return self.keys.sign(session.id, purpose="csrf")

    def is_from(self, session: Session, csrf: str) -> bool:
        return self.keys.verify(session.id, csrf, purpose="csrf")

    def _open(self, user: User, *, tries: Collection[str], is_whole: bool) -> Admitted:
        token, now = secrets.token_urlsafe(32), self.clock.now()
        with self.store.write() as tx:
            users.forget_tries(tx, tries, now - WINDOW)
            users.forget_sessions(tx, opened_before=now - LONGEST, seen_before=now - IDLE)
            users.open_session(tx, _digest(token), user.id, is_whole=is_whole, now=now)
            audit.add(tx, who=f"user:{user.id}", act="login" if is_whole else "login.password",
                      subject=f"user:{user.id}", now=now)  # fmt: skip
        return Admitted(token=token, user=user, is_whole=is_whole)

    def _keys(self, name: str, address: str) -> tuple[str, str]:
        """By account and by address; digests, so that the table tells nobody's whereabouts."""
        return tuple(self.keys.sign(each, purpose="login") for each in (f"name {name}", f"address {address}"))  # type: ignore[return-value]

    # --- passwords and second factors ---

    def change_password(self, session: Session, old: str, new: str) -> bool:
        """Their other browsers are logged out. Raises SettingsError for a weak one; False where `old` is wrong."""
        digest = hashed(new, name=session.user.name)
        with self.store.read() as tx:
            lock = users.lock_of(tx, session.user.name)
        if lock is None or not _fits(old, lock.password):
            return False
        with self.store.write() as tx:
            users.change(tx, session.user.id, password=digest.reveal(), must_change=False)
            users.end_sessions(tx, session.user.id, but=session.id)
            self._note(tx, session.user, "user.password")
        return True

    def seed(self, session: Session) -> Secret:
        """For a new second factor; the same as long as this browser is open, as setting up takes a person minutes."""
        raw = hashlib.sha256(self.keys.sign(session.id, purpose="seed").encode()).digest()
        return Secret(b32encode(raw[:20]).decode())

    def set_up(self, session: Session, code: str) -> Admitted | None:
        """Keep the second factor, proved by its first code; the session is whole then. None for a wrong code."""
        user, seed = session.user, self.seed(session)
        step = _step(seed, code, now=int(self.clock.now().timestamp()))
        if user.has_code or step is None:
            return None
        sealed = self.keys.seal(seed.reveal(), context=f"user {user.id} seed")
        with self.store.write() as tx:
            users.change(tx, user.id, seed=sealed, code_at=step)
            users.end_sessions(tx, user.id)
            self._note(tx, user, "user.code")
        return self._open(user, tries=(), is_whole=True)

    def address_of(self, seed: Secret, user: User) -> Secret:
        """What an authenticator app reads from a picture (otpauth://)."""
        return Secret(pyotp.TOTP(seed.reveal()).provisioning_uri(name=user.name, issuer_name=ISSUER))

    def _step_of(self, lock: users.Lock, code: str) -> int | None:
        if lock.seed is None:
            return None
        seed = self.keys.open(lock.seed, context=f"user {lock.user.id} seed")
        return _step(seed, code, now=int(self.clock.now().timestamp()))

    def _note(self, tx: Connection, user: User, act: str) -> None:
        audit.add(tx, who=f"user:{user.id}", act=act, subject=f"user:{user.id}", now=self.clock.now())


def hashed(password: str, *, name: str) -> Secret:
    """Argon2id. Raises SettingsError for a password that would be guessed."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise SettingsError(
            _("A password has {least} to {most} characters.", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD),
            hint=_("Take four words that have nothing to do with each other."),
        )
    plain = password.lower()
    if plain in _common() or name.lower() in plain or len(set(plain)) < 5:
        raise SettingsError(
            _("This password is one of the first that would be tried."),
            hint=_("Take four words that have nothing to do with each other."),
        )
    return Secret(_hasher().hash(password))


def new_password() -> Secret:
    """For somebody else, who changes it at once."""
    return Secret("-".join(secrets.token_hex(3) for _part in range(3)))


def _fits(password: str, digest: Secret) -> bool:
    try:
        return _hasher().verify(digest.reveal(), password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def _step(seed: Secret, code: str, *, now: int) -> int | None:
    """The half minute that a code is of: this one or its neighbours, as clocks of phones differ."""
    code = "".join(code.split())
    if not (len(code) == 6 and code.isascii() and code.isdecimal()):
        return None
    made = pyotp.TOTP(seed.reveal())
    steps = (now // _CODE + shift for shift in (0, -1, 1))
    return next((step for step in steps if secrets.compare_digest(made.generate_otp(step), code)), None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> Secret:
    """Checked where there is no such user, so that the answer takes as long."""
    return Secret(_hasher().hash(secrets.token_urlsafe(16)))


@cache
def _common() -> frozenset[str]:
    return frozenset(files("prokes_social").joinpath("common_passwords.txt").read_text("utf-8").split())
