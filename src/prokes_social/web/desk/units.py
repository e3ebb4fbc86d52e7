"""Units: the tree with who works and posts where; one is renamed, moved about or dissolved."""

from fastapi import Response

from prokes_social.app.units import UnitRow
from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.model.account import Unit
from prokes_social.model.user import Right
from prokes_social.web.desk._visit import Area, Visit
from prokes_social.web.desk._words import plain

area = Area(topic="how-to/list-your-staff")


@area.get("/units", Right.SEE)
def listing(visit: Visit) -> Response:
    rows = _seen(visit)
    top = min((row.depth for row in rows), default=0)
    return visit.show("units.html.j2", rows=rows, top=top)


@area.get("/units/{unit}", Right.SEE)
def one(visit: Visit) -> Response:
    return _page(visit)


@area.post("/units/{unit}/rename", Right.MANAGE)
def rename(visit: Visit) -> Response:
    row = _row(visit)
    if row is None:
        return visit.missing()
    try:
        renamed = visit.app.units.rename(row.unit, visit.form.get("name", "")[:200])
    except SettingsError as error:
        return _page(visit, 422, wrong={"name": plain(error)})
    visit.app.audit.note(who=visit.who, act="unit.rename", subject=f"unit:{row.unit.id}")
    return visit.go(f"/units/{row.unit.id}", ok=_("It is called “{name}” now.", name=renamed.name))


@area.post("/units/{unit}/move", Right.MANAGE)
def move(visit: Visit) -> Response:
    row = _row(visit)
    if row is None:
        return visit.missing()
    try:
        moved = visit.app.units.move(row.unit, _chosen(visit, "under", top=visit.user.unit_id is None))
    except SettingsError as error:
        return _page(visit, 422, wrong={"under": plain(error)})
    visit.app.audit.note(
        who=visit.who, act="unit.move", subject=f"unit:{row.unit.id}", before=row.unit.parent or "",
        after=moved.parent or "",
    )  # fmt: skip
    return visit.go(f"/units/{row.unit.id}", ok=_("It stands in its new place."))


@area.post("/units/{unit}/dissolve", Right.MANAGE)
def dissolve(visit: Visit) -> Response:
    row = _row(visit)
    if row is None or row.unit.id == visit.user.unit_id:
        return visit.missing()
    if visit.form.get("sure") != "yes":
        return _page(visit, 422, wrong={"into": _("Please tick that it is to end.")})
    try:
        done = visit.app.units.dissolve(row.unit, _chosen(visit, "into", top=True))
    except SettingsError as error:
        return _page(visit, 422, wrong={"into": plain(error)})
    visit.app.audit.note(
        who=visit.who, act="unit.dissolve", subject=f"unit:{row.unit.id}", after=done.into.id if done.into else ""
    )
    return visit.go("/units", ok=_("“{name}” was dissolved; what was counted there stays.", name=row.unit.name))


def _page(visit: Visit, status: int = 200, *, wrong: dict[str, str] | None = None) -> Response:
    row = _row(visit)
    if row is None:
        return visit.missing()
    rows = _seen(visit)
    return visit.show(
        "unit.html.j2", status, row=row, rows=rows, wrong=wrong or {}, form=visit.form,
        above=next((each.unit for each in rows if each.unit.id == row.unit.parent), None),
        below=[each for each in rows if each.unit.parent == row.unit.id],
    )  # fmt: skip


def _seen(visit: Visit) -> list[UnitRow]:
    units = visit.units
    return [row for row in visit.app.units.tree() if units is None or row.unit.id in units]


def _row(visit: Visit) -> UnitRow | None:
    return next((row for row in _seen(visit) if row.unit.id == visit.path["unit"]), None)


def _chosen(visit: Visit, name: str, *, top: bool) -> Unit | None:
    """A unit that this user sees; None for none at all, where that is an answer. Raises SettingsError."""
    wanted = visit.form.get(name, "")
    found = next((row.unit for row in _seen(visit) if row.unit.id == wanted), None)
    if found is None and (wanted or not top):
        raise SettingsError(_("There is no unit “{unit}”.", unit=wanted[:80]), hint=_("Choose one from the list."))
    return found
