"""Users of the desk: who they are and what they may do; each change of it leaves a trace."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from prokes_social.admitting import Admission, hashed, new_password
from prokes_social.errors import SettingsError
from prokes_social.i18n import LANGUAGES, _
from prokes_social.keys import Secret
from prokes_social.model.user import Role, User
from prokes_social.store import Connection, audit
from prokes_social.store import users as rows

if TYPE_CHECKING:
    from prokes_social.app import App

#: Names are typed at login, and stand in addresses.
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")


class Users:
    def __init__(self, app: "App") -> None:
        self._app = app

    @property
    def admission(self) -> Admission:
        return Admission(store=self._app.store, keys=self._app.settings.keys, clock=self._app.clock)

    def listing(self) -> list[User]:
        with self._app.store.read() as tx:
            return rows.listing(tx)

    def get(self, name: str) -> User:
        """Raises SettingsError where there is nobody of this name."""
        with self._app.store.read() as tx:
            lock = rows.lock_of(tx, name.strip().lower())
        if lock is None:
            raise SettingsError(
                _("There is no user “{name}”.", name=name), hint=_("See who there is with `prokes user list`.")
            )
        return lock.user

    def add(
        self, name: str, roles: Collection[Role], *, by: str, unit: str | None = None, language: str = ""
    ) -> tuple[User, Secret]:
        """The new user and a first password, to be changed at once. Raises SettingsError."""
        name = _name(name)
        password = new_password()
        unit_id = self._app.units.find(unit).id if unit else None
        try:
            with self._app.store.write() as tx:
                made = rows.add(
                    tx, name, roles=_some(roles), password=hashed(password.reveal(), name=name), unit_id=unit_id,
                    language=language if language in LANGUAGES else self._app.settings.language,
                    now=self._app.clock.now(),
                )  # fmt: skip
                self._note(tx, by, "user.add", made, after=_said(roles))
        except IntegrityError as error:
            raise SettingsError(
                _("There is a user “{name}” already.", name=name), hint=_("Choose another name for the new one.")
            ) from error
        return self.get(name), password

    def set_roles(self, name: str, roles: Collection[Role], *, by: str) -> User:
        """They are asked to log in again. Raises SettingsError where nobody would be left to look after users."""
        user = self.get(name)
        self._require_admin_left(user, frozenset(roles))
        self._change(user, by, "user.roles", roles=_some(roles), said=(_said(user.roles), _said(roles)))
        return self.get(name)

    def disable(self, name: str, *, by: str) -> User:
        """They are logged out at once. Raises SettingsError where nobody would be left to look after users."""
        user = self.get(name)
        self._require_admin_left(user, frozenset())
        self._change(user, by, "user.disable", disabled_at=self._app.clock.now())
        return self.get(name)

    def enable(self, name: str, *, by: str) -> User:
        self._change(self.get(name), by, "user.enable", disabled_at=None)
        return self.get(name)

    def reset_password(self, name: str, *, by: str) -> Secret:
        """A password of our making, to be changed at once."""
        user, password = self.get(name), new_password()
        digest = hashed(password.reveal(), name=user.name).reveal()
        self._change(user, by, "user.reset-password", password=digest, must_change=True)
        return password

    def reset_code(self, name: str, *, by: str) -> User:
        """After a lost phone: the second factor is set up anew at the next login."""
        self._change(self.get(name), by, "user.reset-code", seed=None)
        return self.get(name)

    def speak(self, user: User, language: str) -> None:
        if language in LANGUAGES:
            with self._app.store.write() as tx:
                rows.change(tx, user.id, language=language)

    def _change(self, user: User, by: str, act: str, *, said: tuple[str, str] = ("", ""), **values: Any) -> None:
        with self._app.store.write() as tx:
            rows.change(tx, user.id, **values)
            rows.end_sessions(tx, user.id)
            self._note(tx, by, act, user.id, before=said[0], after=said[1])

    def _note(self, tx: Connection, by: str, act: str, user_id: int, *, before: str = "", after: str = "") -> None:
        audit.add(tx, who=by, act=act, subject=f"user:{user_id}", now=self._app.clock.now(), before=before, after=after)

    def _require_admin_left(self, user: User, roles: frozenset[Role]) -> None:
        others = [each for each in self.listing() if each.id != user.id and not each.disabled_at]
        if Role.ADMIN in user.roles - roles and not any(Role.ADMIN in each.roles for each in others):
            raise SettingsError(
                _("“{name}” is the only admin left.", name=user.name),
                hint=_("Make somebody else an admin first, with `prokes user role NAME --role admin`."),
            )


def _name(text: str) -> str:
    name = text.strip().lower()
    if not 2 <= len(name) <= 40 or not set(name) <= _ALLOWED:
        raise SettingsError(
            _("“{name}” can't be a user's name.", name=text[:60]),
            hint=_("Take 2 to 40 of the letters a to z, digits, dots and hyphens."),
        )
    return name


def _some(roles: Collection[Role]) -> Collection[Role]:
    if not roles:
        raise SettingsError(_("A user needs a role."), hint=_("Choose from: {roles}.", roles=_said(tuple(Role))))
    return roles


def _said(roles: Collection[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))
