"""`prokes staff export|withdraw|forget`: what a person may ask for is done, in every file of the workspace."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from prokes_social.app import App
from prokes_social.app.forgotten import FILE, ForgottenList
from prokes_social.app.upkeep import restore
from prokes_social.model.account import AccountKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.wave import Step, WaveStatus
from prokes_social.settings import load_settings
from prokes_social.store import Store, accounts, backups, consents, deliveries, offers, people
from prokes_social.store.tables import account, person
from tests.cli.conftest import Run
from tests.conftest import new_database
from tests.factories import DUE, add_account, add_person, make_content, put_wave, queue_delivery

NAME, CONTACT = "Zulkarnaen Wirawibawa", "+6281298765432"
WITH_TITLES = f"dr. {NAME}, M.Kes."
SIGNS = ("zulkarnaen", "wirawibawa", "81298765432")
PHOTO = "ab" * 32


@pytest.fixture(params=["sqlite", "postgres"])
def app(request: pytest.FixtureRequest, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """The workspace on each database; commands find the same one."""
    if request.param == "postgres":
        migrated = request.getfixturevalue("migrated_database")
        url = new_database(request.getfixturevalue("postgres_server"), template=migrated)
        monkeypatch.setenv("PROKES_DATABASE_URL", url)
    opened = App(load_settings())
    yield opened
    opened.close()


@pytest.fixture
def member(app: App) -> StaffMember:
    """Invited by an open wave that goes on for years, with a photograph."""
    add_account(app.store)
    found = add_person(app.store, WITH_TITLES, contact=CONTACT)
    photos = app.settings.state / "photos"
    photos.mkdir(exist_ok=True)
    (photos / f"{PHOTO[:32]}.jpg").write_bytes(b"foto")
    wave = put_wave(app.store, status=WaveStatus.OPEN, closes_at=datetime(2099, 1, 1, tzinfo=UTC))
    with app.store.write() as tx:
        tx.execute(update(person).values(photo=PHOTO))
        offers.add(tx, wave.id, [(found.id, found.unit.id)], now=DUE)
        [invited] = offers.of_wave(tx, wave.id)
        offers.note(tx, invited.id, Step.PROOF, now=DUE)
        offers.set_proof(tx, invited.id, "https://x.com/zulkarnaen/status/1")
        consents.record(tx, found.id, Purpose.PHOTO, given=True, wording="foto boleh", by="Ayu", now=DUE)
    return found


def own_account(app: App, member: StaffMember) -> None:
    """Their own X account, with a delivery that waits for its time."""
    with app.store.write() as tx:
        unit = member.unit.id
        own = accounts.add(tx, name="x-pribadi", platform="x", unit_id=unit, kind=AccountKind.PERSONAL, sandbox=True)
        accounts.set_credentials(tx, own, {"access_token": b"tersegel"})
        tx.execute(update(account).where(account.c.id == own).values(owner_id=member.id))
    content = make_content("x-pribadi", text="Halo", due_at=datetime(2099, 1, 1, tzinfo=UTC))
    queue_delivery(app.store, account="x-pribadi", content=content)


# --- who is meant ---


@pytest.mark.parametrize("who", [WITH_TITLES, "zulkarnaen wirawibawa", "1", "link", "https://kantor/s/link"])
def test_a_person_is_found_by_number_name_or_link(app: App, run: Run, member: StaffMember, who: str) -> None:
    who = who.replace("link", app.sharing.link_of(member))
    assert run("staff", "export", who, "--json").json["person"]["id"] == member.id


def test_several_of_one_name_are_listed_with_their_units(app: App, run: Run, member: StaffMember) -> None:
    other = add_person(app.store, WITH_TITLES, unit="dinkes")
    ran = run("staff", "withdraw", NAME)
    assert ran.code == 2
    assert f"{member.id} " in ran.err and f"{other.id} " in ran.err
    assert "Dinkes" in ran.err and "Diskominfo" in ran.err


def test_nobody_of_that_name_is_said_with_a_remedy(run: Run, member: StaffMember) -> None:
    ran = run("staff", "export", "Tidak Ada")
    assert (ran.code, ran.err.count("\n")) == (2, 2)


def test_a_script_that_does_not_ask_needs_the_whole_name(app: App, run: Run, member: StaffMember) -> None:
    assert run("staff", "forget", NAME, "--yes").code == 2
    assert app.privacy.find(str(member.id)).id == member.id


# --- export ---


def test_everything_we_hold_is_handed_out_without_a_secret(app: App, run: Run, member: StaffMember) -> None:
    own_account(app, member)
    found = run("staff", "export", member.id, "--json").json
    assert found["person"]["name"] == WITH_TITLES
    assert found["person"]["contact"] == CONTACT
    assert [(each["purpose"], each["given"], each["version"]) for each in found["consents"]] == [
        ("link", True, 1), ("photo", True, 1)]  # fmt: skip
    [invited] = found["invitations"]
    assert [step["step"] for step in invited["steps"]] == ["proof"]
    [own] = found["connected_accounts"]
    assert (own["connected"], own["deliveries"][0]["text"]) == (True, "Halo")
    assert "tersegel" not in json.dumps(found)


def test_the_copy_for_the_person_has_the_photograph_and_is_private(
    run: Run, member: StaffMember, tmp_path: Path
) -> None:
    out = tmp_path / "serah"
    assert run("staff", "export", member.id, "--out", out).code == 0
    written = json.loads((out / f"data-{member.id}.json").read_text())
    assert (out / written["photo_file"]).read_bytes() == b"foto"
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}


def test_it_can_be_read_out_and_says_nothing_of_what_was_declined(app: App, run: Run, member: StaffMember) -> None:
    with app.store.write() as tx:
        [invited] = offers.of_wave(tx, 1)
        offers.note(tx, invited.id, Step.DECLINED, now=DUE)
    ran = run("staff", "export", member.id)
    assert "Nama" in ran.out and WITH_TITLES in ran.out and "memberi bukti" in ran.out
    assert "tidak kali ini" not in ran.out
    assert "declined" in run("staff", "export", member.id, "--json").out


# --- withdraw ---


def test_after_a_withdrawal_nothing_is_shown_and_nobody_is_asked(app: App, run: Run, member: StaffMember) -> None:
    link = app.sharing.link_of(member)
    page = app.sharing.page(link)
    assert page
    assert len(page.invitations) == 1
    assert run("staff", "withdraw", member.id, "--by", "Ayu").code == 0
    page = app.sharing.page(link)
    assert page
    assert (page.agreed, page.invitations) == (False, [])
    put_wave(app.store, message="lain", status=WaveStatus.OPEN, closes_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert app.sharing.open_due() == 0


def test_a_withdrawal_is_recorded_with_wording_version_and_time(app: App, run: Run, member: StaffMember) -> None:
    run("staff", "withdraw", member.id, "--purpose", "photo", "--by", "Ayu")
    with app.store.read() as tx:
        said = consents.current(tx, member.id)
    assert (said[Purpose.PHOTO].given, said[Purpose.PHOTO].by, said[Purpose.PHOTO].version) == (False, "Ayu", 1)
    assert "foto" in said[Purpose.PHOTO].wording
    assert said[Purpose.LINK].given, "each purpose on its own"


def test_a_card_that_was_shared_before_loses_the_name(app: App, run: Run, member: StaffMember) -> None:
    [code] = [each["code"] for each in run("staff", "export", member.id, "--json").json["invitations"]]
    shared = app.sharing.shared(code)
    assert shared
    assert app.sharing._on_card(shared)["name"] == WITH_TITLES
    run("staff", "withdraw", member.id)
    assert "name" not in app.sharing._on_card(shared)


@pytest.mark.parametrize("by_page", [True, False])
def test_their_own_account_is_disconnected_and_what_waits_is_cancelled(
    app: App, run: Run, member: StaffMember, by_page: bool
) -> None:
    own_account(app, member)
    page = app.sharing.page(app.sharing.link_of(member))
    assert page
    if by_page:
        app.sharing.answer(page, Purpose.POST, given=False)
    else:
        assert run("staff", "withdraw", member.id, "--purpose", "post", "--json").json["cancelled"] == 1
    with app.store.read() as tx:
        [row] = deliveries.listing(tx, account_name="x-pribadi")
        assert accounts.credentials(tx, row.account_id) == {}
    assert row.status is DeliveryStatus.CANCELLED


def test_the_owner_of_an_account_by_hand_who_said_no_is_not_asked(app: App, member: StaffMember) -> None:
    with app.store.write() as tx:
        official = accounts.by_name(tx, "x-kabupaten")
        assert official
        accounts.set_by_hand(tx, official.id, owner_id=member.id, deputy_id=None)
    app.privacy.withdraw(member, [Purpose.LINK], by="Ayu")
    far = datetime(2099, 1, 1, tzinfo=UTC)
    wave = put_wave(app.store, audience="account:x-kabupaten", status=WaveStatus.OPEN, closes_at=far)
    app.sharing.open_due()
    with app.store.read() as tx:
        assert offers.of_wave(tx, wave.id) == []


# --- forget ---


def everything_in(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def saying(folder: Path) -> list[Path]:
    return [path for path, data in everything_in(folder) if any(sign.encode() in data.lower() for sign in SIGNS)]


def test_no_byte_is_left_in_any_file_of_the_workspace(app: App, run: Run, member: StaffMember, workspace: Path) -> None:
    own_account(app, member)
    assert run("backup").code == 0
    assert run("backup", ".prokes/backups/lain.db").code == 0
    assert len(saying(workspace)) >= 2, "else this test could not fail"
    ran = run("staff", "forget", member.id, "--yes", "--json")
    assert ran.code == 0
    assert len(ran.json["backups"]) == 2
    assert (ran.json["photos"], ran.json["failed"], ran.json["mentions"]) == (1, [], [])
    assert saying(workspace) == []
    assert not any(sign in (ran.out + ran.err).lower() for sign in SIGNS)
    assert app.sharing.page(app.sharing.link_of(member)) is None


def test_their_link_opens_nothing_also_when_somebody_new_was_added(app: App, run: Run, member: StaffMember) -> None:
    link = app.sharing.link_of(member)
    run("staff", "forget", member.id, "--yes")
    add_person(app.store, "Orang Baru")
    assert app.sharing.page(link) is None


def test_it_asks_for_the_name_first(app: App, run: Run, member: StaffMember, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("ya\n"))
    assert run("staff", "forget", member.id).code != 0
    assert app.privacy.find(str(member.id))
    monkeypatch.setattr("sys.stdin", io.StringIO(WITH_TITLES + "\n"))
    assert run("staff", "forget", member.id).code == 0


def test_forgetting_again_goes_on_where_it_was_interrupted(app: App, run: Run, member: StaffMember) -> None:
    assert run("staff", "forget", member.id, "--yes").code == 0
    assert run("staff", "forget", member.id, "--yes").code == 0
    assert run("staff", "forget", 999, "--yes").code == 2


def test_files_of_the_office_that_still_say_the_name_are_listed(
    app: App, run: Run, member: StaffMember, workspace: Path
) -> None:
    (workspace / "catatan.txt").write_text(f"hubungi {NAME.upper()}")
    (workspace / "kartu-zulkarnaen-wirawibawa-1080x1350.jpg").write_bytes(b"")
    with zipfile.ZipFile(workspace / "pegawai.xlsx", "w", zipfile.ZIP_DEFLATED) as sheet:
        sheet.writestr("xl/sharedStrings.xml", "<t>0812-9876</t><t>081298765432</t>")
    (workspace / "lain.txt").write_text("Zulkarnaen saja bukan dia")
    names = {Path(each).name for each in run("staff", "forget", member.id, "--yes", "--json").json["mentions"]}
    assert names == {"catatan.txt", "kartu-zulkarnaen-wirawibawa-1080x1350.jpg", "pegawai.xlsx"}


def test_a_damaged_backup_is_named_with_what_to_do(app: App, run: Run, member: StaffMember, workspace: Path) -> None:
    broken = workspace / ".prokes" / "backups" / "rusak.db"
    broken.parent.mkdir(exist_ok=True)
    broken.write_bytes(b"SQLite format 3\x00" + b"rusak" * 900)
    ran = run("staff", "forget", member.id, "--yes")
    assert ran.code == 6
    assert "rusak.db" in ran.err and "Hapus" in ran.err
    broken.unlink()
    assert run("staff", "forget", member.id, "--yes").code == 0, "given again, it goes on"


def test_what_killed_backups_left_behind_is_removed(app: App, run: Run, member: StaffMember, workspace: Path) -> None:
    import os

    folder = workspace / ".prokes" / "backups"
    run("backup", folder / "a.db")
    old, fresh = folder / "b.db.part", folder / "c.db.part"
    for part in (old, fresh):
        part.write_bytes((folder / "a.db").read_bytes())
    os.utime(old, (0, 0))
    run("staff", "forget", member.id, "--yes")
    assert (old.exists(), fresh.exists()) == (False, True)


# --- backups ---


def test_a_backup_that_was_written_anew_is_as_good_as_before(app: App, run: Run, member: StaffMember) -> None:
    before = app.upkeep.backup()
    made_at = app.clock.now()
    run("staff", "forget", member.id, "--yes")
    restored = restore(app.settings, before)
    assert restored.made_at
    assert abs(restored.made_at - made_at) < timedelta(seconds=30)
    with app.store.read() as tx:
        assert people.get(tx, member.id) is None
        assert accounts.by_name(tx, "x-kabupaten")
    assert before.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_backup_from_elsewhere_does_not_bring_them_back(
    app: App,
    run: Run,
    member: StaffMember,
    tmp_path: Path,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    elsewhere: bool,
) -> None:
    other = add_person(app.store, "Siti")
    far = tmp_path / "flashdisk.db"
    app.upkeep.backup(far)
    run("staff", "forget", member.id, "--yes")
    late = add_person(app.store, "Datang Kemudian")
    if elsewhere:
        url = f"sqlite:///{tmp_path / 'baru.db'}"
        monkeypatch.setenv("PROKES_DATABASE_URL", url)
        made = Store(url)
        made.migrate()
        made.close()
    assert run("restore", far, "--yes").code == 0
    opened = App(load_settings())
    with opened.store.read() as tx:
        assert people.get(tx, member.id) is None
        assert people.get(tx, other.id)
        assert people.get(tx, late.id) is None, "added after the backup"
    if not elsewhere:
        assert add_person(opened.store, "Orang Baru").id > late.id, "the late one's link must not open it"
        assert saying(workspace) == []
    opened.close()


def test_who_is_forgotten_while_a_backup_is_written_is_not_in_it(
    app: App, member: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = backups.write

    def slowly(store: Store, file: Path, **more: object) -> None:
        written(store, file, **more)  # type: ignore[arg-type]
        hidden = file.rename(file.with_suffix(".part"))
        app.privacy.forget(member)
        hidden.rename(file)

    monkeypatch.setattr("prokes_social.store.backups.write", slowly)
    file = app.upkeep.backup()
    with closing(sqlite3.connect(file)) as made:
        assert made.execute("select count(*) from person").fetchone() == (0,)


def test_a_list_that_can_not_be_read_keeps_a_restore_from_bringing_people_back(
    app: App, run: Run, member: StaffMember, tmp_path: Path
) -> None:
    far = tmp_path / "jauh.db"
    app.upkeep.backup(far)
    run("staff", "forget", member.id, "--yes")
    listed = app.settings.state / FILE
    sound = listed.read_text()
    listed.write_text("{rusak}\n" + sound)
    assert run("restore", far, "--yes").code == 6
    listed.write_text(sound + '{"person": 2, "torn')
    assert run("restore", far, "--yes").code == 0


def test_the_list_says_nothing_about_the_person(app: App, run: Run, member: StaffMember) -> None:
    run("staff", "forget", member.id, "--yes")
    [line] = (app.settings.state / FILE).read_text().splitlines()
    assert sorted(json.loads(line)) == ["added_at", "at", "known_by", "person"]
    [gone] = ForgottenList(file=app.settings.state / FILE).everybody()
    assert gone.person_id == member.id


def test_the_database_in_use_is_never_taken_for_a_backup(
    workspace: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the settings name it: a file that changes places is lost to whoever has it open."""
    monkeypatch.setenv("PROKES_DATABASE_URL", "sqlite:///.prokes/../.prokes/prokes.db")
    app = App(load_settings())
    member = add_person(app.store, WITH_TITLES)
    number = (workspace / ".prokes" / "prokes.db").stat().st_ino
    ran = run("staff", "forget", member.id, "--yes", "--json")
    assert (ran.code, ran.json["backups"]) == (0, [])
    assert (workspace / ".prokes" / "prokes.db").stat().st_ino == number
    app.close()
