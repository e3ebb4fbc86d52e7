"""A delivery in, its post on the platform or None out: by what its call left behind, else by its text and its time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prokes_social.errors import NotSent, OutcomeUnknown
from prokes_social.model.delivery import Delivery
from prokes_social.model.platform import Connection, Post, Prepared, Submission
from prokes_social.platforms import Platform
from prokes_social.store import Store, claims, deliveries

#: How far before the call a look-up reaches back: clocks of platforms and servers differ.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Finder:
    store: Store
    platforms: Mapping[str, Platform]
    submission_of: Callable[[Delivery], Submission]
    connection_of: Callable[[Delivery], Connection]

    def find(self, delivery: Delivery) -> Post | None:
        """Ask the platform once. None: not seen. Raises NotSent where it is proved absent, else PlatformError."""
        trail = self._trail(delivery)
        found = self.platforms[delivery.platform].find(
            self.submission_of(delivery),
            Prepared(markers=trail.markers),
            self._connection(delivery),
            trail.since - CLOCK_SKEW,
            trail.may_lead_to,
        )
        return found if found and not trail.is_anothers(found) else None

    def _connection(self, delivery: Delivery) -> Connection:
        """Credentials that can't be renewed now prove nothing about the post; NotSent would say that it is absent."""
        try:
            return self.connection_of(delivery)
        except NotSent as error:
            raise OutcomeUnknown(error.message, hint=error.hint, account=error.account, said=error.said) from error

    def _trail(self, delivery: Delivery) -> "Trail":
        with self.store.read() as tx:
            taken, rivals = claims.taken(tx, delivery), claims.rivals(tx, delivery)
            tries = deliveries.attempts(tx, delivery.id) if delivery.is_in_doubt else []
        if tries:
            markers, at = tries[-1]["prepared"], tries[-1]["started_at"]
            return Trail(markers=markers, since=at, at=at, rivals=rivals, taken=taken)
        # The call that may have made the post is not in this database; its text has to do.
        due = delivery.content.due_at
        return Trail(markers={}, since=min(due, delivery.look_since or due), at=due, rivals=rivals, taken=taken)


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What is known of a call, and of others that said the same on the same account."""

    markers: Mapping[str, Any]  #: of what it had prepared; none where the call itself is not known
    since: datetime  #: nothing of it can be public before
    at: datetime  #: when it was called for, or was due
    rivals: Sequence[datetime]  #: the same of the others whose post may be out and is not known
    taken: frozenset[str]  #: posts that are known to be others'

    def is_anothers(self, post: Post) -> bool:
        # The address of a post serves as its id where a person has pasted it and it does not tell one.
        return not self.taken.isdisjoint((post.external_id, post.permalink))

    def may_lead_to(self, post: Post) -> bool:
        """A post that only its text speaks for belongs to what was due last before it; within the skew, the nearest."""
        if self.is_anothers(post):
            return False
        before = [at for at in (self.at, *self.rivals) if at <= post.published_at + CLOCK_SKEW]
        # Before all of them: one was moved to an earlier time after the backup was made, and this one is looked for.
        return not before or min(before, key=lambda at: abs(at - post.published_at)) == self.at
