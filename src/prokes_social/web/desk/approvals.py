"""What waits for a yes on a page that shows exactly what will be public; a tap of the right person is the yes."""

from fastapi import Response

from prokes_social.errors import ProkesError
from prokes_social.i18n import _, n_
from prokes_social.model.user import Right
from prokes_social.store import waves
from prokes_social.store.approvals import APPROVED, CHECKED, SENT_BACK
from prokes_social.web.desk._visit import Area, Visit

area = Area()
#: As many times of one message are written out.
MOST_TIMES = 12


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
    if wave is None or wave.content.card is None or visit.units is not None:
        return visit.missing()
    card = visit.app.studio.render(wave.content.card)
    return visit.send(card.data, card.media_type, caching="private, max-age=600")


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
    name = str(visit.path["campaign"])
    try:
        released = visit.app.approving.say(
            name, visit.lists.get("seal", []), verdict, by=visit.user.name, who=visit.who,
            remark=visit.form.get("remark", ""), within=visit.units,
        )  # fmt: skip
    except ProkesError as error:
        return _page(visit, 409, wrong=f"{error.message} {error.hint}")
    told = {
        CHECKED: _("Thank you: the facts are vouched for."),
        SENT_BACK: _("Sent back with your remark; it stays where it is until it is put right."),
        APPROVED: n_(
            "Approved: {count} delivery waits for its time.", "Approved: {count} deliveries wait for their time.",
            released,
        ),
    }  # fmt: skip
    rest = visit.app.approving.asked(name, visit.units)
    return visit.go(f"/approvals/{name}" if rest else "/approvals", ok=told[verdict])


def _page(visit: Visit, status: int = 200, *, wrong: str = "") -> Response:
    name = str(visit.path["campaign"])
    asked = visit.app.approving.asked(name, visit.units)
    if not asked:
        if status != 200:
            return visit.notice(status, _("Nothing waits here any more"), wrong)
        return visit.notice(
            404, _("Nothing waits here"), _("Everything of this campaign is approved, or was withdrawn.")
        )
    why = {
        (each.message, verdict): visit.app.approving.why_not(each, verdict, visit.user.name)
        for each in asked
        for verdict in (CHECKED, APPROVED)
    }
    return visit.show(
        "approval.html.j2", status, name=name, asked=asked, why=why, wrong=wrong, most=MOST_TIMES,
        typed=visit.form.get("remark", ""), CHECKED=CHECKED, APPROVED=APPROVED,
    )  # fmt: skip
