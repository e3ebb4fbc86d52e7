"""What went wrong in one request in, one of our four errors out; the only place that knows which calls are public.

The platforms' modules say what an answer means (refused, too many, broken); whether a broken answer is dangerous
depends on what was asked, and that is decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from urllib.parse import quote, quote_plus

from prokes_social import logs
from prokes_social.errors import NotSent, OutcomeUnknown, PlatformError, Rejected, Unauthorized
from prokes_social.i18n import _
from prokes_social.keys import Secret

LONGEST_SAID = 300


class Kind(Enum):
    """What a request does, and so what it means when no trustworthy answer comes."""

    PUBLIC = auto()  #: something may be out there
    REPEATABLE = auto()  #: nothing is: it may simply be asked again
    LOOK_UP = auto()  #: a search for a lost post: a search that failed proves nothing about the post


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, as people read of its failure. `secrets` never appear in what its errors say."""

    platform: str
    account: str
    kind: Kind
    secrets: tuple[str, ...] = field(repr=False)

    def unknown(self, said: str) -> PlatformError:
        """A timeout, a reset, a 5xx, an answer that can't be read."""
        if self.kind is Kind.REPEATABLE:
            return self._not_sent(_("{platform} gave no proper answer to “{account}”; nothing became public."), said)
        return OutcomeUnknown(
            self._in_words(_("{platform} gave no trustworthy answer; the post of “{account}” may exist.")),
            hint=_("It is looked up by itself. Don't post it by hand before that has ended."),
            account=self.account,
            said=self.clean(said),
        )

    def not_reached(self, said: str) -> PlatformError:
        """No connection stood, so not a byte of the request left."""
        return self._unless_looking(_("{platform} could not be reached for “{account}”; nothing was sent."), said)

    def too_many(self, said: str, retry_at: datetime) -> PlatformError:
        return self._unless_looking(_("{platform} asks “{account}” to wait."), said, retry_at)

    def later(self, said: str, retry_at: datetime | None = None) -> PlatformError:
        """Refused for now, for a reason that passes by itself."""
        return self._unless_looking(
            _("{platform} can't take it yet; nothing was sent for “{account}”."), said, retry_at
        )

    def rejected(self, said: str) -> Rejected:
        return Rejected(
            self._in_words(_("{platform} refuses this content of “{account}”.")),
            hint=_("Change the message; the platform's words say what it objects to."),
            account=self.account,
            said=self.clean(said),
        )

    def unauthorized(self, said: str, hint: str = "") -> Unauthorized:
        return Unauthorized(
            self._in_words(_("{platform} does not let “{account}” in.")),
            hint=hint or _("Connect the account again, then run `prokes account check`."),
            account=self.account,
            said=self.clean(said),
        )

    def clean(self, text: str) -> str:
        """The platform's own words without tokens, on one line."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return " ".join(logs.redact(text).split())[:LONGEST_SAID]

    def _unless_looking(self, message: str, said: str, retry_at: datetime | None = None) -> PlatformError:
        if self.kind is Kind.LOOK_UP:
            return self.unknown(said)  # NotSent would say that the post is proved absent
        return self._not_sent(message, said, retry_at)

    def _not_sent(self, message: str, said: str, retry_at: datetime | None = None) -> NotSent:
        hint = _("It is tried again by itself, as long as its window is open.")
        return NotSent(
            self._in_words(message), hint=hint, account=self.account, said=self.clean(said), retry_at=retry_at
        )

    def _in_words(self, message: str) -> str:
        return message.format(platform=self.platform, account=self.account)


def proved_absent(platform: str, account: str, said: str) -> NotSent:
    """What `find` raises, and nothing else: the platform itself says that the post was not made."""
    return NotSent(
        _("{platform} confirms that the post of “{account}” was not made.", platform=platform, account=account),
        hint=_("It may be sent again."),
        account=account,
        said=said,
    )


def all_forms(secrets: Iterable[Secret]) -> tuple[str, ...]:
    """Each secret as it may turn up in a text: as it is, and as addresses spell it; the longest first."""
    plain = {each.reveal() for each in secrets if len(each.reveal()) >= 6}  # shorter ones would eat ordinary words
    forms = {form for text in plain for form in (text, quote(text, safe=""), quote_plus(text), quote(text))}
    return tuple(sorted(forms, key=len, reverse=True))
