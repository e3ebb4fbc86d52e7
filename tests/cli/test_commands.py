"""Commands as a comms officer types them: results on stdout, remedies on stderr, exit codes for scripts."""

import json
import socket
from pathlib import Path

import pytest

from prokes_social.cli import build
from prokes_social.sandbox import Sandbox
from tests.cli.conftest import CREDENTIALS, Run

CAMPAIGN = """\
id: cuci-tangan
title: Cuci tangan
purpose: Mengajak warga mencuci tangan
owner: Biro Adpim
brand: nusa-raya
zone: WIB
starts_on: 2027-01-04
ends_on: 2027-01-31
hashtags: [AgenProkes]
sources:
  - id: who
    title: WHO, panduan kebersihan tangan
    url: https://www.who.int/
    checked_on: 2026-11-10
    valid_until: 2027-06-30
messages:
  - id: tangan
    text: Ayo cuci tangan 20 detik dengan sabun dan air mengalir.
    sources: [who]
    card:
      template: announcement
      slots: {headline: Cuci tangan 20 detik, source: "WHO"}
      alt: Kartu ajakan mencuci tangan 20 detik dengan sabun.
sends:
  - {id: pagi, message: tangan, to: official, at: 2027-01-05 07.30}
"""


@pytest.fixture
def office(run: Run, workspace: Path, credentials: Path) -> Path:
    """A workspace with one X account and one good campaign."""
    assert (
        run("account", "add", "x-kab", "--platform", "x", "--unit", "diskominfo", "--credentials", credentials).code
        == 0
    )
    path = workspace / "campaigns" / "cuci.yaml"
    path.write_text(CAMPAIGN)
    return path


def test_every_command_has_help_in_both_languages(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("id", "en"):
        monkeypatch.setenv("PROKES_LANG", language)
        top = run("--help")
        assert top.code == 0
        group = build()
        for name in group.list_commands(None):  # type: ignore[arg-type]
            assert name in top.out
            assert run(name, "--help").code == 0


def test_outside_a_workspace_the_way_in_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("delivery", "list")
    assert ran.code == 2
    assert "prokes init" in ran.err


def test_init_makes_a_workspace_and_refuses_a_second_time(run: Run, workspace: Path) -> None:
    assert (workspace / "prokes.toml").exists()
    assert list((workspace / "campaigns").glob("*.yaml"))
    assert (workspace / ".prokes" / "key").stat().st_mode & 0o777 == 0o600
    assert run("init", workspace).code == 2


def test_an_account_is_stored_sealed(run: Run, office: Path, workspace: Path) -> None:
    [row] = run("account", "list", "--json").json
    assert row["name"] == "x-kab"
    assert b"kenari" not in b"".join(each.read_bytes() for each in (workspace / ".prokes").iterdir())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"consumer_key": "k"}', "access_token"),
        ("bukan json", "JSON"),
        ('{"consumer_key": "k", "sandi": "1"}', "sandi"),
    ],
)
def test_unusable_credentials_name_what_is_wrong(run: Run, workspace: Path, text: str, named: str) -> None:
    (workspace / "x.json").write_text(text)
    ran = run("account", "add", "x-kab", "--platform", "x", "--unit", "u", "--credentials", workspace / "x.json")
    assert ran.code == 2
    assert named in ran.err


