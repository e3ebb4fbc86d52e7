"""Deliveries: a page at a time in the order they are due, and one with everything that was tried."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from prokes_social.i18n import _
from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.store import accounts, agenda
from prokes_social.store import deliveries as rows
from prokes_social.store.agenda import Filter, Place
from prokes_social.web.api._answers import AttemptSaid, DeliveriesPage, DeliveryInFull, DeliverySaid
from prokes_social.web.api._door import Reader, Refused
from prokes_social.web.api._words import CampaignFilter, Cursor, DeliveryId, HowMany, Moment, WordFilter

router = APIRouter(tags=["deliveries"])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@router.get("/deliveries", summary="Deliveries in the order they are due")
def listing(
    caller: Reader, campaign: CampaignFilter = None, account: WordFilter = None, unit: WordFilter = None,
    status: Annotated[list[DeliveryStatus] | None, Query(max_length=10)] = None, since: Moment = None,
    until: Moment = None, after: Cursor = None, limit: HowMany = 50,
) -> DeliveriesPage:  # fmt: skip
    """`until` is not included. What people post from accounts of their own is not told."""
    wanted = Filter(
        campaign=campaign or "", account=account or "", unit=unit or "", statuses=status or (), since=since,
        until=until, official=True,
    )  # fmt: skip
    with caller.app.store.read() as tx:
        found = agenda.page(tx, wanted, after=_place(after) if after else None, most=limit + 1)
    more = len(found) > limit
    return DeliveriesPage(
        deliveries=[DeliverySaid.of(each) for each in found[:limit]], next=_cursor(found[limit - 1]) if more else None
    )


@router.get("/deliveries/{delivery}", summary="One delivery with its text and everything that was tried")
def one(caller: Reader, delivery: DeliveryId) -> DeliveryInFull:
    with caller.app.store.read() as tx:
        row = rows.get(tx, delivery)
        official = row is not None and accounts.by_id(tx, row.account_id).kind is AccountKind.OFFICIAL
    if row is None or not official:
        raise Refused(404, "no-delivery", _("There is no delivery {number}.", number=delivery))
    tries = [AttemptSaid.model_validate(each) for each in caller.app.deliveries.attempts(delivery)]
    return DeliveryInFull.with_tries(row, tries)


def _cursor(row: Delivery) -> str:
    return f"{(row.content.due_at - _EPOCH) // timedelta(microseconds=1)}-{row.id}"


def _place(cursor: str) -> Place:
    microseconds, _dash, number = cursor.partition("-")
    return _EPOCH + timedelta(microseconds=int(microseconds)), int(number)
