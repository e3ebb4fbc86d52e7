"""Deliveries: list, look at, and what publishers need of them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping

from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.platform import Submission
from prokes_social.model.reach import Figure, Metric
from prokes_social.publishing import Reaper
from prokes_social.store import approvals, campaigns, deliveries, told
from prokes_social.store.approvals import Verdict

if TYPE_CHECKING:
    from prokes_social.app import App


class Deliveries:
    def __init__(self, app: "App") -> None:
        self._app = app

    def listing(
        self, *, campaign: str | None = None, statuses: Collection[DeliveryStatus] = (), account: str = ""
    ) -> list[Delivery]:
        with self._app.store.read() as tx:
            return deliveries.listing(tx, campaign=campaign, statuses=statuses, account_name=account)

    def get(self, delivery_id: int) -> Delivery | None:
        with self._app.store.read() as tx:
            return deliveries.get(tx, delivery_id)

    def submission_of(self, delivery: Delivery) -> Submission:
        """Text and picture exactly as approved; nothing is drawn here."""
        with self._app.store.read() as tx:
            card = delivery.content.card
            pictures = (campaigns.picture(tx, card),) if card else ()
        addressed = tuple(self._app.media.addressed(picture) for picture in pictures)
        return Submission(text=delivery.content.text, pictures=addressed, link=delivery.content.link)

    def attempts(self, delivery_id: int) -> list[dict[str, Any]]:
        """Each try, as the JSON of `prokes delivery show` promises it."""
        with self._app.store.read() as tx:
            tries = deliveries.attempts(tx, delivery_id)
        return [
            {
                "number": each["number"],
                "started_at": each["started_at"].isoformat(),
                "ended_at": each["ended_at"].isoformat() if each["ended_at"] else None,
                "outcome": each["outcome"],
                "said": each["said"],
                "cost_usd": float(each["cost"]),
            }
            for each in tries
        ]

    def tries(self, delivery_id: int) -> list[RowMapping]:
        """Each try as it was noted."""
        with self._app.store.read() as tx:
            return deliveries.attempts(tx, delivery_id)

    def approvals(self, delivery: Delivery) -> list[Verdict]:
        """Who said what about exactly this content, the newest last."""
        with self._app.store.read() as tx:
            return approvals.verdicts(tx, [delivery.content.digest]).get(delivery.content.digest, [])

    def figures(self, delivery_id: int) -> dict[Metric, Figure]:
        """The newest known number of each metric; unknown where the platform never told it."""
        from prokes_social.reporting.gathering import newest_known

        with self._app.store.read() as tx:
            post_id = told.post_of(tx, delivery_id)
            readings = told.readings_of(tx, [post_id]) if post_id else {}
        return newest_known(readings.get(post_id, ()) if post_id else ())

    def lateness(self, delivery: Delivery) -> timedelta | None:
        """How long after its due time the public call began; None before it did."""
        with self._app.store.read() as tx:
            tries = deliveries.attempts(tx, delivery.id)
        return tries[0]["started_at"] - delivery.content.due_at if tries else None

    def next_wake(self) -> datetime | None:
        with self._app.store.read() as tx:
            return deliveries.next_wake(tx)

    def reap(self) -> list[int]:
        """Give back what a lost publisher held, and close windows; the ids of deliveries that are missed now."""
        return Reaper(store=self._app.store, clock=self._app.clock, timing=self._app.timing).reap()

    def is_idle(self) -> bool:
        """Nothing is in flight or in doubt, and nothing is due within the time it takes to prepare."""
        soon = self._app.clock.now() + self._app.timing.lead
        with self._app.store.read() as tx:
            return deliveries.is_idle(tx, soon=soon)
