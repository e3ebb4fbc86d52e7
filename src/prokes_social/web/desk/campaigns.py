"""Campaign files in; the list of them, a new one, and what one of them says, asks for and has queued, out."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from fastapi import Response

from prokes_social.app.beginnings import Outline, id_from, outlined, renamed, samples, text_of_sample
from prokes_social.app.texts import Heading
from prokes_social.clock import zone_named
from prokes_social.errors import AlreadyMoved, CardError, ContentError
from prokes_social.i18n import _
from prokes_social.model.campaign import OFFICIAL
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.plan import Change
from prokes_social.model.user import Right
from prokes_social.problem import Problem
from prokes_social.store import agenda
from prokes_social.store import campaigns as rows
from prokes_social.store.agenda import Filter
from prokes_social.web.desk import _campaign
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/write-at-the-desk")
#: Files on one page.
MOST = 50
#: Lines of a plan on its own page.
MOST_PLANNED = 200
#: A source that somebody has just read holds so long, unless they say otherwise.
HOLDS = timedelta(days=365)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@area.get("/campaigns", Right.SEE)
def listing(visit: Visit) -> Response:
    said = visit.asked("q").strip()[:200]
    everything = [each for each in visit.app.texts.all() if _matches(each, said) and _campaign.sees(visit, each)]
    everything.sort(key=lambda each: (each.starts_on, each.id), reverse=True)
    page = max(1, int(visit.asked("page"))) if re.fullmatch(r"[0-9]{1,5}", visit.asked("page")) else 1
    shown = everything[(page - 1) * MOST : page * MOST]
    with visit.app.store.read() as tx:
        versions = rows.newest_versions(tx, [each.campaign for each in shown])
        busy = {each.campaign for each in shown if each.campaign in versions and _has_deliveries(visit, tx, each)}
    return visit.show(
        "campaigns.html.j2", campaigns=shown, versions=versions, busy=busy, q=said, page=page, day_of=_day,
        more=len(everything) > page * MOST, any=bool(said or everything), count=len(everything),
    )  # fmt: skip


def _matches(heading: Heading, said: str) -> bool:
    return said.casefold() in f"{heading.title} {heading.id}".casefold()


def _has_deliveries(visit: Visit, tx: Any, heading: Heading) -> bool:
    return agenda.has_any(tx, Filter(campaign=heading.campaign, within=visit.units))


# --- a new one ---


@area.get("/campaigns/new", Right.EDIT)
def new(visit: Visit) -> Response:
    return _new(visit, {"from": visit.asked("from")})


@area.post("/campaigns/new", Right.EDIT)
def begin(visit: Visit) -> Response:
    """By what the pressed button says: from a sample or another campaign, or from the short form."""
    try:
        text, name = _outlined(visit) if visit.form.get("way") == "outline" else _copied(visit)
        path = visit.app.settings.home / "campaigns" / f"{name}.yaml"
        visit.app.texts.save(path, text, base_digest="", by=visit.user.name, who=visit.who)
    except ContentError as error:
        return _new(visit, visit.form, 422, error=error)
    return visit.go(f"/campaigns/{name}/edit", ok=_("The campaign is saved as {file}.", file=path.name))


def _copied(visit: Visit) -> tuple[str, str]:
    way, _colon, name = visit.form.get("from", "").partition(":")
    title = _one_line(visit.form.get("copy_title", ""))
    text: str | None = None
    if way == "sample":
        text = text_of_sample(name, _today(visit))
    elif way == "own" and (heading := visit.app.texts.find(name)) and _campaign.sees(visit, heading):
        text = visit.app.texts.read(heading.path).text
        title = title or _("{title} (copy)", title=heading.title)
    if text is None:
        raise ContentError(_("Choose what to begin with."))
    new_id = _free_id(visit, title or name)
    return _allowed(visit, renamed(text, name=new_id, title=title), new_id), new_id


def _outlined(visit: Visit) -> tuple[str, str]:
    said = {each.name: visit.form.get(each.name, "") for each in fields(Outline)}
    lines = {name: text.strip() if name == "text" else _one_line(text) for name, text in said.items()}
    missing = [name for name, text in lines.items() if not text and name not in ("headline", "valid_until")]
    if missing:
        raise ContentError(_("Some fields are still empty."), problems=[_empty(name) for name in missing])
    outline = Outline(**{**lines, "valid_until": lines["valid_until"] or _a_year_after(lines["checked_on"])})
    name = _free_id(visit, outline.title)
    text = outlined(name, outline)
    reading = visit.app.campaigns.as_read(text, visit.app.settings.home / "campaigns" / f"{name}.yaml")
    errors = [each for each in reading.problems if _campaign.errors_in([each])]
    if errors:
        raise ContentError(_("Some of this can't be used yet."), problems=errors)
    return _allowed(visit, text, name), name


def _allowed(visit: Visit, text: str, name: str) -> str:
    """Raises ContentError where somebody bound to a unit would send to accounts of others."""
    path = visit.app.settings.home / "campaigns" / f"{name}.yaml"
    read = visit.app.campaigns.as_read(text, path).loaded
    units = visit.units
    if units is not None and (read is None or not visit.app.campaigns.reach_of(read.value) <= units):
        raise ContentError(
            _("This would send to accounts outside your unit."),
            hint=_("Choose an account of your own, or ask a colleague of the office."),
        )
    return text


def _empty(name: str) -> Problem:
    return Problem(code=name, what=_("Please fill this in."), remedy="")


def _new(visit: Visit, said: Mapping[str, str], status: int = 200, *, error: ContentError | None = None) -> Response:
    today = _today(visit)
    own = [each for each in visit.app.texts.all() if _campaign.sees(visit, each)]
    accounts = [each for each in visit.app.accounts.directory().official() if visit.sees(each.unit.id)]
    kits = {name: kit for name, kit in visit.app.studio.brands.items() if not kit.variant_of}
    usual = {
        "checked_on": today.isoformat(), "starts_on": (today + timedelta(days=1)).isoformat(), "hour": "09.00",
        "ends_on": (today + timedelta(days=30)).isoformat(), "day": (today + timedelta(days=3)).isoformat(),
        "to": OFFICIAL if visit.units is None else "",
        "brand": visit.app.settings.coverage.brand or next(iter(kits), ""),
        "owner": visit.app.settings.organisation.unit or visit.app.settings.organisation.name,
    }  # fmt: skip
    empty = {each.code for each in error.problems if not each.place} if error else set()
    return visit.show(
        "campaign_new.html.j2", status, samples=samples(), own=own[:200], accounts=accounts, brands=kits, error=error,
        said=lambda name: said.get(name, usual.get(name, "")), empty=empty, everybody=visit.units is None,
        problems=[each for each in error.problems if each.place] if error else [],
    )  # fmt: skip


def _free_id(visit: Visit, title: str) -> str:
    with visit.app.store.read() as tx:
        taken = {*rows.titles(tx), "new"}
    for each in visit.app.texts.all():
        taken |= {each.id, each.campaign, each.path.stem}
    return id_from(title, taken)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _a_year_after(day: str) -> str:
    try:
        return (date.fromisoformat(day) + HOLDS).isoformat()
    except (ValueError, OverflowError):
        return day


def _today(visit: Visit) -> date:
    return visit.app.clock.now().astimezone(zone_named(visit.app.settings.zone)).date()


def _day(written: str) -> date | None:
    """None where the file says something else than a day."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


