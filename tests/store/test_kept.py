"""Kept reports: versions count up, the worker's own is made once, a sending is begun once."""

from datetime import timedelta

import pytest

from prokes_social.model.kept import Draft, KeptReport, ReportKind, Sent
from prokes_social.store import Store, kept
from tests.conftest import NOON

DRAFT = Draft(
    kind=ReportKind.WEEK, subject="", period="2026-11-16_2026-11-22", title="Pekan 16–22 November 2026",
    summary="Semua tayang.", sandbox=False, made_at=NOON,
)  # fmt: skip


def keep(store: Store, by: str = "ayu", draft: Draft = DRAFT) -> KeptReport | None:
    with store.write() as tx:
        return kept.add(tx, draft, made_by=by, files={"a.pdf": "0" * 64})


def test_versions_of_one_period_count_up_and_what_was_said_comes_back(store: Store) -> None:
    first, second = keep(store), keep(store, "budi")
    assert first
    assert second
    assert (first.version, second.version) == (1, 2)
    with store.read() as tx:
        assert kept.get(tx, first.id) == first
        assert {each.id for each in kept.listing(tx)} == {first.id, second.id}
    assert (first.title, first.made_at, first.files) == (DRAFT.title, NOON, {"a.pdf": "0" * 64})


def test_the_worker_makes_its_own_once_beside_those_of_people(store: Store) -> None:
    keep(store)
    own = keep(store, by="")
    assert own
    assert own.version == 2
    assert keep(store, by="") is None
    with store.read() as tx:
        assert kept.is_made(tx, ReportKind.WEEK, DRAFT.period)
        assert not kept.is_made(tx, ReportKind.WEEK, "2026-11-23_2026-11-29")


def test_a_sending_is_begun_by_one_of_two(store: Store) -> None:
    made = keep(store)
    assert made
    with store.write() as tx:
        assert kept.begin_sending(tx, made, "e-mail", now=NOON) == 1
    with store.write() as tx:
        assert kept.begin_sending(tx, made, "e-mail", now=NOON) is None
        assert kept.begin_sending(tx, made, "webhook", now=NOON) == 1


@pytest.mark.parametrize(
    ("outcome", "may"), [(Sent.OPEN, False), (Sent.SENT, False), (Sent.UNKNOWN, False), (Sent.NOT_SENT, True)]
)
def test_only_what_is_proved_not_sent_may_go_again(store: Store, outcome: Sent, may: bool) -> None:
    made = keep(store)
    assert made
    with store.write() as tx:
        number = kept.begin_sending(tx, made, "e-mail", now=NOON + timedelta(minutes=1))
        assert number
        kept.end_sending(tx, made, "e-mail", number, outcome=outcome, said="451 nanti saja")
        found = kept.get(tx, made.id)
    assert found
    assert found.may_go("e-mail") is may
    assert found.may_go("webhook")
    assert found.sendings[0].said == "451 nanti saja"
