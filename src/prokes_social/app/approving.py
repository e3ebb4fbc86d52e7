"""What waits for a yes, and the yes itself: checked by one person, approved by another, neither of them its author."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prokes_social.errors import AlreadyMoved, SettingsError
from prokes_social.i18n import _
from prokes_social.model.campaign import Campaign, Source
from prokes_social.model.wave import Wave, WaveStatus
from prokes_social.store import Connection, approvals, audit, deliveries, review, waves
from prokes_social.store import campaigns as rows
from prokes_social.store.approvals import APPROVED, CHECKED, RECALLED, SENT_BACK, Verdict
from prokes_social.store.review import Line, Said, Waiting

if TYPE_CHECKING:
    from prokes_social.app import App

#: The longest remark that is kept.
MOST_WORDS = 500


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One message and everything of it that waits."""

    message: str
    lines: tuple[Line, ...]
    waves: tuple[Wave, ...]
    sources: tuple[Source, ...]
    authors: frozenset[str]
    verdicts: tuple[Verdict, ...]  #: the newest of each content

    @property
    def digests(self) -> frozenset[str]:
        return frozenset([*(each.digest for each in self.lines), *(each.content.digest for each in self.waves)])

    @property
    def seal(self) -> str:
        """Names exactly what was looked at: after any edit it is another."""
        return hashlib.sha256("\n".join(sorted(self.digests)).encode()).hexdigest()

    @property
    def is_checked(self) -> bool:
        return len(self.verdicts) == len(self.digests) and all(each.verdict == CHECKED for each in self.verdicts)

    @property
    def sent_back(self) -> Verdict | None:
        return next((each for each in self.verdicts if each.verdict in (SENT_BACK, RECALLED)), None)

    @property
    def checkers(self) -> frozenset[str]:
        return frozenset(each.who for each in self.verdicts if each.verdict == CHECKED)


