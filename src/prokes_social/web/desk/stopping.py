"""The red button: everything stops in every process, and goes on again. And one message called back from everywhere."""

from urllib.parse import quote

from fastapi import Response

from prokes_social.app.recalling import MOST_WORDS, Recalled, Scope
from prokes_social.i18n import _, n_
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.user import Right
from prokes_social.store import agenda, campaigns
from prokes_social.store.agenda import Filter
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/stop-and-recall")
#: As many overdue deliveries are asked about one by one; more are decided together.
MOST = 50
#: As many posts are listed one by one.
MOST_POSTS = 100
LONGEST_REMARK = 200


@area.get("/stop", Right.STOP)
def page(visit: Visit) -> Response:
    now = visit.app.clock.now()
    if visit.app.decisions.stopped():
        if visit.units is not None:
            return _for_the_whole_office(visit)
        overdue = visit.app.decisions.overdue()
        return visit.show("resume.html.j2", overdue=overdue[:MOST], count=len(overdue), asked_at=int(now.timestamp()))
    with visit.app.store.read() as tx:
        flying = agenda.page(tx, Filter(statuses=(S.SENDING, S.UNCERTAIN), within=visit.units))
        coming = agenda.counts(tx, Filter(since=now, statuses=(S.SCHEDULED,)))
    return visit.show("stop.html.j2", flying=flying, coming=coming.get(S.SCHEDULED, 0), longest=LONGEST_REMARK)


@area.post("/stop", Right.STOP)
def stop(visit: Visit) -> Response:
    remark = " ".join(visit.form.get("remark", "").split())[:LONGEST_REMARK]
    stopped = visit.app.decisions.stop(who=visit.user.name, remark=remark)
    if stopped.newly:
        visit.app.audit.note(who=visit.who, act="stop", subject="switch:stop")
    late = n_(
        "{count} delivery can no longer be called back.", "{count} deliveries can no longer be called back.",
        len(stopped.in_flight),
    )  # fmt: skip
    onward = "/stop" if visit.units is None else "/"
    return visit.go(onward, ok=_("Nothing new goes out.") + (f" {late}" if stopped.in_flight else ""))


@area.post("/resume", Right.STOP)
def resume(visit: Visit) -> Response:
    """What is overdue is dropped unless somebody said that it goes out late.

    Nobody was asked about what came due while they read the page: that goes out late.
    """
    if visit.app.decisions.stopped() is None:
        return visit.go("/", mind=_("Somebody went on before you; nothing was changed."))
    if visit.units is not None:
        return _for_the_whole_office(visit)
    overdue, ticked, asked_at = visit.app.decisions.overdue(), _numbers(visit, "late"), max(_numbers(visit, "asked_at"))
    everything = visit.form.get("all") == "late"
    late = [
        row for row in overdue
        if everything or row.id in ticked or (asked_at and row.content.due_at.timestamp() > asked_at)
    ]  # fmt: skip
    dropped = [row for row in overdue if row not in late]
    visit.app.decisions.resume(late=late, dropped=dropped)
    visit.app.audit.note(
        who=visit.who, act="resume", subject="switch:stop", after=f"late {len(late)}, dropped {len(dropped)}"
    )
    return visit.go("/", ok=_("Going on: {late} sent late, {dropped} dropped.", late=len(late), dropped=len(dropped)))


def _for_the_whole_office(visit: Visit) -> Response:
    """To go on decides about deliveries of all units."""
    return visit.notice(
        403, _("Everything is stopped"), _("To go on decides about what other units have queued."),
        hint=_("Ask a colleague who works for the whole office."),
    )  # fmt: skip


def _numbers(visit: Visit, name: str) -> set[int]:
    """What forms sent under this name; 0 stands for nothing."""
    return {0, *(int(each) for each in visit.lists.get(name, ()) if each.isascii() and each.isdecimal())}


# --- one message, called back ---

_RECALL = "/campaigns/{campaign}/messages/{message}/recall"


@area.get(_RECALL, Right.STOP)
def recall_page(visit: Visit) -> Response:
    scope = _scope(visit)
    return _shown(visit, scope) if scope else visit.missing()


@area.post(_RECALL, Right.STOP)
def recall(visit: Visit) -> Response:
    scope = _scope(visit)
    if scope is None:
        return visit.missing()
    remark = visit.form.get("remark", "").strip()
    if not remark and scope.said is None:
        return _shown(visit, scope, 422, wrong=_("Say in one sentence what is wrong with it."))
    if remark:
        done = visit.app.recalling.recall(
            scope.campaign, scope.message, by=visit.user.name, who=visit.who, remark=remark, within=visit.units
        )
    else:
        done = visit.app.recalling.ask_again(scope, who=visit.who)
    return visit.go(_address(scope), ok=_told(done), mind=_left(done))


@area.post(f"{_RECALL}/gone", Right.STOP)
def gone(visit: Visit) -> Response:
    """A person took it down by hand, or saw that it is gone."""
    scope = _scope(visit)
    if scope is None:
        return visit.missing()
    noted = visit.app.recalling.note_gone(scope, max(_numbers(visit, "delivery")), who=visit.who)
    if not noted:
        return visit.go(_address(scope), mind=_("That was noted before."))
    return visit.go(_address(scope), ok=_("Noted: this post is gone."))


def _scope(visit: Visit) -> Scope | None:
    return visit.app.recalling.scope(str(visit.path["campaign"]), str(visit.path["message"]), visit.units)


def _address(scope: Scope) -> str:
    return f"/campaigns/{quote(scope.campaign, safe='')}/messages/{quote(scope.message, safe='')}/recall"


def _shown(visit: Visit, scope: Scope, status: int = 200, *, wrong: str = "") -> Response:
    heading = visit.app.texts.find(scope.campaign)
    seen = next((each.delivery for each in [*scope.standing, *scope.open, *scope.pieces] if not each.is_personal), None)
    with visit.app.store.read() as tx:
        title = campaigns.titles(tx).get(scope.campaign, scope.campaign)
        size = campaigns.size_of(tx, seen.content.card) if seen else None
    return visit.show(
        "recall.html.j2", status, scope=scope, title=title, heading=heading, seen=seen, size=size, wrong=wrong,
        most=MOST_POSTS, typed=visit.form.get("remark", ""), longest=MOST_WORDS, address=_address(scope),
        answer=visit.app.recalling.answer_about,
    )  # fmt: skip


def _told(done: Recalled) -> str:
    parts = [
        n_("{count} delivery cancelled", "{count} deliveries cancelled", done.cancelled) if done.cancelled else "",
        n_("{count} post taken down", "{count} posts taken down", done.removed) if done.removed else "",
        n_("{count} invitation withdrawn", "{count} invitations withdrawn", done.withdrawn) if done.withdrawn else "",
    ]
    said = ", ".join(part for part in parts if part)
    return "" if done.left else _("Called back: {what}.", what=said or _("nothing of it was out any more"))


def _left(done: Recalled) -> str:
    if not done.left:
        return ""
    return n_(
        "Nothing more of it goes out, but {count} post still stands: it is listed below.",
        "Nothing more of it goes out, but {count} posts still stand: they are listed below.", done.left,
    )  # fmt: skip
