"""A delivery in, everything about it on one page out, and the buttons that its status allows."""

from collections.abc import Callable, Mapping

from fastapi import Response

from prokes_social.errors import AlreadyMoved, ProkesError, StoreError
from prokes_social.i18n import Bilingual, _
from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import MOVES, OPEN, OUT, Delivery, Outcome
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.reach import Figure, Metric
from prokes_social.model.user import Right
from prokes_social.store import accounts, campaigns, recalled
from prokes_social.web.desk._visit import Area, Visit
from prokes_social.web.desk._words import plain
from prokes_social.web.proof import address_of_post

area = Area(topic="how-to/when-something-is-uncertain")
_DECIDED = (S.HELD, S.FAILED, S.MISSED)

#: How an attempt ended, and the status whose look it has.
OUTCOMES: Mapping[str, tuple[Bilingual, S]] = {
    Outcome.OPEN: (Bilingual("sedang berjalan", "under way"), S.SENDING),
    Outcome.PUBLISHED: (Bilingual("tayang", "published"), S.PUBLISHED),
    Outcome.NOT_SENT: (Bilingual("tidak terkirim", "not sent"), S.WAITING),
    Outcome.REJECTED: (Bilingual("ditolak", "refused"), S.FAILED),
    Outcome.UNAUTHORIZED: (Bilingual("akses ditolak", "not let in"), S.FAILED),
    Outcome.UNKNOWN: (Bilingual("jawabannya hilang", "the answer was lost"), S.UNCERTAIN),
}


@area.get("/deliveries/{id}", Right.SEE)
def delivery(visit: Visit) -> Response:
    found = delivery_of(visit)
    return _page(visit, found) if found else visit.missing()


@area.get("/deliveries/{id}/card.jpg", Right.SEE)
def card(visit: Visit) -> Response:
    """The very bytes that go out."""
    found = delivery_of(visit)
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
    found, address = delivery_of(visit), address_of_post(visit.form.get("address", ""))
    if found and not address:
        return _page(visit, found, 422, wrong=_("That is no address of a post: it begins with https://."))
    return _done(visit, "there", lambda found: visit.app.decisions.there(found.id, address or ""))


@area.post("/deliveries/{id}/drop", Right.EDIT)
def drop(visit: Visit) -> Response:
    """Give up what a person decides about, or withdraw what is still ours."""
    return _done(visit, "drop", lambda found: _dropped(visit, found))


def _dropped(visit: Visit, found: Delivery) -> Delivery:
    reason = _("withdrawn by {who}", who=visit.user.name)
    if found.status in _DECIDED:
        return visit.app.decisions.drop(found.id, by=visit.user.name, reason=reason)
    return visit.app.decisions.withdraw(found.id, by=visit.user.name, reason=reason)


def _done(visit: Visit, act: str, do: Callable[[Delivery], Delivery]) -> Response:
    found = delivery_of(visit)
    if found is None:
        return visit.missing()
    try:
        after = do(found)
    except ProkesError as error:
        if isinstance(error, StoreError) and not isinstance(error, AlreadyMoved):
            raise
        return _page(visit, delivery_of(visit) or found, 409, refused=plain(error))
    visit.app.audit.note(
        who=visit.who, act=f"delivery.{act}", subject=f"delivery:{found.id}", before=found.status.value,
        after=after.status.value,
    )  # fmt: skip
    return visit.go(f"/deliveries/{found.id}", ok=_("It is now: {status}.", status=after.status.label))


def delivery_of(visit: Visit) -> Delivery | None:
    """None where there is none, it is of another unit, or a staff member's own and this user sees no staff."""
    found = visit.app.deliveries.get(visit.number())
    if found is None:
        return None
    with visit.app.store.read() as tx:
        account = accounts.by_id(tx, found.account_id)
    is_theirs = account.kind is AccountKind.PERSONAL and not visit.may(Right.STAFF)
    return found if visit.sees(account.unit.id) and not is_theirs else None


def _page(visit: Visit, found: Delivery, status: int = 200, *, wrong: str = "", refused: str = "") -> Response:
    app = visit.app
    with app.store.read() as tx:
        removed_at, size = recalled.removed_at(tx, found.id), campaigns.size_of(tx, found.content.card)
    limits = app.platforms[found.platform].limits
    return visit.show(
        "delivery.html.j2", status, each=found, approvals=app.deliveries.approvals(found), S=S,
        tries=app.deliveries.tries(found.id), figures=_figures(visit, found),
        acts=_acts(visit, found), size=size, removed_at=removed_at, outcomes=OUTCOMES, wrong=wrong, refused=refused,
        typed=visit.form.get("address", "")[:500], label=app.platforms[found.platform].label,
        length=limits.weigh(found.content.text), longest=limits.text_length, has_next=found.status in _WAKING,
    )  # fmt: skip


def _figures(visit: Visit, found: Delivery) -> Mapping[Metric, Figure]:
    """What its platform told so far."""
    told = visit.app.deliveries.figures(found.id) if found.post else {}
    return {metric: figure for metric, figure in told.items() if figure.value is not None}


#: What comes next is known.
_WAKING = frozenset({S.SCHEDULED, S.UNCERTAIN})


def _acts(visit: Visit, found: Delivery) -> Mapping[str, bool]:
    """What may be done about it, now and by this user."""
    decided, editor = found.status in _DECIDED, visit.may(Right.EDIT)
    return {
        "send": decided and visit.may(Right.APPROVE),
        "there": decided and S.PUBLISHED in MOVES[found.status] and editor,
        "drop": (found.status in OPEN or found.status is S.HELD) and editor,
        "move": found.status in OPEN and found.status is not S.CLAIMED and editor,
        "approve": found.status is S.WAITING,
        "recall": found.status in OUT and visit.may(Right.STOP),
    }
