"""`prokes report` as a person types it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, run

from .conftest import DAY, Office

__all__ = ["run"]  # a fixture


@pytest.fixture(autouse=True)
def in_the_office(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.has_account("resmi", "x")
    office.reads(office.publishes(office.queues("sabun", "resmi")), 2, impressions=1200)
    office.publishes(office.queues("masker", "resmi", 3 * DAY))
    monkeypatch.setenv("PROKES_HOME", str(office.settings.home))
    monkeypatch.chdir(office.settings.home)


def test_the_week_before_a_day_is_made_kept_and_listed(run: Run) -> None:
    made = run("report", "week", "2026-11-30", "--by", "ayu", "--number", "440/31/Adpim/2026", "--json")
    assert made.code == 0
    assert (made.json["kind"], made.json["period"]) == ("week", ["2026-11-23", "2026-11-29"])
    assert {Path(path).suffix for path in made.json["paths"]} == {".pdf", ".xlsx", ".json"}
    assert all(Path(path).is_file() for path in made.json["paths"])
    (row,) = run("report", "list", "--json").json
    assert (row["id"], row["version"], row["made_by"], row["sendings"]) == (made.json["id"], 1, "ayu", [])


def test_a_campaigns_report_is_kept_instead_of_written_where_asked(run: Run, office: Office) -> None:
    kept = run("report", "write", "cuci-tangan", "--format", "pdf,xlsx", "--keep")
    assert kept.code == 0
    paths = [Path(line) for line in kept.out.split()]
    assert [path.suffix for path in paths] == [".pdf", ".xlsx"]
    assert not (office.settings.home / "reports").exists()


def test_without_any_kept_report_the_list_says_how_to_make_one(run: Run) -> None:
    assert "prokes report week" in run("report", "list").err
    assert run("report", "list", "--json").json == []


def test_sending_without_a_receiver_says_which_setting_to_make(run: Run) -> None:
    made = run("report", "week", "2026-11-30", "--json").json["id"]
    refused = run("report", "send", made)
    assert refused.code == 2
    assert "[reporting]" in refused.err


def test_a_report_that_is_not_kept_can_not_be_sent(run: Run, office: Office) -> None:
    refused = run("report", "send", 99)
    assert refused.code == 3
    assert "prokes report list" in refused.err


def test_a_week_of_nothing_is_refused(run: Run) -> None:
    assert run("report", "week", "2026-10-05").code == 3


def test_reach_is_shown_account_by_account_with_how_it_is_known(run: Run) -> None:
    shown = run("reach", "show", "cuci-tangan")
    assert shown.code == 0
    assert "resmi" in shown.out and "1.200 (terukur)" in shown.out and "–" in shown.out
    document = run("reach", "show", "cuci-tangan", "--json").json
    assert document["total"]["figures"]["impressions"]["value"] == 1200
    assert run("reach", "show", "tidak-ada").code == 3