# --- one of them ---


@area.get("/campaigns/{id}", Right.SEE)
def overview(visit: Visit) -> Response:
    heading = _campaign.found(visit)
    if heading is None:
        return visit.missing()
    text = visit.app.texts.read(heading.path)
    reading = visit.app.campaigns.as_read(text.text, heading.path)
    theirs = Filter(campaign=heading.campaign, within=visit.units)
    with visit.app.store.read() as tx:
        version = rows.newest_versions(tx, [heading.campaign]).get(heading.campaign)
        by_message = agenda.by_message(tx, theirs) if version else {}
    return visit.show(
        "campaign.html.j2", heading=heading, campaign=reading.loaded.value if reading.loaded else None, version=version,
        cards=visit.app.campaigns.first_cards(reading.loaded) if reading.loaded else {}, by_message=by_message,
        counts=_total(by_message), problems=reading.problems[: _campaign.MOST_PROBLEMS], digest=text.digest,
        may_edit=visit.may(Right.EDIT) and _campaign.may_change(visit, heading), S=DeliveryStatus,
    )  # fmt: skip


def _total(by_message: Mapping[str, Mapping[DeliveryStatus, int]]) -> dict[DeliveryStatus, int]:
    total: dict[DeliveryStatus, int] = {}
    for counts in by_message.values():
        for status, count in counts.items():
            total[status] = total.get(status, 0) + count
    return total


