"""Users of the desk: who may do what, who is let in and who no longer; a new password is shown once."""

from fastapi import Response

from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.keys import Secret
from prokes_social.model.user import Right, Role, User
from prokes_social.web.desk._visit import Area, Visit
from prokes_social.web.desk._words import plain

area = Area(topic="how-to/work-at-the-desk")


@area.get("/users", Right.MANAGE)
def listing(visit: Visit) -> Response:
    return _page(visit)


@area.post("/users", Right.MANAGE)
def add(visit: Visit) -> Response:
    """The one page that shows the first password; it is not kept anywhere, so there is no going back to it."""
    unit = visit.form.get("unit", "") or visit.user.unit_id
    try:
        if unit and not visit.sees(unit):
            raise SettingsError(_("There is no unit “{unit}”.", unit=unit[:80]), hint=_("Choose one from the list."))
        user, password = visit.app.users.add(
            visit.form.get("name", "")[:200], _roles(visit), by=visit.who, unit=unit or None
        )
    except SettingsError as error:
        return _page(visit, 422, wrong=plain(error))
    return _page(visit, made=user, password=password)


@area.get("/users/{user}", Right.MANAGE)
def one(visit: Visit) -> Response:
    found = _found(visit)
    return _one(visit, found) if found else visit.missing()


@area.post("/users/{user}/roles", Right.MANAGE)
def set_roles(visit: Visit) -> Response:
    found = _found(visit)
    if found is None:
        return visit.missing()
    try:
        visit.app.users.set_roles(found.name, _roles(visit), by=visit.who)
    except SettingsError as error:
        return _one(visit, found, 422, wrong=plain(error))
    return visit.go(f"/users/{found.name}", ok=_("The roles are changed; they log in again."))


@area.post("/users/{user}/disable", Right.MANAGE)
def disable(visit: Visit) -> Response:
    found = _found(visit)
    if found is None:
        return visit.missing()
    try:
        visit.app.users.disable(found.name, by=visit.who)
    except SettingsError as error:
        return _one(visit, found, 422, wrong=plain(error))
    return visit.go(f"/users/{found.name}", ok=_("“{name}” is out, and can't log in any more.", name=found.name))


@area.post("/users/{user}/enable", Right.MANAGE)
def enable(visit: Visit) -> Response:
    found = _found(visit)
    if found is None:
        return visit.missing()
    visit.app.users.enable(found.name, by=visit.who)
    return visit.go(f"/users/{found.name}", ok=_("“{name}” may log in again.", name=found.name))


@area.post("/users/{user}/password", Right.MANAGE)
def reset_password(visit: Visit) -> Response:
    """Shown once, as a first password is."""
    found = _found(visit)
    if found is None:
        return visit.missing()
    if found.id == visit.user.id:
        return visit.go("/me/password")
    return _one(visit, found, password=visit.app.users.reset_password(found.name, by=visit.who))


@area.post("/users/{user}/code", Right.MANAGE)
def reset_code(visit: Visit) -> Response:
    found = _found(visit)
    if found is None:
        return visit.missing()
    visit.app.users.reset_code(found.name, by=visit.who)
    return visit.go(f"/users/{found.name}", ok=_("They set a new second factor up at the next login."))


def _page(
    visit: Visit, status: int = 200, *, wrong: str = "", made: User | None = None, password: Secret | None = None
) -> Response:  # fmt: skip
    typed = {} if made else dict(visit.form)
    return visit.show(
        "users.html.j2", status, users=[each for each in visit.app.users.listing() if _is_theirs(visit, each)],
        roles=list(Role), units=_units(visit), wrong=wrong, made=made, typed=typed,
        chosen=[] if made else visit.lists.get("role", []), password=password.reveal() if password else "",
    )  # fmt: skip


def _one(visit: Visit, user: User, status: int = 200, *, wrong: str = "", password: Secret | None = None) -> Response:
    chosen = visit.lists.get("role") if status == 422 else None
    return visit.show(
        "user.html.j2", status, user=user, roles=list(Role), wrong=wrong, unit=_units(visit).get(user.unit_id or ""),
        chosen=[role.value for role in user.roles] if chosen is None else chosen,
        password=password.reveal() if password else "",
    )  # fmt: skip


def _found(visit: Visit) -> User | None:
    name = visit.path["user"]
    return next((each for each in visit.app.users.listing() if each.name == name and _is_theirs(visit, each)), None)


def _is_theirs(visit: Visit, user: User) -> bool:
    """Whoever is bound to a unit looks after its users alone."""
    return visit.units is None or (user.unit_id is not None and visit.sees(user.unit_id))


def _units(visit: Visit) -> dict[str, str]:
    return {each.id: each.name for each in visit.app.units.all() if not each.dissolved_at and visit.sees(each.id)}


def _roles(visit: Visit) -> list[Role]:
    return [role for role in Role if role.value in visit.lists.get("role", [])]
