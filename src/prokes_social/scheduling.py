"""People's decisions about the queue: a Plan or a name in, rows moved under the rules of the status table out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from prokes_social.clock import Clock
from prokes_social.errors import AlreadyMoved
from prokes_social.i18n import _
from prokes_social.model.card import Card
from prokes_social.model.plan import Change, Plan, PlannedChange, PlannedWave
from prokes_social.store import Connection, Store, approvals, campaigns, deliveries, waves


@dataclass(frozen=True, kw_only=True)
class Scheduler:
    store: Store
    clock: Clock
    lead: timedelta  #: how long before its time a delivery wakes to prepare

    def apply(self, plan: Plan, cards: Mapping[str, Card], *, file_digest: str, by: str) -> int:
        """Write the whole plan or nothing; the count of rows that are approved and scheduled now.

        `cards` are the drawn cards by content digest. Raises AlreadyMoved where a row went out meanwhile.
        """
        with self.store.write() as tx:
            version = self._save(tx, plan, file_digest, by)
            for card in cards.values():
                campaigns.keep_card(tx, card)
            self._add(tx, [each for each in plan.changes if each.change is Change.ADD and not each.queued], version)
            for change in plan.changes:
                self._move(tx, change, version)
            for each in plan.waves:
                _move_wave(tx, each, version)
            waves.release_approved(tx, plan.campaign.id)
            return deliveries.schedule_approved(tx, plan.campaign.id)

    def approve(self, plan: Plan, *, who: str) -> int:
        """Approve everything the plan would show, whether it is queued yet or not; the count of rows scheduled now."""
        digests = {change.content.digest for change in plan.changes if change.content}
        digests |= {wave.content.digest for wave in plan.waves if wave.content}
        with self.store.write() as tx:
            new = approvals.not_approved(tx, digests)
            approvals.add(tx, new, verdict=approvals.APPROVED, who=who, now=self.clock.now())
            waves.release_approved(tx, plan.campaign.id)
            return deliveries.schedule_approved(tx, plan.campaign.id)

    def _save(self, tx: Connection, plan: Plan, digest: str, by: str) -> int:
        return campaigns.save_version(
            tx,
            name=plan.campaign.id,
            title=plan.campaign.title,
            digest=digest,
            yaml=plan.file.text,
            by=by,
            now=self.clock.now(),
        )

    def _add(self, tx: Connection, changes: Sequence[PlannedChange], version: int) -> None:
        """Everything that was never queued, in one statement; a campaign may ask for a hundred thousand."""
        rows = [
            deliveries.new_row(each.key, each.wanted.account.id, each.content, **self._fields(each, version))
            for each in changes
            if each.wanted and each.content
        ]
        try:
            deliveries.put_new(tx, rows)
        except IntegrityError as error:
            raise _queued_twice() from error

    def _move(self, tx: Connection, change: PlannedChange, version: int) -> None:
        """Change, take up again or cancel a row that is queued."""
        if change.queued is None or change.change in (Change.KEEP, Change.REFUSE):
            return
        if change.change is Change.CANCEL or change.content is None:
            done = deliveries.cancel(tx, change.queued.id, reason=change.reason)
        else:
            done = deliveries.put(tx, change.key, change.content, **self._fields(change, version))
        if not done:
            raise _moved_meanwhile(change.key.occurrence)

    def _fields(self, change: PlannedChange, version: int) -> dict[str, Any]:
        assert change.wanted is not None  # noqa: S101 - only a cancel has nothing wanted
        assert change.content is not None  # noqa: S101
        return {
            "version_id": version,
            "zone": change.wanted.zone,
            "sources_until": change.wanted.sources_until,
            "cost": change.cost,
            "next_at": change.content.due_at - self.lead,
        }


def _move_wave(tx: Connection, change: PlannedWave, version: int) -> None:
    if change.change is Change.CANCEL and change.queued:
        waves.cancel(tx, change.queued.id, reason=change.reason)
    elif change.content and change.change in (Change.ADD, Change.CHANGE):
        waves.put(tx, change.key, change.content, version_id=version)


def _moved_meanwhile(occurrence: str) -> AlreadyMoved:
    return AlreadyMoved(
        _("{key} went out while the plan was being applied; nothing was changed.", key=occurrence),
        hint=_("Look at it with `prokes delivery list`, then plan again."),
    )


def _queued_twice() -> AlreadyMoved:
    return AlreadyMoved(
        _("Somebody else queued the same campaign at this moment; nothing was changed."),
        hint=_("Look at it with `prokes delivery list`, then plan again."),
    )
