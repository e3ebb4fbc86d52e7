"""A new workspace can be used on the day it is made, whenever that is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from prokes_social.app import App, workspace
from prokes_social.loading.campaigns import campaign_files, load_campaign
from prokes_social.settings import load_settings
from tests.conftest import SetClock

BEFORE = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ON_THE_DAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = datetime(2027, 1, 13, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "starts_on"), [(BEFORE, "2026-11-23"), (ON_THE_DAY, "2026-11-30"), (LATER, "2027-01-18")]
)
def test_the_samples_begin_on_a_monday_to_come(tmp_path: Path, now: datetime, starts_on: str) -> None:
    workspace.make(tmp_path, {}, SetClock(now))
    for path in campaign_files(tmp_path):
        sample = load_campaign(path, root=tmp_path).value
        assert str(sample.starts_on) == starts_on, path.name
        sends_on = [send.at.day for send in sample.sends if send.at]
        assert min(sends_on) >= sample.starts_on, path.name
        assert max(sends_on) <= sample.ends_on, path.name


@pytest.mark.parametrize("now", [ON_THE_DAY, LATER])
def test_the_samples_can_be_planned_as_they_are(tmp_path: Path, now: datetime) -> None:
    workspace.make(tmp_path, {}, SetClock(now))
    app = App(load_settings({"PROKES_HOME": str(tmp_path)}), SetClock(now))
    app.accounts.add("fb", platform="facebook", unit="biro", credentials=FACEBOOK)
    try:
        for path in campaign_files(tmp_path):
            assert app.campaigns.plan(path).plan.changes_anything, path.name
    finally:
        app.close()


def test_what_was_checked_when_is_left_as_it_is(tmp_path: Path) -> None:
    workspace.make(tmp_path, {}, SetClock(LATER))
    for shipped in campaign_files(workspace.bundled("campaigns").parent):
        made = load_campaign(tmp_path / "campaigns" / shipped.name, root=tmp_path).value
        assert made.sources == load_campaign(shipped, root=shipped.parents[1]).value.sources


FACEBOOK = {"page_id": "1", "access_token": "t", "app_secret": "s"}
