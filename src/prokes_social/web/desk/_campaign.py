"""A campaign's address and who asks in; its file, whether they may change it, and what a text of it would mean, out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from prokes_social.app.campaigns import EVERYBODY, Looked, Planned
from prokes_social.app.texts import Heading
from prokes_social.errors import ContentError
from prokes_social.i18n import _
from prokes_social.model.campaign import Campaign
from prokes_social.model.plan import Change, Plan, PlannedChange, PlannedWave
from prokes_social.problem import Problem, Severity, has_errors
from prokes_social.web.desk._visit import Visit

#: Lines of a plan, and problems, on one page.
MOST_LINES, MOST_PROBLEMS = 50, 100


def found(visit: Visit) -> Heading | None:
    """The campaign that the address names; None too where it is not for these eyes."""
    heading = visit.app.texts.find(str(visit.path["id"]))
    return heading if heading and sees(visit, heading) else None


def sees(visit: Visit, heading: Heading) -> bool:
    units = visit.units
    if units is None:
        return True
    reach = _reach(visit, heading)
    return reach is not None and (not reach or bool(reach & (units | {EVERYBODY})))


def may_change(visit: Visit, heading: Heading, text: str | None = None) -> bool:
    """Whether everything that the file sends, and would send by `text`, goes to accounts of this user's units."""
    units = visit.units
    if units is None:
        return True
    reach = _reach(visit, heading)
    wanted = _reach_of(visit, heading, text) if text is not None else frozenset[str]()
    return reach is not None and reach <= units and (wanted or frozenset()) <= units


def may_apply(visit: Visit, plan: Plan) -> bool:
    """The same for what is queued already, which a plan may withdraw."""
    units = visit.units
    if units is None:
        return True
    unit_of = {account.name: account.unit.id for account in visit.app.accounts.directory().accounts}
    names = [*(each.key.account for each in plan.changes), *(each.key.account for each in plan.waves)]
    return all(unit_of.get(name, EVERYBODY) in units for name in names)


def _reach(visit: Visit, heading: Heading) -> frozenset[str] | None:
    """None where nobody knows. What a broken file no longer says, the last sound one did."""
    texts = visit.app.texts
    try:
        now = texts.read(heading.path).text
    except ContentError:
        now = ""
    reach = _reach_of(visit, heading, now)
    if reach is not None and not has_errors(visit.app.campaigns.as_read(now, heading.path).problems):
        return reach
    kept = (texts.read(each.path).text for each in texts.history(heading.path))
    before = next((each for each in (_reach_of(visit, heading, text) for text in kept) if each is not None), None)
    return reach if before is None else before | (reach or frozenset())


def _reach_of(visit: Visit, heading: Heading, text: str) -> frozenset[str] | None:
    read = visit.app.campaigns.as_read(text, heading.path).loaded
    return visit.app.campaigns.reach_of(read.value) if read else None


# --- what a text would mean ---


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a plan; `due_at` is empty for what opens at each unit's own hour, which `when` says then."""

    change: Change
    message: str
    to: str
    due_at: datetime | None
    zone: str
    when: str
    reason: str
    sandbox: bool


@dataclass(frozen=True, kw_only=True)
class Lines:
    counts: dict[Change, int]
    shown: Sequence[Line]  #: the first that change anything
    more: int


def lines_of(visit: Visit, plan: Plan, most: int = MOST_LINES) -> Lines:
    """What a plan changes, in the order it is due; of other units' accounts somebody bound to a unit sees nothing."""
    lines = [_line(each) for each in plan.changes if _is_theirs(visit, each)]
    lines += [_wave_line(each) for each in plan.waves if _wave_is_theirs(visit, each)]
    counts = Counter(each.change for each in lines)
    moving = [each for each in lines if each.change is not Change.KEEP]
    return Lines(
        counts={change: counts[change] for change in Change}, shown=moving[:most], more=max(0, len(moving) - most)
    )


def _is_theirs(visit: Visit, change: PlannedChange) -> bool:
    if visit.units is None:
        return True
    return change.wanted is not None and visit.sees(change.wanted.account.unit.id)


def _wave_is_theirs(visit: Visit, change: PlannedWave) -> bool:
    if visit.units is None or not change.key.account:
        return True
    accounts = visit.app.accounts.directory().accounts
    return any(each.name == change.key.account and visit.sees(each.unit.id) for each in accounts)


def _line(change: PlannedChange) -> Line:
    content = change.content or (change.queued.content if change.queued else None)
    zone = change.wanted.zone if change.wanted else (change.queued.zone if change.queued else "WIB")
    return Line(
        change=change.change, message=change.key.message, to=change.key.account, zone=zone, when="",
        due_at=content.due_at if content else None, reason=change.reason,
        sandbox=bool(change.wanted and change.wanted.account.sandbox),
    )  # fmt: skip


def _wave_line(change: PlannedWave) -> Line:
    content = change.content or (change.queued.content if change.queued else None)
    zone = (content.zone if content else "") or _("each unit's own time")
    when = f"{content.wall_time} {zone}" if content else ""
    return Line(
        change=change.change, message=change.key.message, to=str(change.key.audience_label), zone="", when=when,
        due_at=None, reason=change.reason, sandbox=False,
    )  # fmt: skip


def said_of(change: Change) -> str:
    return {
        Change.ADD: _("new"),
        Change.CHANGE: _("changed"),
        Change.CANCEL: _("withdrawn"),
        Change.KEEP: _("stays as it is"),
        Change.REFUSE: _("out already, stays as it is"),
    }[change]


def own_problems(visit: Visit, heading: Heading, campaign: Campaign | None) -> list[Problem]:
    """What concerns the file beside the others, which no rule about its text can know."""
    if campaign is None:
        return []
    other = visit.app.texts.sharing_id(campaign.id, heading.path)
    if other:
        what = _("Another file, {file}, says to be the campaign “{id}” as well.", file=other.name, id=campaign.id)
        return [Problem(code="id-elsewhere", what=what, remedy=_("Give this one an id of its own."))]
    if heading.campaign and campaign.id != heading.campaign and visit.app.campaigns.was_queued(heading.campaign):
        what = _("The id was “{id}”, and deliveries are queued under it: they would stay as they are.",
                 id=heading.campaign)  # fmt: skip
        return [Problem(code="id-changed", what=what, remedy=_("Keep the old id, or cancel those deliveries first."),
                        severity=Severity.WARNING)]  # fmt: skip
    return []


def looked_at(visit: Visit, heading: Heading, text: str, *, deep: bool = True) -> Looked:
    looked = visit.app.campaigns.look(text, heading.path, deep=deep)
    own = own_problems(visit, heading, looked.file.value if looked.file else None)
    sound = not has_errors(own)
    return Looked(
        file=looked.file, problems=(*own, *looked.problems), cards=looked.cards, plan=looked.plan if sound else None
    )


def errors_in(problems: Iterable[Problem]) -> int:
    return sum(each.severity is Severity.ERROR for each in problems)


def marked(problems: Iterable[Problem]) -> dict[int, str]:
    """By line the worst that is found on it."""
    worst: dict[int, str] = {}
    for each in problems:
        if each.place and worst.get(each.place.line) != Severity.ERROR:
            worst[each.place.line] = each.severity.value
    return worst


def queued(planned: Planned) -> str:
    """What applying a plan did, in one sentence."""
    counts = Counter([*(each.change for each in planned.plan.changes), *(each.change for each in planned.plan.waves)])
    return _("{add} new, {change} changed, {cancel} withdrawn.",
             add=counts[Change.ADD], change=counts[Change.CHANGE], cancel=counts[Change.CANCEL])  # fmt: skip
