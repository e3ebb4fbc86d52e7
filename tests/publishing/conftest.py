"""A publisher on a real store, with a platform that lies on request."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from prokes_social.model.delivery import Delivery
from prokes_social.model.platform import Connection, Submission
from prokes_social.publishing import LookUp, Publisher, Timing
from prokes_social.store import Store, claims, deliveries
from tests.conftest import SetClock
from tests.publishing.lying_platform import LyingPlatform


class Desk:
    """Everything a publishing test touches."""

    def __init__(self, store: Store, clock: SetClock, at: Callable[[str], None] = lambda point: None) -> None:
        self.store = store
        self.clock = clock
        self.platform = LyingPlatform(clock)
        self.publisher = Publisher(
            store=store,
            platforms={"x": self.platform},
            clock=clock,
            timing=Timing(lead=timedelta(minutes=10)),
            owner="a",
            submission_of=lambda row: Submission(text=row.content.text),
            connection_of=lambda row: Connection(account=row.key.account, credentials={}, base_url="", sandbox=True),
            readings_of=lambda row, post: [post.published_at + timedelta(hours=1)],
            at=at,
        )
        self.look_up = LookUp(publisher=self.publisher)

    def spaced(self, gap: timedelta, *, budget: Decimal | None = None) -> "Desk":
        """The same desk with a distance between posts and a budget."""
        other = copy.copy(self)
        timing = replace(self.publisher.timing, gap=gap, budget=budget)
        other.publisher = replace(self.publisher, timing=timing)
        return other

    def publish_due(self) -> list[str]:
        return [self.publisher.publish(claim).value for claim in self.publisher.claim(10)]

    def look(self) -> list[str]:
        return [self.look_up.look(claim).value for claim in self.look_up.claim(10)]

    def reap(self) -> None:
        with self.store.write() as tx:
            claims.reap(tx, now=self.clock.now(), first_look=self.clock.now(), reason="hilang")

    def row(self, delivery_id: int) -> Delivery:
        with self.store.read() as tx:
            found = deliveries.get(tx, delivery_id)
        assert found
        return found


@pytest.fixture
def desk(store: Store, clock: SetClock) -> Desk:
    return Desk(store, clock)
