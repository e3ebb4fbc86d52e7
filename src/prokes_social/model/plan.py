"""Wanted: each delivery and wave a campaign asks for. Plan: what would change in the queue."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from prokes_social.model.account import Account
from prokes_social.model.campaign import Campaign, Loaded, Path
from prokes_social.model.card import CardRequest
from prokes_social.model.delivery import Content, Delivery, Key
from prokes_social.model.wave import Wave, WaveContent, WaveKey


@dataclass(frozen=True, kw_only=True)
class WantedDelivery:
    key: Key
    account: Account
    zone: str  #: WIB, WITA or WIT, in which people read its time
    text: str
    link: str | None
    card: CardRequest | None
    due_at: datetime
    not_after: datetime
    sources_until: date | None  #: the last day on which all of its sources hold
    recurring: bool  #: one of many by `every`: those that are long past are not asked for
    send_path: Path
    message_path: Path


@dataclass(frozen=True, kw_only=True)
class WantedWave:
    """A group to be asked together; its content has no digests yet."""

    key: WaveKey
    content: WaveContent
    recurring: bool
    send_path: Path
    message_path: Path


@dataclass(frozen=True, kw_only=True)
class Wanted:
    file: Loaded[Campaign]
    deliveries: tuple[WantedDelivery, ...]
    waves: tuple[WantedWave, ...]

    @property
    def campaign(self) -> Campaign:
        return self.file.value


class Change(StrEnum):
    ADD = "add"
    CHANGE = "change"
    CANCEL = "cancel"
    KEEP = "keep"
    REFUSE = "refuse"  #: it is out already; what is public never changes


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    change: Change
    key: Key
    content: Content | None  #: None for a cancel
    wanted: WantedDelivery | None
    queued: Delivery | None
    cost: Decimal = Decimal(0)  #: US dollars
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PlannedWave:
    change: Change
    key: WaveKey
    content: WaveContent | None  #: None for a cancel
    wanted: WantedWave | None
    queued: Wave | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    file: Loaded[Campaign]
    changes: tuple[PlannedChange, ...]
    waves: tuple[PlannedWave, ...]

    @property
    def campaign(self) -> Campaign:
        return self.file.value

    @property
    def changes_anything(self) -> bool:
        changes = [*(each.change for each in self.changes), *(each.change for each in self.waves)]
        return any(change in (Change.ADD, Change.CHANGE, Change.CANCEL) for change in changes)

    @property
    def cost(self) -> Decimal:
        return sum((c.cost for c in self.changes if c.change in (Change.ADD, Change.CHANGE, Change.KEEP)), Decimal(0))
