"""Who posts: accounts and the units they belong to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AccountKind(StrEnum):
    OFFICIAL = "official"
    PERSONAL = "personal"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Part of the organisation (OPD)."""

    id: str
    name: str
    zone: str  #: WIB, WITA or WIT
    parent: str | None = None
    dissolved_at: datetime | None = None  #: no longer there; its people are asked no more


def way_up(unit: Unit, units: Mapping[str, Unit]) -> Iterator[Unit]:
    """The units above one, the nearest first; one that stands below itself ends the way."""
    seen: set[str] = set()
    while unit.parent and unit.parent in units and unit.parent not in seen:
        unit = units[unit.parent]
        seen.add(unit.id)
        yield unit


def parents_first(units: Iterable[Unit]) -> list[Unit]:
    """In an order in which each can be written after the unit above it."""
    by_id = {each.id: each for each in units}
    return sorted(by_id.values(), key=lambda each: (sum(1 for _above in way_up(each, by_id)), each.id))


@dataclass(frozen=True, kw_only=True)
class Account:
    """One identity on one platform."""

    id: int
    name: str  #: the word campaign files use
    platform: str
    unit: Unit
    kind: AccountKind = AccountKind.OFFICIAL
    sandbox: bool = False  #: belongs to a sandbox; never speaks to a live platform
    external_id: str | None = None
    handle: str | None = None
    checked_at: datetime | None = None
    ends_at: datetime | None = None  #: of the credentials, where the platform tells and nothing renews them
    paused_until: datetime | None = None  #: a rate limit's reset
    blocked_at: datetime | None = None  #: credentials refused; reconnecting clears it
    blocked_why: str = ""
    by_hand: bool = False  #: without API access: what is due is offered to its owner
    owner_id: int | None = None  #: the staff member who posts by hand, and who stands in
    deputy_id: int | None = None
    resend_when_absent: bool = False  #: after the last look-up found nothing: send again, or let a person decide


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Everybody a send can name."""

    accounts: tuple[Account, ...]
    units: tuple[Unit, ...]
    platforms: tuple[str, ...]

    def targets(self) -> set[str]:
        """Every word that `to:` understands, groups aside."""
        return {a.name for a in self.accounts} | {u.id for u in self.units} | set(self.platforms)

    def official(self, target: str | None = None) -> list[Account]:
        """Official accounts named by account, platform or unit; all of them without a target."""
        return [a for a in self._official() if target is None or target in (a.name, a.platform, a.unit.id)]

    def _official(self) -> Iterable[Account]:
        return (account for account in self.accounts if account.kind is AccountKind.OFFICIAL)
