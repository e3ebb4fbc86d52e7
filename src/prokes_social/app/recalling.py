"""A message that must not be out any more in; what is still ours cancelled, what is public taken down or listed, out.

What can still be stopped is stopped first and in one transaction, before any platform is asked: whatever happens then,
nothing more of the message goes out. Its approvals are voided too, so that no plan brings it back by itself.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from prokes_social import logs
from prokes_social.errors import PlatformError, SettingsError
from prokes_social.i18n import _, language, speaking
from prokes_social.model.delivery import OPEN, DeliveryStatus
from prokes_social.model.wave import Wave, WaveStatus
from prokes_social.store import Connection, accounts, approvals, audit, deliveries, recalled, waves
from prokes_social.store.approvals import RECALLED, Verdict
from prokes_social.store.recalled import Asked, Piece

if TYPE_CHECKING:
    from prokes_social.app import App

#: The longest word that is kept.
MOST_WORDS = 300
#: Seconds in which platforms are asked at one go, so that the page answers; and how many at a time.
AT_ONCE_FOR, THREADS = 20.0, 4
#: Answers of platforms that are remembered until the program ends.
_MOST_KEPT = 2000


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Everything of one message, as far as this person may touch it."""

    campaign: str
    message: str
    pieces: tuple[Piece, ...]
    waves: tuple[Wave, ...]
    asked: Asked
    said: Verdict | None  #: the newest recall
    voided: frozenset[str]  #: contents that were called back, and not approved again since

    @property
    def open(self) -> list[Piece]:
        """Can still be stopped."""
        return [each for each in self.pieces if each.delivery.status in OPEN]

    @property
    def doubtful(self) -> list[Piece]:
        """On its way, or nobody knows; not to be called back now."""
        unsure = (DeliveryStatus.SENDING, DeliveryStatus.UNCERTAIN, DeliveryStatus.HELD)
        return [each for each in self.pieces if each.delivery.status in unsure]

    @property
    def standing(self) -> list[Piece]:
        """Public on accounts of the office."""
        return [each for each in self._public if not each.is_personal and each.removed_at is None]

    @property
    def left(self) -> list[Piece]:
        """Called back, and public all the same."""
        return [each for each in self.standing if self._is_voided(each)]

    @property
    def fresh(self) -> list[Piece]:
        """Not called back yet, or approved anew: goes out, or is out."""
        return [each for each in [*self.open, *self.standing] if not self._is_voided(each)]

    @property
    def theirs(self) -> list[Piece]:
        """Public on accounts of staff: theirs to take down."""
        return [each for each in self._public if each.is_personal and each.removed_at is None]

    @property
    def gone(self) -> list[Piece]:
        return [each for each in self._public if each.removed_at is not None]

    @property
    def cancelled(self) -> list[Piece]:
        return [each for each in self.pieces if each.delivery.status is DeliveryStatus.CANCELLED]

    @property
    def going(self) -> list[Wave]:
        """Whose cards are still shown or offered."""
        return [each for each in self.waves if each.status is not WaveStatus.CANCELLED]

    @property
    def is_done(self) -> bool:
        return not (self.doubtful or self.left)

    @property
    def digests(self) -> set[str]:
        return {
            *(each.delivery.content.digest for each in self.pieces), *(each.content.digest for each in self.waves),
        }  # fmt: skip

    def _is_voided(self, piece: Piece) -> bool:
        return piece.delivery.content.digest in self.voided

    @property
    def _public(self) -> list[Piece]:
        return [each for each in self.pieces if each.post_id is not None]


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """What one go has done."""

    cancelled: int
    withdrawn: int  #: waves
    removed: int
    left: int  #: posts that still stand