@area.get("/campaigns/{id}/cards/{name}.jpg", Right.SEE)
def card(visit: Visit) -> Response:
    """A small picture, drawn when it is first asked for."""
    heading, name = _campaign.found(visit), str(visit.path["name"])
    if heading is None or not _DIGEST.fullmatch(name):
        return visit.missing()
    try:
        picture = visit.app.campaigns.picture(name) or _drawn_again(visit, heading, name)
    except CardError:
        picture = None
    if picture is None:
        return visit.missing()
    return visit.send(picture, "image/jpeg", caching="private, max-age=86400, immutable")


def _drawn_again(visit: Visit, heading: Heading, name: str) -> bytes | None:
    """After a restart nobody remembers what a page showed: the saved file may say."""
    reading = visit.app.campaigns.as_read(visit.app.texts.read(heading.path).text, heading.path)
    if reading.loaded:
        visit.app.campaigns.first_cards(reading.loaded)
    return visit.app.campaigns.picture(name)


# --- its plan ---


@area.get("/campaigns/{id}/plan", Right.SEE)
def plan(visit: Visit) -> Response:
    """The whole page, or where a script asks the part that an overview shows."""
    heading = _campaign.found(visit)
    if heading is None:
        return visit.missing()
    return _plan(visit, heading, part=visit.asked("part") == "1")


def _plan(visit: Visit, heading: Heading, status: int = 200, *, part: bool = False) -> Response:
    text = visit.app.texts.read(heading.path)
    looked = _campaign.looked_at(visit, heading, text.text)
    most = 8 if part else MOST_PLANNED
    return visit.show(
        "_campaign_plan.html.j2" if part else "campaign_plan.html.j2", status, heading=heading, looked=looked,
        lines=_campaign.lines_of(visit, looked.plan, most) if looked.plan else None, digest=text.digest,
        errors=_campaign.errors_in(looked.problems), problems=looked.problems[: _campaign.MOST_PROBLEMS], part=part,
        may_apply=visit.may(Right.EDIT) and looked.plan is not None and _campaign.may_apply(visit, looked.plan)
        and _campaign.may_change(visit, heading),
        said_of=_campaign.said_of, Change=Change,
    )  # fmt: skip


@area.post("/campaigns/{id}/apply", Right.EDIT)
def apply(visit: Visit) -> Response:
    """Queue what the plan shows, as long as it is the file that was looked at."""
    heading = _campaign.found(visit)
    if heading is None:
        return visit.missing()
    here = f"/campaigns/{heading.id}/plan"
    text = visit.app.texts.read(heading.path)
    if visit.form.get("digest", "") != text.digest:
        return visit.go(here, mind=_("The file was changed meanwhile. Look at the plan once more, then queue it."))
    looked = _campaign.looked_at(visit, heading, text.text)
    if looked.plan is None:
        return _plan(visit, heading, 422)
    if not (_campaign.may_change(visit, heading, text.text) and _campaign.may_apply(visit, looked.plan)):
        return _not_yours(visit)
    with visit.app.store.read() as tx:
        before = rows.newest_versions(tx, [looked.plan.campaign.id]).get(looked.plan.campaign.id)
    try:
        planned, _scheduled = visit.app.campaigns.schedule(heading.path, by=visit.user.name)
    except AlreadyMoved as error:
        return visit.go(here, mind=error.message)
    visit.app.audit.note(
        who=visit.who, act="campaign.schedule", subject=f"campaign:{planned.plan.campaign.id}",
        before=before.digest if before else "", after=text.digest,
    )  # fmt: skip
    ok = _("The plan is applied: {counts} What is new waits for approval.", counts=_campaign.queued(planned))
    return visit.go("/approvals", ok=ok)


def _not_yours(visit: Visit) -> Response:
    return visit.notice(
        403, _("This is for others to do"), _("The campaign sends to accounts outside your unit."),
        hint=_("Ask a colleague of the office that looks after them."),
    )  # fmt: skip
