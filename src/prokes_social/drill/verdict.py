"""The queue, the platform's ledger and the journal in; what was lost, doubled or late out; pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prokes_social.drill.fates import Death
from prokes_social.drill.journal import Entry, Word
from prokes_social.model.delivery import Delivery, DeliveryStatus, Outcome
from prokes_social.publishing import Point

S = DeliveryStatus
#: A person was told: an alarm rings for each of these.
TOLD = (S.HELD, S.FAILED, S.MISSED)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A delivery at the end, with its tries: when each began, and how it ended."""

    delivery: Delivery
    tries: Sequence[tuple[float, Outcome]] = ()

    @property
    def lateness(self) -> float | None:
        """Seconds from the due time to the first public call."""
        return self.tries[0][0] - self.delivery.content.due_at.timestamp() if self.tries else None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the queue believes beside what is public, as ids of deliveries; every list but `told` should be empty."""

    lost: list[int]  #: neither public nor told to anybody
    doubled: list[int]  #: public more than once
    phantom: list[int]  #: published in the queue, but not public, or elsewhere than the queue says
    unrecorded: list[int]  #: public, but neither published nor held in the queue
    told: list[int]  #: not public; a person decides

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.phantom or self.unrecorded)


def compare(rows: Iterable[Row], ledger: Iterable[Mapping[str, Any]]) -> Comparison:
    """Each text is unlike every other, so it names its delivery."""
    public: dict[str, list[str]] = defaultdict(list)
    for post in ledger:
        public[post["text"]].append(post["id"])
    found = Comparison(lost=[], doubled=[], phantom=[], unrecorded=[], told=[])
    for row in rows:
        _sort_in(found, row.delivery, public[row.delivery.content.text])
    return found


def _sort_in(found: Comparison, delivery: Delivery, posts: list[str]) -> None:
    if len(posts) > 1:
        found.doubled.append(delivery.id)
    if delivery.status is S.PUBLISHED:
        if delivery.post is None or delivery.post.external_id not in posts:
            found.phantom.append(delivery.id)
    elif posts and delivery.status is not S.HELD:
        found.unrecorded.append(delivery.id)
    elif not posts:
        (found.told if delivery.status in TOLD else found.lost).append(delivery.id)


# --- times ---


def recoveries(rows: Iterable[Row], journal: Iterable[Entry]) -> list[float]:
    """For each delivery that a killed publisher had in hand: seconds until another took it up.

    Left out are those that waited behind another one of their account, for posts keep their order, and those that a
    third one took up which died before it could write that down.
    """
    account = {row.delivery.id: row.delivery.account_id for row in rows}
    hands: dict[int, Entry] = {}
    orphans: dict[int, tuple[float, Entry]] = {}
    seconds = []
    for entry in _once_dead_silent(journal):
        if entry.word is Word.DIED:
            orphans |= {each: (entry.at, held) for each, held in hands.items() if held.life == entry.life}
            hands = {each: held for each, held in hands.items() if held.life != entry.life}
        elif entry.word is Word.TAKEN and entry.delivery is not None:
            if entry.delivery in orphans and _took_up(entry, orphans[entry.delivery][1]):
                seconds.append(entry.at - orphans[entry.delivery][0])
            same = account.get(entry.delivery)
            orphans = {each: orphan for each, orphan in orphans.items() if account.get(each) != same}
            hands[entry.delivery] = entry
        elif entry.word is Word.LEFT and entry.delivery in hands and hands[entry.delivery].life == entry.life:
            del hands[entry.delivery]
    return seconds


def _took_up(now: Entry, before: Entry) -> bool:
    """By the fences nobody had it in between: each taking counts one, and giving back what was lost another."""
    return now.fence - before.fence <= (1 if before.status == S.UNCERTAIN else 2)


def _once_dead_silent(journal: Iterable[Entry]) -> Iterator[Entry]:
    """Two may note the death of one, and a thread may still write a line after it."""
    dead = set()
    for entry in journal:
        if entry.life not in dead:
            yield entry
        if entry.word is Word.DIED:
            dead.add(entry.life)


def lateness(rows: Iterable[Row]) -> list[float]:
    """Seconds by which every first call was late."""
    return [row.lateness for row in rows if row.lateness is not None]


def lateness_undisturbed(rows: Sequence[Row], journal: Sequence[Entry]) -> list[float]:
    """The same without deliveries that met a death, a freeze or a lie, or waited behind one of their account."""
    troubled = _troubled(rows, journal)
    behind = _spans(journal, troubled)
    by_account: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        if row.delivery.id in behind:
            by_account[row.delivery.account_id].append(behind[row.delivery.id])
    calm = [row for row in rows if row.tries and row.delivery.id not in troubled]
    return [
        row.lateness
        for row in calm
        if row.lateness is not None and not _waited(row, row.lateness, by_account[row.delivery.account_id])
    ]


def _troubled(rows: Iterable[Row], journal: Iterable[Entry]) -> set[int]:
    """More than one try, or taken while in another's hands, or still in the hands of one who died or froze."""
    troubled = {row.delivery.id for row in rows if len(row.tries) != 1 or row.tries[0][1] is not Outcome.PUBLISHED}
    hands: dict[int, int] = {}
    for entry in journal:
        if entry.delivery is None:
            continue
        if entry.word is Word.TAKEN:
            if entry.delivery in hands or entry.status == S.UNCERTAIN:
                troubled.add(entry.delivery)
            hands[entry.delivery] = entry.life
        elif entry.word is Word.LEFT and hands.get(entry.delivery) == entry.life:
            del hands[entry.delivery]
        elif entry.word is Word.FROZEN:
            troubled.add(entry.delivery)
    return troubled | set(hands)


