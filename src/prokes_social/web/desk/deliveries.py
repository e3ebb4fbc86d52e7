"""A delivery in, everything about it on one page out, and the buttons that its status allows."""

from collections.abc import Callable, Mapping

from fastapi import Response

from prokes_social.i18n import _
from prokes_social.model.delivery import MOVES, OPEN, OUT, Delivery
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.user import Right
from prokes_social.store import accounts, campaigns
from prokes_social.web.desk._visit import Area, Visit

area = Area()


@area.get("/deliveries/{id}", Right.SEE)
def delivery(visit: Visit) -> Response:
    found = _found(visit)
    if found is None:
        return visit.missing()
    app = visit.app
    return visit.show(
        "delivery.html.j2", each=found, approvals=app.deliveries.approvals(found), tries=app.deliveries.tries(found.id),
        figures=app.deliveries.figures(found.id), acts=_acts(visit, found), is_out=found.status in OUT, S=S,
    )  # fmt: skip


@area.get("/deliveries/{id}/card.jpg", Right.SEE)
def card(visit: Visit) -> Response:
    """The very bytes that go out."""
    found = _found(visit)
    if found is None or found.content.card is None:
        return visit.missing()
    with visit.app.store.read() as tx:
        picture = campaigns.picture(tx, found.content.card)
    return visit.send(picture.data, picture.media_type, caching="private, max-age=3600")


@area.post("/deliveries/{id}/send", Right.APPROVE)
def send(visit: Visit) -> Response:
    return _done(visit, "send", lambda found: visit.app.decisions.send(found.id))


@area.post("/deliveries/{id}/there", Right.EDIT)
def there(visit: Visit) -> Response:
    return _done(
        visit, "there", lambda found: visit.app.decisions.there(found.id, visit.form.get("address", "").strip())
    )


@area.post("/deliveries/{id}/drop", Right.EDIT)
def drop(visit: Visit) -> Response:
    """Give up what a person decides about, or withdraw what is still ours."""
    return _done(visit, "drop", lambda found: _dropped(visit, found))


def _dropped(visit: Visit, found: Delivery) -> Delivery:
    if found.status in (S.HELD, S.FAILED, S.MISSED):
        return visit.app.decisions.drop(found.id)
    return visit.app.decisions.withdraw(found.id, reason=_("withdrawn by {who}", who=visit.user.name))


def _done(visit: Visit, act: str, do: Callable[[Delivery], Delivery]) -> Response:
    found = _found(visit)
    if found is None:
        return visit.missing()
    after = do(found)
    visit.app.audit.note(
        who=visit.who, act=f"delivery.{act}", subject=f"delivery:{found.id}", before=found.status.value,
        after=after.status.value,
    )  # fmt: skip
    return visit.go(f"/deliveries/{found.id}", ok=_("It is now: {status}.", status=after.status.label))


def _found(visit: Visit) -> Delivery | None:
    """None where there is none, or it is of another unit."""
    found = visit.app.deliveries.get(visit.number())
    if found is None:
        return None
    with visit.app.store.read() as tx:
        return found if visit.sees(accounts.by_id(tx, found.account_id).unit.id) else None


def _acts(visit: Visit, found: Delivery) -> Mapping[str, bool]:
    """What may be done about it, now and by this user."""
    decided = found.status in (S.HELD, S.FAILED, S.MISSED)
    may_move = found.status in OPEN and found.status is not S.CLAIMED
    return {
        "send": decided and visit.may(Right.APPROVE),
        "there": decided and S.PUBLISHED in MOVES[found.status] and visit.may(Right.EDIT),
        "drop": (found.status in OPEN or found.status is S.HELD) and visit.may(Right.EDIT),
        "move": may_move and visit.may(Right.EDIT),
        "approve": found.status is S.WAITING,
    }
