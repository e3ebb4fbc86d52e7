"""What waits for a yes on a page that shows exactly what will be public; a tap of the right person is the yes."""

from urllib.parse import quote

from fastapi import Response

from prokes_social.app.approving import MOST_WORDS
from prokes_social.clock import zone_named
from prokes_social.errors import AlreadyMoved, SettingsError
from prokes_social.i18n import _, n_
from prokes_social.model.user import Right
from prokes_social.store import campaigns, waves
from prokes_social.store.approvals import APPROVED, CHECKED, SENT_BACK
from prokes_social.web.desk._visit import Area, Visit
from prokes_social.web.desk._words import plain

area = Area(topic="how-to/approve")
#: As many times of one message are written out.
MOST_TIMES = 12
#: Messages on one page.
MOST_MESSAGES = 20


@area.get("/approvals", Right.SEE)
def listing(visit: Visit) -> Response:
    return visit.show("approvals.html.j2", waiting=visit.app.approving.waiting(visit.units))


@area.get("/approvals/{campaign}", Right.SEE)
def campaign(visit: Visit) -> Response:
    return _page(visit)


@area.get("/approvals/{campaign}/waves/{id}.jpg", Right.SEE)
def wave_card(visit: Visit) -> Response:
    """The card that staff are invited to share, before a name stands on it."""
    with visit.app.store.read() as tx:
        wave = waves.get(tx, visit.number())
    is_here = wave is not None and wave.key.campaign == visit.path["campaign"]
    if wave is None or not is_here or wave.content.card is None or visit.units is not None:
        return visit.missing()
    card = visit.app.studio.render(wave.content.card)
    return visit.send(card.data, card.media_type, caching="private, max-age=600")


@area.get("/approvals/{campaign}/sheet.pdf", Right.SEE)
def sheet(visit: Visit) -> Response:
    name = str(visit.path["campaign"])
    paper = visit.app.approving.sheet(name, visit.units)
    if paper is None:
        return visit.missing()
    word = _("approval")
    return visit.send(paper, "application/pdf", name=f"{word}-{name}.pdf", caching="no-store")


@area.post("/approvals/{campaign}/check", Right.CHECK)
def check(visit: Visit) -> Response:
    return _said(visit, CHECKED)


@area.post("/approvals/{campaign}/approve", Right.APPROVE)
def approve(visit: Visit) -> Response:
    return _said(visit, APPROVED)


@area.post("/approvals/{campaign}/send-back", Right.REVIEW)
def send_back(visit: Visit) -> Response:
    return _said(visit, SENT_BACK)


def _said(visit: Visit, verdict: str) -> Response:
    name, remark = str(visit.path["campaign"]), visit.form.get("remark", "").strip()
    if verdict == SENT_BACK and not remark:
        return _page(visit, 422, at_remark=visit.form.get("seal", ""))
    try:
        released = visit.app.approving.say(
            name, visit.lists.get("seal", []), verdict, by=visit.user.name, who=visit.who,
            remark=remark, within=visit.units,
        )  # fmt: skip
    except (AlreadyMoved, SettingsError) as error:
        return _page(visit, 409, wrong=plain(error))
    told = {
        CHECKED: _("Thank you: the facts are vouched for."),
        SENT_BACK: _("Sent back with your remark; it stays where it is until it is put right."),
        APPROVED: n_(
            "Approved: {count} delivery waits for its time.", "Approved: {count} deliveries wait for their time.",
            released,
        ),
    }  # fmt: skip
    rest = visit.app.approving.asked(name, visit.units)
    return visit.go(f"/approvals/{quote(name, safe='')}" if rest else "/approvals", ok=told[verdict])


def _page(visit: Visit, status: int = 200, *, wrong: str = "", at_remark: str = "") -> Response:
    name = str(visit.path["campaign"])
    asked, said = visit.app.approving.asked(name, visit.units), visit.app.approving.said(name, visit.units)
    if not asked and not said:
        return visit.missing()
    page = max(1, min(_page_number(visit), -(-len(asked) // MOST_MESSAGES)))
    shown = asked[(page - 1) * MOST_MESSAGES : page * MOST_MESSAGES]
    why = {
        (each.message, verdict): visit.app.approving.why_not(each, verdict, visit.user.name)
        for each in asked
        for verdict in (CHECKED, APPROVED)
    }
    with visit.app.store.read() as tx:
        title = campaigns.titles(tx).get(name, name)
    return visit.show(
        "approval.html.j2", status, name=name, title=title, asked=asked, shown=shown, said=said, why=why, wrong=wrong,
        at_remark=at_remark, most=MOST_TIMES, typed=visit.form.get("remark", "")[:MOST_WORDS], longest=MOST_WORDS,
        today=visit.app.clock.now().astimezone(zone_named(visit.app.settings.zone)).date(), page=page,
        pages=max(1, -(-len(asked) // MOST_MESSAGES)), CHECKED=CHECKED, APPROVED=APPROVED,
    )  # fmt: skip


def _page_number(visit: Visit) -> int:
    asked = visit.asked("page")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
