"""Leaders go first: from the campaign file through approval and invitations to participation by unit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from prokes_social.app import App, workspace
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.wave import Step, WaveStatus
from prokes_social.settings import load_settings
from tests.conftest import SetClock, new_database
from tests.factories import add_person

CAMPAIGN = """\
id: teladan
title: Pimpinan memberi teladan
purpose: Pegawai ikut membagikan setelah pimpinan memberi teladan
owner: Biro Adpim
brand: nusa-raya
starts_on: 2026-11-23
ends_on: 2026-12-04
link: https://infeksiemerging.kemkes.go.id/
sources:
  - {id: who, title: WHO, url: https://www.who.int/, checked_on: 2026-11-12, valid_until: 2027-06-30}
messages:
  - id: tangan
    text: Ayo cuci tangan 20 detik dengan sabun dan air mengalir.
    variants: {leaders: "Bapak dan Ibu pimpinan, mari memberi contoh cuci tangan hari ini."}
    captions: [Saya cuci tangan dulu sebelum memeluk anak. Yuk ikut.]
    sources: [who]
    card: {template: announcement, slots: {headline: Cuci tangan 20 detik, source: WHO}, alt: Kartu cuci tangan.}
sends:
  - {id: pimpinan, message: tangan, to: leaders, at: 2026-11-23 12.30}
  - {id: pegawai, message: tangan, to: staff, at: 2026-11-25 12.30, after: {send: pimpinan, share: 60 %}}
"""


@pytest.fixture(params=["sqlite", "postgres"])
def app(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[App]:
    environment = {"PROKES_HOME": str(tmp_path / "kantor"), "PROKES_PUBLIC_URL": "https://prokes.nusaraya.go.id"}
    if request.param == "postgres":
        migrated = request.getfixturevalue("migrated_database")
        environment["PROKES_DATABASE_URL"] = new_database(request.getfixturevalue("postgres_server"), template=migrated)
    workspace.make(tmp_path / "kantor", environment)
    (tmp_path / "kantor" / "campaigns" / "teladan.yaml").write_text(CAMPAIGN, encoding="utf-8")
    opened = App(load_settings(environment), clock=clock)
    yield opened
    opened.close()


def hire(app: App, unit: str, count: int, *, leader: bool = False, agreed: bool = True) -> list[StaffMember]:
    return [
        add_person(app.store, f"{unit} {n}", unit=unit, zone="WIB", leader=leader, agreed=agreed) for n in range(count)
    ]


def share(app: App, member: StaffMember, *steps: Step) -> None:
    page = app.sharing.page(app.sharing.link_of(member))
    assert page
    for step in steps:
        app.sharing.note(page.invitations[0], step, place="w" if step is Step.SHEET else "")


def test_leaders_reach_their_share_staff_follow_and_participation_is_right(app: App, clock: SetClock) -> None:
    leaders = hire(app, "setda", 5, leader=True)
    health, order = hire(app, "dinkes", 6), hire(app, "satpol", 5)
    hire(app, "dinkes", 3, agreed=False)
    path = app.settings.home / "campaigns" / "teladan.yaml"

    planned, _scheduled = app.campaigns.schedule(path, by="Ayu")
    assert [wave.change.value for wave in planned.plan.waves] == ["add", "add"]
    clock.pass_time(hours=1)
    assert app.sharing.open_due() == 0  # nothing was approved
    app.campaigns.approve(path, who="Citra")
    assert not app.campaigns.plan(path).plan.changes_anything

    assert app.sharing.open_due() == 5
    shown = app.sharing.page(app.sharing.link_of(leaders[0]))
    assert shown
    assert [caption.splitlines()[0] for caption in shown.invitations[0].wave.content.captions] == [
        "Bapak dan Ibu pimpinan, mari memberi contoh cuci tangan hari ini.",
        "Saya cuci tangan dulu sebelum memeluk anak. Yuk ikut.",
    ]
    for leader in leaders[:2]:
        share(app, leader, Step.SHEET, Step.SAID)
    assert app.sharing.open_due() == 0  # 40 %
    share(app, leaders[2], Step.SAID)
    assert app.sharing.open_due() == 11

    for member in health[:3]:
        share(app, member, Step.OPENED)
    share(app, health[3], Step.SAID)
    share(app, order[0], Step.PROOF)
    share(app, order[1], Step.DECLINED)
    first, second = app.sharing.participation("teladan")
    assert (first.wave.key.audience, first.rows[0].counts.said, first.rows[0].counts.rate) == ("leaders", 3, 60)
    by_unit = {row.units: row.counts for row in second.rows}
    dinkes, satpol = by_unit["Dinkes",], by_unit["Satpol",]
    assert (dinkes.members, dinkes.offered, dinkes.opened, dinkes.said, dinkes.proof) == (9, 6, 4, 1, 0)
    assert (satpol.members, satpol.offered, satpol.opened, satpol.said, satpol.proof) == (5, 5, 2, 1, 1)


def test_whoever_stops_sees_no_invitation_and_whoever_returns_sees_it_again(app: App, clock: SetClock) -> None:
    (member,) = hire(app, "dinkes", 1)
    path = app.settings.home / "campaigns" / "teladan.yaml"
    app.campaigns.schedule(path, by="Ayu")
    app.campaigns.approve(path, who="Citra")
    clock.pass_time(days=2, hours=1)
    app.sharing.open_due()
    link = app.sharing.link_of(member)
    for given, count in ((False, 0), (True, 1)):
        page = app.sharing.page(link)
        assert page
        app.sharing.answer(page, Purpose.LINK, given=given)
        shown = app.sharing.page(link)
        assert shown
        assert len(shown.invitations) == count


def test_a_campaign_that_is_edited_asks_again_for_approval_and_shows_what_differs(app: App, clock: SetClock) -> None:
    path = app.settings.home / "campaigns" / "teladan.yaml"
    app.campaigns.schedule(path, by="Ayu")
    app.campaigns.approve(path, who="Citra")
    path.write_text(CAMPAIGN.replace("Yuk ikut.", "Ayo ikut.").replace("share: 60 %", "share: 80 %"), encoding="utf-8")
    planned, _scheduled = app.campaigns.schedule(path, by="Ayu")
    assert [(wave.change.value, wave.reason) for wave in planned.plan.waves] == [
        ("change", "teks"),
        ("change", "teks, siapa lebih dulu"),
    ]
    assert {wave.status for wave in app.sharing.waves()} == {WaveStatus.WAITING}
    path.write_text(CAMPAIGN.partition("sends:")[0] + "sends: []\n", encoding="utf-8")
    app.campaigns.schedule(path, by="Ayu")
    assert {wave.status for wave in app.sharing.waves()} == {WaveStatus.CANCELLED}


def test_a_card_that_needs_a_name_may_be_sent_to_staff_and_carries_each_ones(app: App, clock: SetClock) -> None:
    (member,) = hire(app, "dinkes", 1)
    path = app.settings.home / "campaigns" / "teladan.yaml"
    pledge = 'template: pledge, slots: {pledge: "Saya pakai masker saat batuk"}, alt: Kartu janji.'
    plain = "template: announcement, slots: {headline: Cuci tangan 20 detik, source: WHO}, alt: Kartu cuci tangan."
    path.write_text(CAMPAIGN.replace(plain, pledge), encoding="utf-8")
    app.campaigns.schedule(path, by="Ayu")
    app.campaigns.approve(path, who="Citra")
    clock.pass_time(days=2, hours=1)
    assert app.sharing.open_due() == 1
    page = app.sharing.page(app.sharing.link_of(member))
    assert page
    drawn = app.sharing.card(page.invitations[0], page.invitations[0].wave.content.sizes[0])
    assert drawn
    assert len(drawn) < 200_000


def test_templates_that_change_after_approval_are_not_shown_and_ring(app: App, clock: SetClock) -> None:
    (member,) = hire(app, "dinkes", 1)
    path = app.settings.home / "campaigns" / "teladan.yaml"
    app.campaigns.schedule(path, by="Ayu")
    app.campaigns.approve(path, who="Citra")
    clock.pass_time(days=2, hours=1)
    app.sharing.open_due()
    own = app.settings.home / "assets" / "templates" / "announcement.yaml"
    text = (workspace.bundled("assets") / "templates" / "announcement.yaml").read_text("utf-8")
    own.write_text(text.replace("angle: 165", "angle: 175", 1), encoding="utf-8")
    again = App(load_settings(dict(app.settings.environment)), clock=clock)
    page = again.sharing.page(again.sharing.link_of(member))
    assert page
    assert again.sharing.card(page.invitations[0], page.invitations[0].wave.content.sizes[0]) is None
    assert [alarm.kind.value for alarm in again.decisions.alarms()] == ["card-changed"]
    again.close()
