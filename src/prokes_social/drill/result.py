"""What a drill has left behind in, its figures out; times in seconds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from prokes_social.drill import verdict
from prokes_social.drill.journal import Entry, Word
from prokes_social.drill.orders import Orders
from prokes_social.drill.verdict import Row
from prokes_social.model.delivery import Delivery, DeliveryStatus


@dataclass(frozen=True, kw_only=True)
class Result:
    db: str
    seed: int
    publishers: int
    jobs: int
    kills: int
    kills_by: Mapping[str, int]
    freezes: int
    frozen_before_call: int
    stopped_by_guard: int
    lies: Mapping[str, int]
    published: int
    found_by_look_up: int
    held: int
    held_public: int  #: of these, were public after all, and were found when a person decided
    silent: int  #: waited for a person who was not told: no alarm rang
    failed: int
    missed: int
    lost: int
    doubled: int
    phantom: int
    unrecorded: int
    broken: int  #: publishers that ended by themselves
    taken_up: int  #: deliveries that a killed publisher left behind and another took up
    recovery_p99_s: float | None
    recovery_max_s: float | None
    lateness_p99_s: float | None  #: first calls that nothing disturbed
    lateness_all_p99_s: float | None
    seconds: float
    kills_per_s: float
    deliveries_per_s: float
    complaints: str = field(repr=False)  #: what publishers said on standard error

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.phantom or self.unrecorded or self.silent)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "complaints"}


def draw_up(
    orders: Orders,
    *,
    db: str,
    rows: Sequence[Row],
    ledger: Sequence[Mapping[str, Any]],
    journal: Sequence[Entry],
    held: Sequence[Delivery],
    silent: int,
    lies: Mapping[str, int],
    seconds: float,
    complaints: str,
) -> Result:
    """`rows` and `ledger` at the end, `held` before a person decided."""
    comparison = verdict.compare(rows, ledger)
    statuses = Counter(row.delivery.status for row in rows)
    frozen, stopped = verdict.guarded(journal)
    recovered = verdict.recoveries(rows, journal)
    kills_by = verdict.deaths(journal)
    kills = sum(kills_by.values())
    return Result(
        db=db,
        seed=orders.seed,
        publishers=orders.publishers,
        jobs=len(rows),
        kills=kills,
        kills_by=kills_by,
        freezes=verdict.count(journal, Word.THAWED),
        frozen_before_call=frozen,
        stopped_by_guard=stopped,
        lies=dict(sorted(lies.items())),
        published=statuses[DeliveryStatus.PUBLISHED],
        found_by_look_up=verdict.found_by_look_up(journal),
        held=len(held),
        held_public=verdict.public_before_sent_again(rows, held),
        silent=silent,
        failed=statuses[DeliveryStatus.FAILED],
        missed=statuses[DeliveryStatus.MISSED],
        lost=len(comparison.lost),
        doubled=len(comparison.doubled),
        phantom=len(comparison.phantom),
        unrecorded=len(comparison.unrecorded),
        broken=verdict.count(journal, Word.BROKE),
        taken_up=len(recovered),
        recovery_p99_s=_rounded(verdict.percentile(recovered, 99)),
        recovery_max_s=_rounded(verdict.percentile(recovered, 100)),
        lateness_p99_s=_rounded(verdict.percentile(verdict.lateness_undisturbed(rows, journal), 99)),
        lateness_all_p99_s=_rounded(verdict.percentile(verdict.lateness(rows), 99)),
        seconds=round(seconds, 1),
        kills_per_s=round(kills / seconds, 2),
        deliveries_per_s=round(len(rows) / seconds, 2),
        complaints=complaints,
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
