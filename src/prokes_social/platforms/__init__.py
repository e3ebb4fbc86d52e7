"""A platform's name in, its adapter out: five verbs that turn submissions into posts and posts into numbers.

The folder is the register: a module without a leading underscore is a platform, and its class carries the module's
name. Adding `threads.py` is enough; settings, choices, checks and contract tests find it here.
"""

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from prokes_social.clock import Clock
from prokes_social.errors import SettingsError, Unauthorized
from prokes_social.i18n import Bilingual, _
from prokes_social.keys import Secret
from prokes_social.model.platform import Connection, Identity, Limits, Post, Prepared, Submission
from prokes_social.model.reach import ReachSnapshot
from prokes_social.platforms._limits import beyond, without_address
from prokes_social.problem import Problem

#: Whether a post that only its text speaks for may be the one that is looked for.
IsOurs = Callable[[Post], bool]

#: Told the US dollars of each answer as it comes, so that they are counted even where a later call fails.
Charge = Callable[[Decimal], None]

#: Half of the publisher's 60 s lease: a call that takes longer could outlive its claim.
LONGEST_CALL = 30.0


@dataclass(frozen=True, kw_only=True)
class CredentialField:
    """One value an account is connected with."""

    name: str
    label: Bilingual
    secret: bool = True
    required: bool = True


class PlatformSettings(BaseModel):
    """What `[platforms.<prefix>]` and PROKES_<PREFIX>_* may say; times in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = Field(pattern=r"^https?://[^/\s]+$")
    connect_timeout: float = Field(default=5.0, gt=0)
    read_timeout: float = Field(default=20.0, gt=0)

    @model_validator(mode="after")
    def _ends_before_the_lease(self) -> "PlatformSettings":
        if self.connect_timeout + self.read_timeout >= LONGEST_CALL:
            raise ValueError(f"connect_timeout and read_timeout together must stay below {LONGEST_CALL:g} seconds")
        return self


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Where a person says yes, and what must be kept until they come back."""

    url: str
    verifier: Secret


def free(_dollars: Decimal) -> None:
    """Nobody counts."""


def anybodys(_post: Post) -> bool:
    """Where nothing is known of other posts of the same text."""
    return True


def earliest(newest_first: Iterable[Post], is_ours: IsOurs) -> Post | None:
    """Of posts that only their text speaks for; of two that show the same second, the one that is listed last."""
    ours = [post for post in newest_first if is_ours(post)]
    return min(reversed(ours), key=lambda post: post.published_at, default=None)