class Approving:
    def __init__(self, app: "App") -> None:
        self._app = app

    def waiting(self, within: Collection[str] | None = None) -> list[Waiting]:
        """Campaigns with something to look at; `within` are units."""
        with self._app.store.read() as tx:
            return review.campaigns(tx, within)

    def asked(self, campaign: str, within: Collection[str] | None = None) -> list[Asked]:
        """Message by message; empty where nothing waits."""
        with self._app.store.read() as tx:
            return self._asked(tx, campaign, within, self._sources(tx, campaign))

    def said(self, campaign: str, within: Collection[str] | None = None) -> list[Said]:
        """Who said what of its contents as they are now, the oldest first; also of what does not wait any more."""
        with self._app.store.read() as tx:
            return review.said(tx, campaign, within)

    def sheet(self, campaign: str, within: Collection[str] | None = None) -> bytes | None:
        """Everything that is, or was, to be approved, as a PDF to sign; None where there is nothing."""
        from prokes_social.app.approval_sheets import sheet_of

        return sheet_of(self._app, campaign, within)

    def why_not(self, asked: Asked, verdict: str, who: str) -> str:
        """What keeps this person from it; empty where nothing does."""
        rules = self._app.settings.desk
        if rules.four_eyes and verdict != SENT_BACK and who in asked.authors:
            return _("You wrote this yourself: somebody else looks at it.")
        if verdict == APPROVED and rules.fact_check and not asked.is_checked:
            return _("The facts have not been checked yet.")
        if verdict == APPROVED and rules.four_eyes and rules.fact_check and who in asked.checkers:
            return _("You checked the facts: somebody else approves.")
        return ""

    def say(
        self, campaign: str, seals: Sequence[str], verdict: str, *, by: str, who: str, remark: str = "",
        within: Collection[str] | None = None,
    ) -> int:  # fmt: skip
        """A verdict on what has these seals; how many deliveries wait for their time now.

        `by` is the user's name, `who` their number for the audit trail. Raises AlreadyMoved where one of them changed
        meanwhile, and SettingsError where this person may not; then nothing was said.
        """
        remark = remark.strip()[:MOST_WORDS]
        if verdict == SENT_BACK and not remark:
            raise SettingsError(
                _("Say what is to be put right."), hint=_("One sentence for whoever wrote it is enough.")
            )
        with self._app.store.write() as tx:
            chosen = self._chosen(self._asked(tx, campaign, within, {}), seals)
            for each in chosen:
                if reason := self.why_not(each, verdict, by):
                    raise SettingsError(f"{each.message}: {reason}", hint=_("Nothing was changed."))
            for each in chosen:
                self._note(tx, campaign, each, verdict, by=by, who=who, remark=remark)
            if verdict != APPROVED:
                return 0
            waves.release_approved(tx, campaign)
            return deliveries.schedule_approved(tx, campaign)

    def _note(
        self, tx: Connection, campaign: str, each: Asked, verdict: str, *, by: str, who: str, remark: str
    ) -> None:  # fmt: skip
        now = self._app.clock.now()
        approvals.add(tx, each.digests, verdict=verdict, who=by, now=now, remark=remark)
        audit.add(
            tx, who=who, act=f"message.{verdict}", subject=f"message:{campaign}/{each.message}", now=now,
            after=each.seal,
        )  # fmt: skip

    def _chosen(self, asked: Sequence[Asked], seals: Sequence[str]) -> list[Asked]:
        there = {each.seal: each for each in asked}
        if not seals or not set(seals) <= there.keys():
            raise AlreadyMoved(
                _("Something changed after you opened the page; nothing was said about it."),
                hint=_("Look at it as it is now."),
            )
        return [there[seal] for seal in dict.fromkeys(seals)]

    def _asked(
        self, tx: Connection, campaign: str, within: Collection[str] | None, sources: Mapping[str, tuple[Source, ...]]
    ) -> list[Asked]:
        lines = review.lines(tx, campaign, within)
        # Waves ask people of all units.
        going = waves.listing(tx, campaign=campaign, statuses=(WaveStatus.WAITING,)) if within is None else []
        authors = review.wave_authors(tx, campaign)
        said = approvals.verdicts(tx, [*(each.digest for each in lines), *(each.content.digest for each in going)])
        names = dict.fromkeys([*(each.message for each in lines), *(each.key.message for each in going)])
        return [
            _one(
                name, [each for each in lines if each.message == name], [w for w in going if w.key.message == name],
                authors=authors, said={digest: found[-1] for digest, found in said.items()},
                sources=sources.get(name, ()),
            )
            for name in names
        ]  # fmt: skip

    def _sources(self, tx: Connection, campaign: str) -> dict[str, tuple[Source, ...]]:
        """By message."""
        read = self.as_queued(tx, campaign)
        if read is None:
            return {}
        known = {source.id: source for source in read.sources}
        return {
            message.id: tuple(known[name] for name in message.sources if name in known) for message in read.messages
        }

    def as_queued(self, tx: Connection, campaign: str) -> Campaign | None:
        """As the newest queued version of the file has it."""
        text = rows.newest_yaml(tx, campaign)
        if text is None:
            return None
        read = self._app.campaigns.as_read(text, self._app.settings.home / "campaigns" / f"{campaign}.yaml").loaded
        return read.value if read else None


def _one(
    message: str, lines: Sequence[Line], going: Sequence[Wave], *, authors: dict[int, str], said: dict[str, Verdict],
    sources: tuple[Source, ...],
) -> Asked:  # fmt: skip
    digests = {each.digest for each in lines} | {each.content.digest for each in going}
    return Asked(
        message=message, lines=tuple(lines), waves=tuple(going), sources=sources,
        authors=frozenset([*(each.author for each in lines), *(authors.get(each.id, "") for each in going)]),
        verdicts=tuple(said[digest] for digest in sorted(digests) if digest in said),
    )  # fmt: skip
