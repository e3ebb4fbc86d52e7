"""Who posts: accounts and the units they belong to."""

from collections.abc import Iterable
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
    paused_until: datetime | None = None  #: a rate limit's reset
    blocked_at: datetime | None = None  #: credentials refused; reconnecting clears it
    blocked_why: str = ""
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