class Platform(ABC):
    """One instance serves all accounts of its platform, from several threads."""

    name: ClassVar[str]  #: the same word in YAML, in the database and as module name
    label: ClassVar[str]  #: for people
    limits: ClassVar[Limits]
    live_url: ClassVar[str]  #: the real platform's origin; any other is a sandbox
    settings_prefix: ClassVar[str]  #: of PROKES_<PREFIX>_*; platforms of one owner share it
    Settings: ClassVar[type[PlatformSettings]]
    credential_fields: ClassVar[tuple[CredentialField, ...]]  #: what is typed in to connect an account
    granted_fields: ClassVar[tuple[CredentialField, ...]] = ()  #: what `redeem` brings instead, after a consent
    grants_several: ClassVar[bool] = False  #: one consent may cover several accounts: the person names the one meant
    external_id_is: ClassVar[Bilingual]  #: what an account's external id is there
    needs_public_picture_url: ClassVar[bool] = False  #: it fetches pictures itself: `Picture.url` must be set

    def __init__(self, settings: PlatformSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock

    @property
    def base_url(self) -> str:
        return self.settings.base_url

    @property
    def is_sandbox(self) -> bool:
        return self.base_url != self.live_url

    def origin_of(self, connection: Connection) -> str:
        """Where its requests go; a sandbox account never speaks to the live platform, nor the reverse."""
        if connection.sandbox == (connection.base_url == self.live_url):
            raise Unauthorized(
                _("“{account}” is kept away from {origin}.", account=connection.account, origin=connection.base_url),
                hint=_("Set the platform's base URL to where the account belongs."),
                account=connection.account,
            )
        return connection.base_url

    # --- the five verbs ---

    def check(self, submission: Submission) -> list[Problem]:
        """What the platform would refuse, without asking it; sentences in the reader's language."""
        refused = beyond(self.limits, self.label, submission)
        return [*refused, *without_address(self.label, submission)] if self.needs_public_picture_url else refused

    @abstractmethod
    def prepare(self, submission: Submission, connection: Connection, earlier: Prepared | None = None) -> Prepared:
        """Upload what the post needs; invisible and repeatable. Raises NotSent, Rejected, Unauthorized.

        `earlier` is what a former call left behind; where it was not ready, its processing is looked at again.
        """

    @abstractmethod
    def publish(self, submission: Submission, prepared: Prepared, connection: Connection) -> Post:
        """The one public call. Raises NotSent, Rejected, Unauthorized; OutcomeUnknown where it may be out there."""

    @abstractmethod
    def find(
        self,
        submission: Submission,
        prepared: Prepared,
        connection: Connection,
        since: datetime,
        is_ours: IsOurs = anybodys,
    ) -> Post | None:
        """Look for a post whose answer was lost, from `since` on. None: not seen yet. NotSent: proved absent.

        What was prepared tells a post for certain. Its text alone does not, for the same text may go out every week: of
        the posts that have nothing else to show, the earliest is meant that `is_ours` says yes to.

        Where the platform can't be asked now this raises OutcomeUnknown or Unauthorized, never NotSent: a refused
        look-up proves nothing about the post.
        """

    @abstractmethod
    def measure(self, posts: Sequence[Post], connection: Connection, charge: Charge = free) -> list[ReachSnapshot]:
        """The numbers of this moment, None where the platform gives none.

        Posts that could not be read this time are left out; raises NotSent or Unauthorized where none could.
        """

    # --- with defaults ---

    def cost(self, text: str) -> Decimal:
        """US dollars that one post of this text costs."""
        return Decimal(0)

    def reading_cost(self, posts: Sequence[Post]) -> Decimal:
        """US dollars that measuring these posts is expected to cost; `measure` tells what it did cost."""
        return Decimal(0)

    def external_id_at(self, address: str) -> str | None:
        """The id of the post at an address that a person gave; None where the address does not tell."""
        return None

    def remove(self, post: Post, connection: Connection) -> bool:
        """Take a post down. True: it is gone. False: this platform leaves that to a person."""
        return False

    @abstractmethod
    def verify(self, connection: Connection) -> Identity:
        """Who the platform says the account is. Raises Unauthorized, NotSent."""

    def refresh(self, connection: Connection) -> Mapping[str, Secret] | None:
        """New credentials, to be stored before the old ones are dropped; None where they don't run out."""
        return None

    def revoke(self, connection: Connection) -> bool:
        """Hand the credentials back when a person withdraws. True: the platform has ended them."""
        return False

    def consent(self, redirect_url: str, state: str, external_id: str = "") -> Consent | None:
        """Where a person allows us to post; None where the platform has no such way, or we have no app there.

        `external_id` is the account that is meant, where it is known and one consent may cover several.
        """
        return None

    def redeem(self, code: str, verifier: Secret, redirect_url: str) -> Mapping[str, Secret]:
        """The credentials for a consent that was given, by the names in `granted_fields`.

        Raises PlatformError, and SettingsError where what was allowed is not the account that is meant.
        """
        raise NotImplementedError(f"{self.name} gives no consent to redeem")


def names() -> tuple[str, ...]:
    """Every platform there is, by the files in this folder; imports none of them."""
    return tuple(sorted(each.name for each in pkgutil.iter_modules(__path__) if not each.name.startswith("_")))


@cache
def platform_class(name: str) -> type[Platform]:
    """Raises KeyError for a name that has no file."""
    if name not in names():
        raise KeyError(name)
    module = import_module(f"{__name__}.{name}")
    found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Platform)]
    return next(each for each in found if getattr(each, "name", None) == name)


def all_classes() -> tuple[type[Platform], ...]:
    return tuple(platform_class(name) for name in names())


def make_platform(name: str, said: Mapping[str, Any], clock: Clock) -> Platform:
    """The adapter for what the workspace's settings say under its prefix. Raises SettingsError."""
    cls = platform_class(name)
    try:
        return cls(cls.Settings.model_validate(said), clock)
    except ValidationError as error:
        listed = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise SettingsError(
            _("A setting for {platform} can't be used: {list}.", platform=cls.label, list=listed),
            hint=_(
                "Mend it in [platforms.{section}] or in PROKES_{prefix}_*.",
                section=cls.settings_prefix.lower(),
                prefix=cls.settings_prefix,
            ),
        ) from None
