"""Approved waves and the time in; waves opened and closed, and people invited, out. Repeating it is harmless."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from prokes_social.clock import ZONES, Clock, zone_named
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.staff import Purpose
from prokes_social.model.wave import Opened, Step, Wave, WaveStatus
from prokes_social.sharing.quiet import QuietTimes
from prokes_social.store import Connection, Store, accounts, alarms, consents, offers, people, switches, waves
from prokes_social.store.offers import AT_ONCE, Invitable

WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Opener:
    store: Store
    clock: Clock
    quiet: QuietTimes
    per_week: int

    def run(self, *, only: int | None = None) -> int:
        """Open what is to be opened, invite whom it is time to invite, close what is over; the count of invitations.

        `only` one person is invited: whoever agrees just now does not wait until everybody was looked at.
        """
        with self.store.read() as tx:
            if switches.state(tx, switches.STOP):
                return 0
            going = waves.listing(tx, statuses=(WaveStatus.READY, WaveStatus.OPEN))
        return sum(self._care_for(wave, only) for wave in going)

    def open_by_hand(self, wave_id: int) -> bool:
        """A person opens an approved wave now; False where it does not wait to be opened."""
        with self.store.write() as tx:
            return waves.open_(tx, wave_id, by=Opened.PERSON, now=self.clock.now())

    def _care_for(self, wave: Wave, only: int | None) -> int:
        now = self.clock.now()
        if wave.content.closes_at <= now:
            self._close(wave, now)
            return 0
        if wave.status is WaveStatus.READY and not self._open(wave, now):
            return 0
        invited = 0
        while (count := self._invite(wave.id, now, only)) == AT_ONCE:
            invited += count
        return invited + count

    def _open(self, wave: Wave, now: datetime) -> bool:
        with self.store.read() as tx:
            why = _why_open(tx, wave, now)
        if why is None:
            return False
        with self.store.write() as tx:
            return waves.open_(tx, wave.id, by=why, now=now)

    def _invite(self, wave_id: int, now: datetime, only: int | None) -> int:
        with self.store.write() as tx:
            wave = waves.take(tx, wave_id)
            if wave is None or wave.status is not WaveStatus.OPEN:
                return 0
            if wave.key.account:
                return _ask_owners(tx, wave, now)
            zones = self._zones(wave, now)
            if not zones:
                return 0
            who = Invitable(
                wave_id=wave.id, leaders=wave.key.audience == "leaders", zones=zones, since=now - WEEK,
                per_week=self.per_week, person_id=only,
            )  # fmt: skip
            return offers.invite(tx, who, now=now)

    def _zones(self, wave: Wave, now: datetime) -> tuple[str, ...]:
        """Where it is time: the hour has come on the wall there, unless others opened the wave, and it is not quiet."""
        at_once = wave.opened_by is not Opened.TIME
        return tuple(
            zone
            for zone in ZONES
            if (at_once or opens_in(wave, zone) <= now) and self.quiet.may_ask(now.astimezone(zone_named(zone)))
        )

    def _close(self, wave: Wave, now: datetime) -> None:
        with self.store.write() as tx:
            if waves.close(tx, wave.id) and wave.key.account and not _is_confirmed(tx, wave):
                what = f"{wave.key.audience_label}: {wave.key.message}"
                alarms.ring(tx, AlarmKind.BY_HAND, f"wave:{wave.id}", what, now=now)


def opens_in(wave: Wave, zone: str) -> datetime:
    """The moment at which people of units in `zone` are asked."""
    return wave.content.wall_time.instant(zone_named(wave.content.zone or zone))


def _why_open(tx: Connection, wave: Wave, now: datetime) -> Opened | None:
    if wave.content.opens_at <= now:
        return Opened.TIME
    before = _wave_before(tx, wave)
    if before is None or wave.content.share is None:
        return None
    share = offers.share_said(tx, before.id)
    return Opened.SHARE if share is not None and share >= wave.content.share else None


def _wave_before(tx: Connection, wave: Wave) -> Wave | None:
    """The newest wave of the send that goes first, no later than this one's day."""
    if wave.content.after is None:
        return None
    day = _day(wave)
    earlier = [
        each
        for each in waves.listing(tx, campaign=wave.key.campaign, statuses=(WaveStatus.OPEN, WaveStatus.CLOSED))
        if each.key.occurrence.partition("@")[0] == wave.content.after and _day(each) <= day
    ]
    return max(earlier, key=_day, default=None)


def _day(wave: Wave) -> date:
    return date.fromisoformat(wave.key.occurrence.partition("@")[2])


def _ask_owners(tx: Connection, wave: Wave, now: datetime) -> int:
    """The owner of an account that is posted to by hand, and their deputy."""
    account = accounts.by_name(tx, wave.key.account)
    asked = {offer.person_id for offer in offers.of_wave(tx, wave.id)}
    wanted: Collection[int | None] = (account.owner_id, account.deputy_id) if account else ()
    answers = consents.answers(tx, Purpose.LINK, [each for each in wanted if each])
    left = (each for each in dict.fromkeys(wanted) if each and each not in asked and answers.get(each, True))
    found = (people.get(tx, person_id) for person_id in left)
    return offers.add(tx, wave.id, [(each.id, each.unit.id) for each in found if each and not each.left_at], now=now)


def _is_confirmed(tx: Connection, wave: Wave) -> bool:
    return any(Step.PROOF in offer.steps for offer in offers.of_wave(tx, wave.id))