def _spans(journal: Iterable[Entry], deliveries: set[int]) -> dict[int, tuple[float, float]]:
    """From first to last mention."""
    spans: dict[int, tuple[float, float]] = {}
    for entry in journal:
        if entry.delivery in deliveries and entry.delivery is not None:
            begin, _end = spans.get(entry.delivery, (entry.at, 0.0))
            spans[entry.delivery] = (begin, entry.at)
    return spans


def _waited(row: Row, late: float, spans: Iterable[tuple[float, float]]) -> bool:
    began = row.tries[0][0]
    return any(begin <= began and end >= began - late for begin, end in spans)


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The nearest rank; None of nothing."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(len(values) * percent / 100) - 1, 0)]


# --- counts ---


def deaths(journal: Iterable[Entry]) -> dict[str, int]:
    """Kills by where they struck, in the order of the publisher's way."""
    counted = Counter(entry.detail for entry in _once_dead_silent(journal) if entry.word is Word.DIED)
    return {str(how): counted[how] for how in (*Point, *Death)}


def guarded(journal: Iterable[Entry]) -> tuple[int, int]:
    """Publishers that were frozen between intent and call and thawed again: how many; how many did not call then."""
    frozen: dict[int, int | None] = {}
    thawed = set()
    called = set()
    for entry in journal:
        match entry.word, entry.detail:
            case Word.FROZEN, Point.INTENT:
                frozen[entry.life] = entry.delivery
            case Word.THAWED, _ if entry.life in frozen:
                thawed.add(entry.life)
            case Word.TAKEN, _ if frozen.get(entry.life) == entry.delivery:
                frozen[entry.life] = None  # in its hands once more, under a lease that is young
            case Word.PASSED, Point.GUARDED if entry.life in thawed and frozen[entry.life] == entry.delivery:
                called.add(entry.life)
    return len(thawed), len(thawed - called)


def found_by_look_up(journal: Iterable[Entry]) -> int:
    """Deliveries whose post was found, not answered."""
    in_doubt, found = set(), set()
    for entry in journal:
        if entry.word is Word.TAKEN and entry.status == S.UNCERTAIN:
            in_doubt.add((entry.life, entry.delivery))
        elif entry.word is Word.LEFT and entry.detail == S.PUBLISHED and (entry.life, entry.delivery) in in_doubt:
            found.add(entry.delivery)
    return len(found)


def public_before_sent_again(rows: Iterable[Row], held: Iterable[Delivery]) -> int:
    """Of the deliveries that were held: those whose post was found when a person decided, so no call was added."""
    before = {row.id: row.attempts for row in held}
    return sum(row.delivery.status is S.PUBLISHED and len(row.tries) == before.get(row.delivery.id) for row in rows)


def count(journal: Iterable[Entry], word: Word) -> int:
    """Publishers of which the journal says this."""
    return len({entry.life for entry in journal if entry.word is word})
