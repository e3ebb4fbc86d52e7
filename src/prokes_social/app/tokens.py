"""Tokens of the API: made, listed, revoked, and looked at whenever one is shown.

A token acts for the user who made it and never may do more than they may; so it ends with their rights.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.keys import Secret
from prokes_social.model.token import NEEDS, Scope, Token
from prokes_social.model.user import User
from prokes_social.store import audit, users
from prokes_social.store import tokens as rows

if TYPE_CHECKING:
    from prokes_social.app import App

#: What a token begins with, so that one that was lost in a file or a log is recognised.
PREFIX = "prokes_"
LASTS, LONGEST = timedelta(days=90), timedelta(days=366)
#: A token is written down as used at most this often.
STEP = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Whose token was shown, and what it may do at this moment."""

    token: Token
    user: User

    @property
    def scopes(self) -> frozenset[Scope]:
        return frozenset(scope for scope in self.token.scopes if NEEDS[scope] in self.user.rights)


class Tokens:
    def __init__(self, app: "App") -> None:
        self._app = app

    def make(
        self, label: str, scopes: Collection[Scope], *, user: User, by: str, lasting: timedelta = LASTS
    ) -> tuple[Token, Secret]:
        """The token and its words, told this once. Raises SettingsError."""
        label = label.strip()
        self._require(label, frozenset(scopes), user, lasting)
        words, now = PREFIX + secrets.token_urlsafe(32), self._app.clock.now()
        with self._app.store.write() as tx:
            if rows.good(tx, now) >= rows.MOST:
                raise SettingsError(_("There are too many tokens."), hint=_("Revoke those that nobody uses."))
            made = rows.add(
                tx, _digest(words), label=label, scopes=scopes, made_by=user.id, now=now, ends_at=now + lasting
            )
            said = ", ".join(sorted(scope.value for scope in scopes))
            audit.add(tx, who=by, act="token.make", subject=f"token:{made}", now=now, after=said)
            token = rows.get(tx, made)
        assert token is not None  # noqa: S101 - it was made a moment ago
        return token, Secret(words)

    def listing(self) -> list[tuple[Token, str]]:
        """Each token with the name of whom it acts for, the newest first."""
        with self._app.store.read() as tx:
            names = {each.id: each.name for each in users.listing(tx)}
            return [(each, names.get(each.made_by, "–")) for each in rows.listing(tx)]

    def revoke(self, token_id: int, *, by: str) -> Token:
        """It opens nothing any more, from this moment on. Raises SettingsError where there is none."""
        now = self._app.clock.now()
        with self._app.store.write() as tx:
            token = rows.get(tx, token_id)
            if token is None:
                raise SettingsError(
                    _("There is no token {number}.", number=token_id),
                    hint=_("See which there are with `prokes token list`."),
                )
            if rows.revoke(tx, token_id, now):
                audit.add(tx, who=by, act="token.revoke", subject=f"token:{token_id}", now=now)
        return token

    def bearer(self, words: str) -> Bearer | None:
        """None for what is no token, or none any more, or acts for somebody who may not come in."""
        if not words.startswith(PREFIX) or len(words) > 100:
            return None
        now = self._app.clock.now()
        with self._app.store.read() as tx:
            token = rows.by_digest(tx, _digest(words))
            user = users.by_id(tx, token.made_by) if token else None
        if token is None or user is None or not token.is_good(now) or user.disabled_at or user.unit_id is not None:
            return None
        if token.used_at is None or now - token.used_at >= STEP:
            with self._app.store.write() as tx:
                rows.note_use(tx, token.id, now)
        return Bearer(token=token, user=user)

    def _require(self, label: str, scopes: frozenset[Scope], user: User, lasting: timedelta) -> None:
        if not 2 <= len(label) <= 60 or not label.isprintable():
            raise SettingsError(_("A token needs a name."), hint=_("Say which program uses it, in 2 to 60 characters."))
        if not scopes:
            raise SettingsError(_("A token needs something that it may do."), hint=_("Choose at least one."))
        if not timedelta(0) < lasting <= LONGEST:
            raise SettingsError(_("A token lasts at most a year."), hint=_("Make a new one in time."))
        if user.unit_id is not None:
            raise SettingsError(
                _("A token sees every unit, so whoever makes it must too."), hint=_("Ask an admin of the whole office.")
            )
        beyond = sorted(str(scope.label) for scope in scopes if NEEDS[scope] not in user.rights)
        if beyond:
            raise SettingsError(
                _("{name} may not do this: {what}.", name=user.name, what=", ".join(beyond)),
                hint=_("A token may do no more than the user it acts for."),
            )


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