def test_without_a_network_an_account_check_says_so_and_blocks_nothing(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch, workspace: Path, credentials: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("PROKES_X_BASE_URL", f"http://127.0.0.1:{port}")
    assert run("account", "add", "x-uji", "--platform", "x", "--unit", "u", "--credentials", credentials).code == 0
    ran = run("account", "check", "x-uji", "--json")
    assert ran.code == 5
    assert ran.json[0]["ok"] is False
    assert not any(row["blocked"] for row in run("account", "list", "--json").json)


def test_a_live_account_never_speaks_to_a_sandbox(run: Run, office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROKES_X_BASE_URL", "http://127.0.0.1:9")
    ran = run("account", "check", "x-kab")
    assert ran.code == 2


def test_check_tells_place_and_remedy_in_three_shapes(run: Run, office: Path) -> None:
    assert run("campaign", "check", office).code == 0
    office.write_text(CAMPAIGN.replace("zone: WIB", "zone: WIBB"))
    text = run("campaign", "check", office)
    assert text.code == 3
    assert "cuci.yaml:6:7" in text.out
    assert "^" in text.out
    [problem] = run("campaign", "check", office, "--format", "json").json
    assert (problem["line"], problem["column"]) == (6, 7)
    assert run("campaign", "check", office, "--format", "github").out.startswith("::error file=")


def test_plan_schedule_approve_and_schedule_again(run: Run, office: Path) -> None:
    plan = run("campaign", "plan", office, "--json").json
    [change] = plan["changes"]
    assert change["change"] == "add"
    assert change["text"].endswith("#AgenProkes")
    assert Path(change["card"]).exists()
    assert run("delivery", "list", "--json").json == []

    assert run("campaign", "schedule", office, "--by", "Ayu").code == 0
    [row] = run("delivery", "list", "--json").json
    assert row["status"] == "waiting"
    assert run("campaign", "approve", office, "--as", "Citra", "--json").json["scheduled"] == 1
    again = run("campaign", "schedule", office, "--json").json
    assert {change["change"] for change in again["changes"]} == {"keep"}
    [row] = run("delivery", "list", "--json").json
    assert row["status"] == "scheduled"
    assert {
        "id",
        "campaign",
        "message",
        "account",
        "platform",
        "due_at",
        "external_id",
        "permalink",
        "attempts",
    } <= set(row)


def test_a_plan_can_be_read_by_people(run: Run, office: Path) -> None:
    ran = run("campaign", "plan", office)
    assert "07.30 WIB" in ran.out
    assert "Ayo cuci tangan 20 detik" in ran.out
    assert "US$0,015" in ran.out


def test_an_hour_may_be_written_as_the_workspaces_word_for_it(run: Run, office: Path) -> None:
    office.write_text(CAMPAIGN.replace("2027-01-05 07.30", "2027-01-05 malam"))
    assert "19.30 WIB" in run("campaign", "plan", office).out
    office.write_text(CAMPAIGN.replace("2027-01-05 07.30", "2027-01-05 subuh"))
    assert run("campaign", "check", office).code == 3


def test_a_send_of_the_past_is_refused_and_nothing_is_queued(run: Run, office: Path) -> None:
    office.write_text(CAMPAIGN.replace("2027-01-05", "2026-01-05").replace("2027-01-04", "2026-01-04"))
    ran = run("campaign", "schedule", office)
    assert ran.code == 3
    assert run("delivery", "list", "--json").json == []


def test_an_unknown_account_is_refused_with_a_suggestion(run: Run, office: Path) -> None:
    office.write_text(CAMPAIGN.replace("to: official", "to: x-kabb"))
    ran = run("campaign", "schedule", office)
    assert ran.code == 3
    assert "x-kab" in ran.err


def test_cards_are_drawn_in_every_size_or_the_one_asked_for(run: Run, office: Path, workspace: Path) -> None:
    every = run("card", "render", office, "--out", workspace / "kartu", "--json").json
    assert {row["size"] for row in every} >= {"1080x1350", "1080x1080", "1600x900", "1080x1920"}
    [one] = run("card", "render", office, "--message", "tangan", "--size", "1080x1080", "--out", "k", "--json").json
    assert Path(one["file"]).read_bytes()[:2] == b"\xff\xd8"
    assert run("card", "render", office, "--message", "tidak-ada", "--out", "k").code == 3


def test_a_campaign_file_that_is_not_there(run: Run, workspace: Path) -> None:
    ran = run("campaign", "check", "campaigns/tidak-ada.yaml")
    assert ran.code == 3
    assert "tidak-ada.yaml" in ran.out


def test_a_read_only_workspace_is_an_error_with_a_remedy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("")
    ran = run("init", tmp_path / "berkas" / "kantor")
    assert ran.code == 2
    assert ran.err.count("\n") >= 2


def test_a_report_of_an_unknown_campaign_or_format_is_refused(run: Run, workspace: Path) -> None:
    assert run("report", "write", "tidak-ada", "--out", "r").code == 3
    assert run("report", "write", "tidak-ada", "--format", "wordstar", "--out", "r").code == 2


def test_nothing_to_do_ends_at_once(run: Run, workspace: Path) -> None:
    assert run("work", "--until-idle").code == 0
    assert run("work", "--once").code == 0
    assert json.loads(run("reach", "collect", "--json").out) == {"taken": 0, "put_off": 0, "why": {}}


def test_a_mistyped_command_gets_a_suggestion(run: Run) -> None:
    ran = run("campain")
    assert ran.code == 2
    assert "prokes campaign" in ran.err


def test_credentials_can_be_replaced_and_the_platforms_words_are_shown(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox() as sandbox:
        monkeypatch.setenv("PROKES_X_BASE_URL", sandbox.url)
        good = {key: sandbox.accounts()["x"][0][key] for key in CREDENTIALS}
        (workspace / "buruk.json").write_text(json.dumps(good | {"access_token_secret": "salah"}))
        (workspace / "baik.json").write_text(json.dumps(good))
        added = run("account", "add", "x-kab", "--platform", "x", "--unit", "u", "--credentials", "buruk.json")
        assert added.code == 0
        refused = run("account", "check")
        assert refused.code == 5
        assert "Unauthorized" in refused.err, "the platform's own words"
        assert [alarm["kind"] for alarm in run("alarm", "list", "--json").json] == ["blocked"]
        assert run("account", "connect", "x-kab", "--credentials", "baik.json").code == 0
        assert [row["blocked"] for row in run("account", "list", "--json").json] == [False]
        assert run("alarm", "list", "--json").json == []


def test_an_instagram_account_needs_a_public_address_for_its_pictures(
    run: Run, office: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace / "ig.json").write_text('{"ig_user_id": "1", "access_token": "t"}')
    run("account", "add", "ig-kab", "--platform", "instagram", "--unit", "u", "--credentials", "ig.json")
    ran = run("campaign", "schedule", office)
    assert ran.code == 3
    assert "PROKES_PUBLIC_URL" in ran.err
    monkeypatch.setenv("PROKES_PUBLIC_URL", "https://kampanye.example.go.id")
    assert run("campaign", "schedule", office).code == 0


def test_whoever_looks_is_told_that_everything_is_stopped(run: Run, office: Path) -> None:
    run("stop", "--by", "Ayu", "--why", "berita duka")
    assert "Ayu" in run("delivery", "list").err
    assert run("work", "--until-idle").code == 0
