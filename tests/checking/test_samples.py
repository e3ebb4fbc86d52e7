"""The samples pass every rule without a word, and do not say the same twice."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from prokes_social import checking
from prokes_social.loading.campaigns import campaign_files, load_campaign
from prokes_social.model.account import Directory
from prokes_social.model.campaign import OFFICIAL, STAFF
from tests.checking import examples

ROOT = Path(__file__).parents[2]
FILES = campaign_files(ROOT)
#: An office with one account on each platform.
OFFICE = replace(
    examples.CONTEXT,
    directory=Directory(
        accounts=tuple(
            account
            for account in examples.DIRECTORY.accounts
            if account.name not in ("dinkes-x", "setda-x", "lama-facebook")
        ),
        units=(examples.UNIT,),
        platforms=tuple(examples.LIMITS),
    ),
)
every_sample = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def test_there_are_three_samples() -> None:
    assert [path.stem for path in FILES] == [
        "agen-disiplin-prokes",
        "fakta-bukan-hoaks",
        "vaksinasi-untuk-yang-berisiko",
    ]


@every_sample
def test_a_sample_has_no_problem(path: Path) -> None:
    assert checking.check_campaign(load_campaign(path, root=ROOT), OFFICE) == []


@every_sample
def test_a_samples_plan_has_no_problem(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert OFFICE.directory
    monkeypatch.setattr(examples, "DIRECTORY", OFFICE.directory)
    assert checking.check_plan(examples.plan(load_campaign(path, root=ROOT)), OFFICE) == []


@every_sample
def test_a_sample_reaches_official_accounts_and_staff_with_cards(path: Path) -> None:
    campaign = load_campaign(path, root=ROOT).value
    targets = {target for send in campaign.sends for target in send.to}
    assert {OFFICIAL, STAFF} <= targets
    assert all(message.card for message in campaign.messages)
    assert any(send.every for send in campaign.sends)


@every_sample
def test_leaders_are_asked_before_staff(path: Path) -> None:
    campaign = load_campaign(path, root=ROOT).value
    for leaders, staff in combinations(campaign.sends, 2):
        if leaders.to == ("leaders",) and staff.to == (STAFF,) and leaders.message == staff.message:
            assert leaders.at and staff.at
            assert leaders.at < staff.at


@every_sample
def test_a_samples_cards_name_their_source(path: Path) -> None:
    for message in load_campaign(path, root=ROOT).value.messages:
        assert message.card
        assert message.card.slots["headline"]
        assert message.card.slots["source"]
