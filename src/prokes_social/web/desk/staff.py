"""Staff: who is here, one person's page and what they may ask of us, and the office's list taken in after a look.

Who declined is seen by nobody: numbers tell who agreed, and of enough people at once.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import Response

from prokes_social.app.received import Received
from prokes_social.app.staff import Preview
from prokes_social.errors import AlreadyMoved, ContentError, ProkesError
from prokes_social.i18n import _, n_
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.staff_list import Change, Kind, Known
from prokes_social.model.user import Right
from prokes_social.problem import Problem, Severity
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/list-your-staff")
ROWS = 50
#: People and problems that a preview names; the others are counted.
SHOWN, MOST_PROBLEMS = 20, 100
_ENDINGS = {".csv", ".xlsx", ".xls", ".ods"}


@area.get("/staff", Right.STAFF)
def listing(visit: Visit) -> Response:
    name, unit = visit.asked("q").strip()[:100], visit.asked("unit")
    number = visit.asked("page")
    page = int(number) if number.isascii() and number.isdecimal() and 0 < len(number) < 6 else 1
    units = visit.unit_names
    within = frozenset({unit}) if unit in units else visit.units
    found, count = visit.app.staff.page(name=name, within=within, start=(max(1, page) - 1) * ROWS, most=ROWS)
    return visit.show(
        "staff.html.j2", people=found, count=count, q=name, unit=unit, units=units, page=max(1, page),
        pages=-(-count // ROWS), agreeing=visit.app.staff.agreeing(visit.units), purposes=list(Purpose), masked=masked,
    )  # fmt: skip


# --- the office's list ---


@area.get("/staff/import", Right.STAFF)
def choose(visit: Visit) -> Response:
    return visit.missing() if visit.units is not None else visit.show("staff_import.html.j2", wrong="", problems=())


@area.get("/staff/template.xlsx", Right.STAFF)
def template(visit: Visit) -> Response:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return visit.send(visit.app.staff.template(), kind, name="pegawai.xlsx", caching="no-store")


@area.post("/staff/import", Right.STAFF)
def preview(visit: Visit) -> Response:
    """What a list would change; nothing is written but the list itself, for the yes that may follow."""
    assert visit.session is not None  # noqa: S101 - the page has a right
    if visit.units is not None:  # a list speaks of every unit
        return visit.missing()
    upload = visit.files.get("list")
    name = Path(upload.filename or "").name if upload else ""
    data = upload.file.read() if upload else b""
    if not data or Path(name).suffix.lower() not in _ENDINGS:
        return _again(visit, _("Choose a list: XLSX, ODS or CSV."))
    word = _received(visit).keep(data, session=visit.session.id, suffix=Path(name).suffix.lower())
    return _preview(visit, word, name[:120])


@area.post("/staff/import/take-in", Right.STAFF)
def take_in(visit: Visit) -> Response:
    assert visit.session is not None  # noqa: S101 - the page has a right
    word, session = visit.form.get("word", ""), visit.session.id
    if visit.units is not None:
        return visit.missing()
    if visit.form.get("what") == "drop":
        _received(visit).drop(word, session=session)
        return visit.go("/staff", ok=_("The list was put away; nothing was changed."))
    path = _received(visit).find(word, session=session)
    if path is None:
        return _again(visit, _("The list you looked at is no longer kept. Please choose it once more."))
    found = visit.app.staff.preview(path)
    mark_left = visit.form.get("left") == "yes"
    if wrong := _why_not(visit, found, mark_left=mark_left):
        return _preview(visit, word, visit.form.get("name", "")[:120], wrong=wrong)
    try:
        visit.app.staff.take_in(found, by=visit.user.name, mark_left=mark_left)
    except AlreadyMoved as error:
        return _preview(visit, word, visit.form.get("name", "")[:120], wrong=error.message)
    _received(visit).drop(word, session=session)
    visit.app.audit.note(who=visit.who, act="staff.import", subject="staff", after=_digest(found))
    return visit.go("/staff", ok=_("The directory is as the list says."))


# --- one person ---


@area.get("/staff/{id}", Right.STAFF)
def one(visit: Visit) -> Response:
    return _for_person(visit, lambda member: _page(visit, member))


@area.post("/staff/{id}/renew", Right.STAFF)
def renew(visit: Visit) -> Response:
    def act(member: StaffMember) -> Response:
        visit.app.sharing.end_links(member)
        return _done(visit, "staff.renew-link", member, _("The links given out before open nothing now."))

    return _for_person(visit, act)


@area.post("/staff/{id}/move", Right.STAFF)
def move(visit: Visit) -> Response:
    """To another unit that this user looks after; what was shared stays counted where it was."""

    def act(member: StaffMember) -> Response:
        names = visit.unit_names
        units = {each.id: each for each in visit.app.units.all() if each.id in names}
        unit = units.get(visit.form.get("unit", ""))
        if unit is None or unit.id == member.unit.id:
            return _page(visit, member, 422, wrong={"move": _("Choose the unit where they work now.")})
        visit.app.staff.move(member, unit)
        return _done(visit, "staff.move", member, _("They belong to {unit} from now on.", unit=unit.name))

    return _for_person(visit, act)


@area.post("/staff/{id}/leave", Right.STAFF)
def leave(visit: Visit) -> Response:
    def act(member: StaffMember) -> Response:
        visit.app.staff.leave(member)
        return _done(visit, "staff.leave", member, _("They are asked no more, and their link opens nothing."))

    return _for_person(visit, act)


@area.post("/staff/{id}/withdraw", Right.STAFF)
def withdraw(visit: Visit) -> Response:
    """They said: no more."""

    def act(member: StaffMember) -> Response:
        purposes = [each for each in Purpose if each.value in visit.lists.get("purpose", [])]
        if not purposes:
            return _page(visit, member, 422, wrong={"withdraw": _("Tick what they said no to.")})
        visit.app.privacy.withdraw(member, purposes, by=visit.user.name)
        return _done(visit, "staff.withdraw", member, _("It is recorded, and stopped everywhere from this moment on."))

    return _for_person(visit, act)


@area.post("/staff/{id}/forget", Right.STAFF)
def forget(visit: Visit) -> Response:
    """For good; the name is typed, so that nobody else is meant."""

    def act(member: StaffMember) -> Response:
        typed = " ".join(visit.form.get("name", "").split())
        if typed != " ".join(member.name.split()):
            return _page(visit, member, 422, wrong={"forget": _("This is not the name as it stands above.")})
        try:
            done = visit.app.privacy.forget(member)
        except AlreadyMoved as error:
            return _page(visit, member, 409, wrong={"forget": error.message})
        visit.app.audit.note(who=visit.who, act="staff.forget", subject=f"person:{member.id}")
        return visit.show("staff_forgotten.html.j2", done=done, home=visit.app.settings.home)

    return _for_person(visit, act)


def _for_person(visit: Visit, act: Callable[[StaffMember], Response]) -> Response:
    member = visit.app.staff.get(visit.number())
    return act(member) if member and visit.sees(member.unit.id) else visit.missing()


def _done(visit: Visit, act: str, member: StaffMember, words: str) -> Response:
    visit.app.audit.note(who=visit.who, act=act, subject=f"person:{member.id}")
    return visit.go(f"/staff/{member.id}", ok=words)


def _page(visit: Visit, member: StaffMember, status: int = 200, *, wrong: dict[str, str] | None = None) -> Response:
    return visit.show(
        "staff_member.html.j2", status, member=member, contact=masked(member.contact), purposes=list(Purpose),
        wrong=wrong or {}, units=visit.unit_names, typed=visit.form.get("name", "")[:200],
        chosen=visit.lists.get("purpose", []),
    )  # fmt: skip


def masked(contact: str) -> str:
    """Enough to know it again by, too little to call."""
    if not contact:
        return ""
    if "@" in contact:
        name, _at, host = contact.partition("@")
        return f"{name[:1]}•••@{host}"
    return f"{contact[:5]}••••{contact[-3:]}" if len(contact) > 9 else "••••"


# --- what a list would change ---


def _preview(visit: Visit, word: str, name: str, *, wrong: str = "") -> Response:
    assert visit.session is not None  # noqa: S101 - the page has a right
    path = _received(visit).find(word, session=visit.session.id)
    if path is None:
        return _again(visit, _("The list you looked at is no longer kept. Please choose it once more."))
    try:
        found = visit.app.staff.preview(path)
    except ContentError as error:
        _received(visit).drop(word, session=visit.session.id)
        return _again(visit, error.message, error.problems)
    except ProkesError as error:
        _received(visit).drop(word, session=visit.session.id)
        return _again(visit, error.message)
    return visit.show(
        "staff_preview.html.j2", 422 if wrong else 200, word=word, name=name, wrong=wrong, **_said(visit, found)
    )


def _said(visit: Visit, found: Preview) -> dict[str, Any]:
    units = {unit.id: unit.name for unit in (*visit.app.units.all(), *found.plan.units)}
    problems = found.problems
    errors = [each for each in problems if each.severity is Severity.ERROR]
    told = [*errors, *(each for each in problems if each.severity is not Severity.ERROR)]
    groups = [
        (_("new"), [_named(each.after, units) for each in found.plan.of(Kind.NEW)[:SHOWN]], _of(found, Kind.NEW)),
        (_("changed"), [_changed(each, units) for each in found.plan.of(Kind.CHANGED)[:SHOWN]],
         _of(found, Kind.CHANGED)),
        (_("moved to another unit"), [_changed(each, units) for each in found.plan.of(Kind.MOVED)[:SHOWN]],
         _of(found, Kind.MOVED)),
    ]  # fmt: skip
    missing = [] if found.listed.left_out else found.plan.missing
    return {
        "groups": [group for group in groups if group[2]], "same": _of(found, Kind.SAME), "units": found.plan.units,
        "errors": len(errors), "problems": told[:MOST_PROBLEMS],
        "more": max(0, len(problems) - MOST_PROBLEMS), "cell": lambda each: _cell(found, each),
        "missing": [_named(each, units) for each in missing[:SHOWN]], "gone": len(missing),
        "answers": sum(len(each.answers) for each in found.plan.changes), "left_out": found.listed.left_out,
        "changes_anything": found.plan.changes_anything, "entries": len(found.listed.entries),
        "photos_without_consent": found.plan.photos_without_consent,
    }  # fmt: skip


def _cell(found: Preview, problem: Problem) -> str:
    """As a spreadsheet calls it: B5."""
    if problem.place is None:
        return ""
    return found.listed.headings.table.name(problem.place.line, problem.place.column)


def _of(found: Preview, kind: Kind) -> int:
    return len(found.plan.of(kind))


def _named(who: Known, units: dict[str, str]) -> str:
    return f"{who.name} ({units.get(who.unit_id, who.unit_id)})"


def _changed(change: Change, units: dict[str, str]) -> str:
    assert change.before is not None  # noqa: S101 - only new ones have none
    labels = {
        "name": _("name: {after}", after=change.after.name), "leader": _("leads or leads no more"),
        "unit_id": f"→ {units.get(change.after.unit_id, change.after.unit_id)}", "contact": _("contact"),
        "languages": _("language: {after}", after=", ".join(change.after.languages)), "has_left": _("is back"),
        "photo": _("photo"),
    }  # fmt: skip
    said = [labels.get(name, name) for name in change.fields] + [_("consent")] * bool(change.answers)
    return f"{_named(change.before, units)}: {'; '.join(said)}"


def _why_not(visit: Visit, found: Preview, *, mark_left: bool) -> str:
    errors = sum(each.severity is Severity.ERROR for each in found.problems)
    if errors and visit.form.get("skip") != "yes":
        return _("Tick that rows with errors are left out, or mend the list first.")
    if errors and mark_left:
        return n_("{count} cell is wrong, so nobody knows who is missing from the list.",
                  "{count} cells are wrong, so nobody knows who is missing from the list.", errors)  # fmt: skip
    if mark_left and not found.listed.entries:
        return _("The list is empty: everybody would count as gone.")
    return ""


def _again(visit: Visit, wrong: str, problems: Any = ()) -> Response:
    return visit.show("staff_import.html.j2", 422, wrong=wrong, problems=list(problems)[:MOST_PROBLEMS])


def _received(visit: Visit) -> Received:
    return Received(state=visit.app.settings.state, clock=visit.app.clock)


def _digest(found: Preview) -> str:
    """Counts alone: names stand in one table."""
    return ", ".join(f"{kind.value} {_of(found, kind)}" for kind in Kind)
