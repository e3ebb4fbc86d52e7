"""Official accounts without API: their owners are asked, reminded and believed only with the post's address."""

from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.staff import StaffMember
from prokes_social.model.wave import Step, WaveStatus
from prokes_social.problem import Severity, has_errors
from prokes_social.settings import load_settings
from prokes_social.store import alarms
from tests.cli.conftest import Run
from tests.conftest import SetClock
from tests.factories import add_person

CAMPAIGN = """\
id: manual
title: Unggahan manual
purpose: Menguji akun tanpa API
owner: Biro Adpim
brand: nusa-raya
zone: WIB
starts_on: 2026-11-23
ends_on: 2026-12-04
sources:
  - {id: who, title: WHO, url: https://www.who.int/, checked_on: 2026-11-12, valid_until: 2027-06-30}
messages:
  - id: tangan
    text: Ayo cuci tangan 20 detik dengan sabun dan air mengalir.
    sources: [who]
    card: {template: announcement, slots: {headline: Cuci tangan 20 detik, source: WHO}, alt: Kartu cuci tangan.}
sends:
  - {id: siang, message: tangan, to: setda-ig, at: 2026-11-23 12.30, window: 1 jam}
"""


@pytest.fixture
def app(workspace: Path) -> App:
    return open_app(workspace)


def open_app(workspace: Path, clock: SetClock | None = None) -> App:
    return App(load_settings({"PROKES_HOME": str(workspace)}), clock=clock)


@pytest.fixture
def people(app: App) -> tuple[StaffMember, StaffMember]:
    return add_person(app.store, "Sari Wulandari", unit="setda"), add_person(app.store, "Budi Santoso", unit="setda")


def add(run: Run, *more: str) -> int:
    words = ("account", "add", "setda-ig", "--platform", "instagram", "--unit", "setda", "--by-hand", *more)
    return run(*words).code


def test_an_account_by_hand_has_an_owner_and_no_credentials(
    run: Run, app: App, people: tuple[StaffMember, StaffMember]
) -> None:
    added = run(
        *("account", "add", "setda-ig", "--platform", "instagram", "--unit", "setda"),
        *("--by-hand", "--owner", "Sari Wulandari", "--deputy", people[1].id, "--json"),
    )
    assert added.code == 0, added.err
    assert (added.json["by_hand"], added.json["owner"], added.json["deputy"]) == (True, people[0].id, people[1].id)
    assert "manual" in run("account", "list").out
    checked = run("account", "check", "setda-ig", "--json")
    assert (checked.code, checked.json) == (0, [{"account": "setda-ig", "ok": None, "by_hand": True}])
    assert run("account", "connect", "setda-ig").code == 2


@pytest.mark.parametrize(
    "words", [("--by-hand",), ("--by-hand", "--owner", "Tidak Ada"), ("--owner", "Sari Wulandari"), ("--deputy", "1")]
)
def test_an_owner_is_somebody_of_the_directory(
    run: Run, people: tuple[StaffMember, StaffMember], words: tuple[str, ...]
) -> None:
    assert run("account", "add", "setda-ig", "--platform", "instagram", "--unit", "setda", *words).code == 2
    assert run("account", "list", "--json").json == []


def test_it_is_handed_over_and_the_new_owner_is_asked_for_what_is_open(
    run: Run, workspace: Path, people: tuple[StaffMember, StaffMember], clock: SetClock
) -> None:
    add(run, "--owner", "Sari Wulandari")
    app = queued(workspace, clock)
    clock.pass_time(minutes=31)
    assert app.sharing.open_due() == 1
    assert run("account", "hand-over", "setda-ig", "--owner", "Budi Santoso").code == 0
    assert app.sharing.open_due() == 1
    page = app.sharing.page(app.sharing.link_of(people[1]))
    assert page
    assert [each.wave.key.account for each in page.invitations] == ["setda-ig"]
    assert app.deliveries.listing() == [], "publishers have nothing to do for it"


def test_an_account_by_api_has_no_owner_to_hand_over(
    run: Run, credentials: Path, people: tuple[StaffMember, StaffMember]
) -> None:
    run("account", "add", "x-setda", "--platform", "x", "--unit", "setda", "--credentials", credentials)
    refused = run("account", "hand-over", "x-setda", "--owner", "Budi Santoso")
    assert (refused.code, "API" in refused.err) == (2, True)


def test_an_account_that_nobody_looks_after_stops_the_plan(
    run: Run, workspace: Path, people: tuple[StaffMember, StaffMember], clock: SetClock
) -> None:
    add(run, "--owner", "Sari Wulandari")
    app, path = open_app(workspace, clock), write(workspace, CAMPAIGN)
    assert not has_errors(app.campaigns.check(path))
    with app.store.write() as tx:
        tx.exec_driver_sql("update person set left_at = '2026-11-01 00:00:00'")
    [problem] = [each for each in app.campaigns.check(path) if each.severity is Severity.ERROR]
    assert problem.code == "account-without-owner"
    assert "prokes account hand-over setda-ig --owner" in problem.remedy
    assert "tanpa pemilik" in run("account", "list").out


def test_whoever_posts_by_hand_meets_the_platforms_limits_and_needs_no_address(
    run: Run, workspace: Path, people: tuple[StaffMember, StaffMember], clock: SetClock
) -> None:
    add(run, "--owner", "Sari Wulandari")
    app = open_app(workspace, clock)
    assert not has_errors(app.campaigns.check(write(workspace, CAMPAIGN)))
    without_card = "".join(line for line in CAMPAIGN.splitlines(keepends=True) if "card:" not in line)
    [problem] = [
        each for each in app.campaigns.check(write(workspace, without_card)) if each.severity is Severity.ERROR
    ]
    assert problem.code.startswith("platform.")
    assert problem.place


def test_what_was_missed_rings_and_a_late_address_closes_the_alarm(
    run: Run, workspace: Path, people: tuple[StaffMember, StaffMember], clock: SetClock
) -> None:
    add(run, "--owner", "Sari Wulandari", "--deputy", "Budi Santoso")
    app = queued(workspace, clock)
    clock.pass_time(minutes=31)
    assert app.sharing.open_due() == 2
    clock.pass_time(hours=1)
    app.sharing.open_due()
    [wave] = app.sharing.waves()
    assert wave.status is WaveStatus.CLOSED
    assert ringing(app) == [AlarmKind.BY_HAND]

    owner = app.sharing.page(app.sharing.link_of(people[0]))
    assert owner
    [invitation] = owner.invitations  # it may still be confirmed
    app.sharing.note(invitation, Step.PROOF, proof="https://www.instagram.com/p/Cx1/")
    assert ringing(app) == []
    for member in people:
        page = app.sharing.page(app.sharing.link_of(member))
        assert page
        assert page.invitations == [], "done is done, for the deputy too"


def queued(workspace: Path, clock: SetClock) -> App:
    app = open_app(workspace, clock)
    path = write(workspace, CAMPAIGN)
    app.campaigns.schedule(path, by="Ayu")
    app.campaigns.approve(path, who="Citra")
    return app


def write(workspace: Path, text: str) -> Path:
    path = workspace / "campaigns" / "manual.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def ringing(app: App) -> list[AlarmKind]:
    with app.store.read() as tx:
        return [each.kind for each in alarms.ringing(tx)]