class Recalling:
    def __init__(self, app: "App") -> None:
        self._app = app
        self._answers: OrderedDict[int, str] = OrderedDict()
        self._guard = Lock()

    def scope(self, campaign: str, message: str, within: Collection[str] | None = None) -> Scope | None:
        """None where nothing of the message was ever queued; `within` are units, and waves ask people of all units."""
        with self._app.store.read() as tx:
            return self._scope(tx, campaign, message, within)

    def recall(
        self, campaign: str, message: str, *, by: str, who: str, remark: str, within: Collection[str] | None = None
    ) -> Recalled:
        """Stop, void, withdraw, then take down. `by` is a name, `who` stands in the audit trail."""
        remark = " ".join(remark.split())[:MOST_WORDS]
        with self._app.store.write() as tx:
            before = self._scope(tx, campaign, message, within)
            if before is None:
                return Recalled(cancelled=0, withdrawn=0, removed=0, left=0)
            reason = _("called back by {who}", who=by)
            cancelled = sum(deliveries.cancel(tx, each.delivery.id, reason=reason) for each in before.open)
            withdrawn = sum(waves.cancel(tx, each.id, reason=reason) for each in before.going)
            self._void(tx, before, by=by, remark=remark)
            audit.add(
                tx, who=who, act="message.recalled", subject=f"message:{campaign}/{message}",
                now=self._app.clock.now(), after=f"cancelled {cancelled}, waves {withdrawn}",
            )  # fmt: skip
        removed = self._take_down(before.standing, who=who)
        return Recalled(
            cancelled=cancelled, withdrawn=withdrawn, removed=removed, left=len(before.standing) - removed
        )  # fmt: skip

    def ask_again(self, scope: Scope, *, who: str) -> Recalled:
        """Only for posts that were called back and still stand; what was approved anew since is left alone."""
        removed = self._take_down(scope.left, who=who)
        return Recalled(cancelled=0, withdrawn=0, removed=removed, left=len(scope.left) - removed)

    def note_gone(self, scope: Scope, delivery_id: int, *, who: str) -> bool:
        """A person saw that a post is gone; False where it is none of this message's, or was known to be."""
        found = next((each for each in [*scope.standing, *scope.theirs] if each.delivery.id == delivery_id), None)
        return found is not None and self._note(found, who=who, how="person")

    def answer_about(self, piece: Piece) -> str:
        """Why a platform did not take a post down, as far as it was asked since the program began."""
        with self._guard:
            return self._answers.get(piece.post_id or 0, "")

    # --- parts ---

    def _scope(self, tx: Connection, campaign: str, message: str, within: Collection[str] | None) -> Scope | None:
        found = recalled.pieces(tx, campaign, message, within)
        going = recalled.waves_of(tx, campaign, message) if within is None else []
        if not found and not going:
            return None
        digests = {*(each.delivery.content.digest for each in found), *(each.content.digest for each in going)}
        said = approvals.verdicts(tx, digests)
        return Scope(
            campaign=campaign, message=message, pieces=tuple(found), waves=tuple(going),
            asked=recalled.asked(tx, [each.id for each in going]), said=_newest_recall(said.values()),
            voided=frozenset(digest for digest, each in said.items() if each[-1].verdict == RECALLED),
        )  # fmt: skip

    def _void(self, tx: Connection, scope: Scope, *, by: str, remark: str) -> None:
        """An approval that stands would let the next plan send it again."""
        approvals.add(tx, scope.digests, verdict=RECALLED, who=by, now=self._app.clock.now(), remark=remark)

    def _take_down(self, pieces: Sequence[Piece], *, who: str) -> int:
        until, spoken = self._app.clock.uptime() + AT_ONCE_FOR, language()

        def work(piece: Piece) -> bool:
            if self._app.clock.uptime() > until:
                return False
            with speaking(spoken):  # threads have a language of their own
                return self._remove(piece, who=who)

        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            return sum(pool.map(work, pieces))

    def _remove(self, piece: Piece, *, who: str) -> bool:
        app, post = self._app, piece.delivery.post
        assert post is not None  # noqa: S101 - it stands
        try:
            with app.store.read() as tx:
                account = accounts.by_id(tx, piece.delivery.account_id)
            gone = app.platforms[account.platform].remove(post, app.connector.connection_to(account))
        except (PlatformError, SettingsError) as error:
            self._remember(piece, error.message)
            return False
        if not gone:
            self._remember(piece, _("The platform leaves it to a person."))
            return False
        return self._note(piece, who=who, how="platform")

    def _note(self, piece: Piece, *, who: str, how: str) -> bool:
        assert piece.post_id is not None  # noqa: S101 - it has a post
        now = self._app.clock.now()
        with self._app.store.write() as tx:
            newly = recalled.taken_down(tx, piece.post_id, now=now)
            if newly:
                audit.add(tx, who=who, act="post.removed", subject=f"delivery:{piece.delivery.id}", now=now, after=how)
        logs.moved(
            delivery=piece.delivery.id, account=piece.delivery.key.account, status="removed", owner="person"
        )  # fmt: skip
        return newly

    def _remember(self, piece: Piece, answer: str) -> None:
        with self._guard:
            self._answers[piece.post_id or 0] = answer
            while len(self._answers) > _MOST_KEPT:
                self._answers.popitem(last=False)


def _newest_recall(said: Iterable[Sequence[Verdict]]) -> Verdict | None:
    recalls = [each for some in said for each in some if each.verdict == RECALLED]
    return sorted(recalls, key=lambda each: each.at)[-1] if recalls else None
