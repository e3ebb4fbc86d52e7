"""Rule: one thing looked for and why. Finding: what it found, by path in the file; the gate makes Problems of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from prokes_social.checking.context import CheckContext
from prokes_social.i18n import Bilingual
from prokes_social.model.campaign import Campaign, Path
from prokes_social.problem import Severity


@dataclass(frozen=True, kw_only=True)
class Finding:
    path: Path  #: of the value in question; where it is missing, of the place it should have
    what: Bilingual
    remedy: Bilingual
    near: str = ""  #: words inside the value to point at
    at_key: bool = False  #: point at the key instead of the value
    severity: Severity | None = None  #: where it differs from the rule's

    def below(self, path: Path) -> "Finding":
        return replace(self, path=(*path, *self.path))


@dataclass(frozen=True, kw_only=True)
class Silenced:
    """A campaign's silences, and which of them keep a finding quiet."""

    campaign: Campaign
    matched: frozenset[int]  #: positions


@dataclass(frozen=True, kw_only=True)
class Rule:
    code: str  #: its module's name with dashes
    why: Bilingual
    looks_at: type  #: Campaign, Card, Plan or Silenced
    check: Callable[[Any, CheckContext], Iterable[Finding]]
    bad: str  #: part of a campaign file, for the manual and the tests: this is found
    good: str  #: this is not
    severity: Severity = Severity.ERROR
    can_be_silenced: bool = True
    languages: tuple[str, ...] = ("id", "en")  #: of the campaigns it understands

    @classmethod
    def of(cls, module: ModuleType) -> "Rule":
        """A rule module's names are the fields of its rule."""
        names = [name for name in cls.__dataclass_fields__ if hasattr(module, name)]
        return cls(**{name: getattr(module, name) for name in names})
