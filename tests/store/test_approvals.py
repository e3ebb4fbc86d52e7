"""Verdicts on contents: the newest one on each counts, whatever was said of others."""

from prokes_social.store import Store, approvals
from prokes_social.store.approvals import APPROVED, CHECKED, RECALLED, SENT_BACK
from tests.factories import DUE


def say(store: Store, digest: str, *verdicts: str) -> None:
    with store.write() as tx:
        for verdict in verdicts:
            approvals.add(tx, [digest], verdict=verdict, who="Citra", now=DUE)


def test_of_many_those_are_not_approved_whose_own_newest_verdict_is_none(store: Store) -> None:
    say(store, "yes", APPROVED)
    say(store, "back", APPROVED, SENT_BACK)
    say(store, "recalled", APPROVED, RECALLED)
    say(store, "checked", CHECKED)
    say(store, "again", APPROVED, SENT_BACK, APPROVED)
    asked = ["again", "back", "checked", "new", "recalled", "yes"]
    with store.read() as tx:
        assert approvals.not_approved(tx, asked) == ["back", "checked", "new", "recalled"]
        assert [each for each in asked if approvals.approved(tx, each)] == ["again", "yes"]
    say(store, "else", SENT_BACK)  # the newest of all rows says nothing about the others
    with store.read() as tx:
        assert approvals.not_approved(tx, asked) == ["back", "checked", "new", "recalled"]
