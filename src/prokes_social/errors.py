"""Every error raised on purpose. A message says what happened, its `hint` what to do next.

ProkesError               exit code 1
├── SettingsError         2   a setting is missing or unusable
├── ContentError          3   campaign, template, brand or table files need a fix; carries the Problems
│   └── FileChanged           somebody else saved the file meanwhile; nothing was written
├── CardError             4
│   ├── AssetMissing          an image, icon or typeface is not there
│   ├── ScriptNotShaped       a text is in a script that can't be set on this machine
│   └── TextDoesNotFit        a slot's text is too long at its smallest size
├── PlatformError         5   carries the account's name and the platform's own words
│   ├── NotSent               proved not sent: may be tried again at retry_at
│   ├── Rejected              this content will not be accepted
│   ├── Unauthorized          the account must be connected again; its deliveries wait
│   └── OutcomeUnknown        it may be out there: look it up, never send again blindly
└── StoreError            6
    ├── AlreadyMoved          somebody else was faster
    └── MigrationNeeded       the database is of another version
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from prokes_social.problem import Problem


class ProkesError(Exception):
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsError(ProkesError):
    exit_code = 2


class ContentError(ProkesError):
    exit_code = 3

    def __init__(self, message: str, *, hint: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class FileChanged(ContentError):
    """`there` is the text that the file holds now, None where there is no file any more."""

    def __init__(self, message: str, *, hint: str = "", there: str | None) -> None:
        super().__init__(message, hint=hint)
        self.there = there


class CardError(ProkesError):
    exit_code = 4

    def __init__(self, message: str, *, hint: str = "", slot: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.slot = slot


class AssetMissing(CardError):
    """An image, icon, typeface, template or brand kit that a card names is not there."""


class ScriptNotShaped(CardError):
    """A text's letters must be joined or reordered, and what does that is not on this machine."""


class TextDoesNotFit(CardError):
    """`slot` names the text that is too long even at its smallest size."""


class PlatformError(ProkesError):
    exit_code = 5

    def __init__(self, message: str, *, hint: str = "", account: str = "", said: str = "") -> None:
        super().__init__(message, hint=hint)
        self.account = account
        self.said = said  #: the platform's own words, tokens removed


class NotSent(PlatformError):
    """Proved not sent. `retry_at` (aware UTC) is when the platform allows the next try, where it said so."""

    def __init__(
        self, message: str, *, hint: str = "", account: str = "", said: str = "", retry_at: datetime | None = None
    ) -> None:
        super().__init__(message, hint=hint, account=account, said=said)
        self.retry_at = retry_at


class Rejected(PlatformError):
    """The platform refuses this content and will refuse it again."""


class Unauthorized(PlatformError):
    """The platform no longer accepts the account's credentials."""


class OutcomeUnknown(PlatformError):
    """No trustworthy answer: the post may exist."""


class StoreError(ProkesError):
    exit_code = 6


class AlreadyMoved(StoreError):
    """The row was changed by another process in between; nothing was written."""


class MigrationNeeded(StoreError):
    """The database is older or newer than this program."""
