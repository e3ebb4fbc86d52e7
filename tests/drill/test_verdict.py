"""What the drill concludes from a queue, a ledger and a journal that are given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from prokes_social.drill import fates, verdict
from prokes_social.drill.journal import Entry, Journal, Reader, Word
from prokes_social.drill.verdict import Row
from prokes_social.model.delivery import Content, Delivery, DeliveryStatus, Key, Outcome
from prokes_social.model.platform import Post
from prokes_social.publishing import Point

S = DeliveryStatus
DUE = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
T = DUE.timestamp()


def row(number: int, status: DeliveryStatus = S.PUBLISHED, *, post: str = "", account: int = 1, late: float = 0) -> Row:
    content = Content(
        text=f"Teks {number}", alt_text="", link=None, card=None, due_at=DUE, not_after=DUE + timedelta(minutes=5)
    )
    delivery = Delivery(
        id=number,
        key=Key(campaign="drill", message=str(number), account=f"x-{account}", occurrence="once"),
        account_id=account,
        platform="x",
        sandbox=True,
        zone="WIB",
        content=content,
        status=status,
        next_at=DUE,
        cost=Decimal(0),
        post=Post(external_id=post, permalink="", published_at=DUE) if post else None,
    )
    return Row(delivery=delivery, tries=[(T + late, Outcome.PUBLISHED)])


def public(number: int, post: str) -> dict[str, str]:
    return {"text": f"Teks {number}", "id": post}


def entry(at: float, life: int, word: Word, delivery: int | None = None, detail: str = "") -> Entry:
    return Entry(at=T + at, life=life, word=word, delivery=delivery, detail=detail)


def test_a_queue_that_equals_the_ledger_holds() -> None:
    found = verdict.compare([row(1, post="a"), row(2, S.HELD)], [public(1, "a")])
    assert found.holds
    assert found.told == [2]


@pytest.mark.parametrize(
    ("given", "ledger", "defect"),
    [
        (row(1, S.SCHEDULED), [], "lost"),
        (row(1, S.SENDING), [], "lost"),
        (row(1, S.CANCELLED), [], "lost"),
        (row(1, post="a"), [public(1, "a"), public(1, "b")], "doubled"),
        (row(1, S.HELD), [public(1, "a"), public(1, "b")], "doubled"),
        (row(1, post="a"), [], "phantom"),
        (row(1, post="a"), [public(1, "b")], "phantom"),
        (row(1, S.SCHEDULED), [public(1, "a")], "unrecorded"),
        (row(1, S.FAILED), [public(1, "a")], "unrecorded"),
    ],
)
def test_what_must_not_be_is_named(given: Row, ledger: list[dict[str, str]], defect: str) -> None:
    found = verdict.compare([given], ledger)
    assert getattr(found, defect) == [1]
    assert not found.holds


def test_recovery_counts_from_the_death_to_the_next_hands() -> None:
    journal = [
        entry(0.0, 1, Word.TAKEN, 1, "claimed 1"),
        entry(0.5, 1, Word.DIED, None, "intent"),
        entry(2.6, 2, Word.TAKEN, 1, "uncertain 3"),
    ]
    assert verdict.recoveries([row(1)], journal) == [pytest.approx(2.1)]


def test_recovery_leaves_out_what_was_done_or_waited_for_its_account_or_was_taken_by_another_dead_one() -> None:
    journal = [
        entry(0.0, 1, Word.TAKEN, 1, "claimed 1"),
        entry(0.1, 1, Word.TAKEN, 2, "claimed 1"),
        entry(0.2, 1, Word.TAKEN, 3, "claimed 1"),
        entry(0.3, 1, Word.LEFT, 1, "published"),
        entry(0.5, 1, Word.DIED, None, "intent"),
        entry(0.6, 1, Word.LEFT, 2, "published"),
        entry(2.6, 2, Word.TAKEN, 4, "claimed 1"),
        entry(5.0, 2, Word.TAKEN, 2, "claimed 3"),
        entry(5.0, 2, Word.TAKEN, 3, "claimed 5"),
    ]
    rows = [row(1, account=1), row(2, account=2), row(3, account=3), row(4, account=2)]
    assert verdict.recoveries(rows, journal) == []


def test_lateness_leaves_out_what_was_disturbed() -> None:
    calm, killed, behind, doubted = (
        row(1, late=0.1),
        row(2, account=2, late=3),
        row(3, account=2, late=2),
        row(4, late=1),
    )
    doubted = replace(doubted, tries=[(T + 1, Outcome.UNKNOWN), (T + 2, Outcome.PUBLISHED)])
    journal = [
        entry(0.0, 1, Word.TAKEN, 2, "claimed 1"),
        entry(0.1, 2, Word.TAKEN, 1, "claimed 1"),
        entry(0.1, 2, Word.LEFT, 1, "published"),
        entry(2.5, 3, Word.TAKEN, 2, "claimed 3"),
        entry(3.0, 3, Word.LEFT, 2, "published"),
    ]
    rows = [calm, killed, behind, doubted]
    assert verdict.lateness_undisturbed(rows, journal) == [pytest.approx(0.1)]
    assert len(verdict.lateness(rows)) == 4


def test_the_guard_counts_only_calls_after_the_thaw() -> None:
    journal = [
        entry(0.0, 1, Word.FROZEN, 1, Point.INTENT),
        entry(0.0, 2, Word.FROZEN, 2, Point.INTENT),
        entry(0.0, 3, Word.FROZEN, 3, Point.CLAIMED),
        entry(3.0, 1, Word.THAWED),
        entry(3.0, 2, Word.THAWED),
        entry(3.1, 1, Word.PASSED, 1, Point.GUARDED),
        entry(3.1, 2, Word.TAKEN, 2, "claimed 5"),
        entry(3.2, 2, Word.PASSED, 2, Point.GUARDED),
    ]
    assert verdict.guarded(journal) == (2, 1)


def test_a_death_that_two_write_down_counts_once() -> None:
    journal = [entry(0, 1, Word.DIED, None, "sent"), entry(0, 1, Word.DIED, None, "any-time")]
    counted = verdict.deaths(journal)
    assert (sum(counted.values()), counted["sent"]) == (1, 1)


@pytest.mark.parametrize(("values", "wanted"), [([], None), ([1.0], 1.0), ([float(n) for n in range(1, 201)], 198.0)])
def test_a_percentile_is_the_nearest_rank(values: list[float], wanted: float | None) -> None:
    assert verdict.percentile(values, 99) == wanted


def test_fates_begin_with_each_point_and_repeat_with_their_seed() -> None:
    first = list(islice(fates.draw(5), 200))
    assert [fate.death for fate in first[: len(Point)]] == list(Point)
    assert first == list(islice(fates.draw(5), 200))
    assert first != list(islice(fates.draw(6), 200))
    assert {type(fate.death) for fate in first} == {Point, fates.Death}


def test_a_journal_is_read_on_and_half_a_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    reader = Reader(path)
    assert reader.read_on() == []
    journal = Journal(path)
    journal.note(3, Word.TAKEN, delivery=7, detail="claimed 4")
    [read] = reader.read_on()
    assert (read.life, read.word, read.delivery, read.status, read.fence) == (3, Word.TAKEN, 7, "claimed", 4)
    with path.open("a", encoding="utf-8") as file:
        file.write("1.0 4 di")
        file.flush()
        assert len(reader.read_on()) == 1
        file.write("ed - sent\n")
    assert [each.word for each in reader.read_on()] == [Word.DIED, Word.TAKEN]
