"""People's decisions about the queue: a Plan or a name in, rows moved under the rules of the status table out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from prokes_social.clock import Clock
from prokes_social.errors import AlreadyMoved
from prokes_social.i18n import _
from prokes_social.model.card import Card
from prokes_social.model.plan import Change, Plan, PlannedChange
from prokes_social.store import Connection, Store, approvals, campaigns, deliveries


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
            for change in plan.changes:
                self._apply_one(tx, change, version)
            return deliveries.schedule_approved(tx, plan.campaign.id, lead=self.lead)

    def approve(self, plan: Plan, *, who: str) -> int:
        """Approve everything the plan would show, whether it is queued yet or not; the count of rows scheduled now."""
        digests = {change.content.digest for change in plan.changes if change.content}
        with self.store.write() as tx:
            new = [digest for digest in digests if not approvals.approved(tx, digest)]
            approvals.add(tx, new, verdict=approvals.APPROVED, who=who, now=self.clock.now())
            return deliveries.schedule_approved(tx, plan.campaign.id, lead=self.lead)

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

    def _apply_one(self, tx: Connection, change: PlannedChange, version: int) -> None:
        if change.change is Change.CANCEL and change.queued:
            done = deliveries.cancel(tx, change.queued.id, reason=change.reason)
        elif change.change in (Change.ADD, Change.CHANGE) and change.wanted and change.content:
            done = deliveries.put(
                tx,
                change.key,
                change.content,
                version_id=version,
                zone=change.wanted.zone,
                sources_until=change.wanted.sources_until,
                cost=change.cost,
                next_at=change.content.due_at - self.lead,
            )
        else:
            return
        if not done:
            raise AlreadyMoved(
                _("{key} went out while the plan was being applied; nothing was changed.", key=change.key.occurrence),
                hint=_("Look at it with `prokes delivery list`, then plan again."),
            )
