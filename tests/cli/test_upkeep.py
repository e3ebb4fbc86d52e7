"""`prokes doctor`, `backup` and `restore`: what is wrong comes with its remedy, and an old backup doubles nothing."""

import io
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from prokes_social.app import App
from prokes_social.app.upkeep import restore
from prokes_social.errors import MigrationNeeded, StoreError
from prokes_social.keys import new_key
from prokes_social.model.account import Unit
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.publishing.restoring import doubt_what_may_be_out
from prokes_social.settings import load_settings
from prokes_social.store import Store, accounts, alarms, backups, claims, deliveries, presence, schema, switches
from prokes_social.store.tables import metadata
from prokes_social.worker import Worker
from tests.cli.conftest import CREDENTIALS, Run
from tests.conftest import NOON, SetClock
from tests.factories import DUE, add_account, make_content, queue_delivery
from tests.office import Office, open_office

S = DeliveryStatus


# --- doctor ---


def examined(run: Run) -> dict[str, list[tuple[str, str]]]:
    """Each check's states and remedies, by its name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in run("doctor", "--json").json["checks"]:
        found.setdefault(row["check"], []).append((row["state"], row["remedy"]))
    return found


def states(run: Run, name: str) -> set[str]:
    return {state for state, _remedy in examined(run)[name]}


@pytest.fixture
def app(workspace: Path) -> Iterator[App]:
    made = App(load_settings())
    yield made
    made.close()


def add_x(app: App, name: str = "x-kab") -> int:
    return app.accounts.add(name, platform="x", unit="diskominfo", credentials=CREDENTIALS).id


def queue_now(app: App, *, minutes: float) -> None:
    due = app.clock.now() + timedelta(minutes=minutes)
    queue_delivery(app.store, account="x-kab", content=make_content("x-kab", due_at=due))


def test_a_fresh_workspace_is_sound(run: Run, workspace: Path) -> None:
    ran = run("doctor", "--json")
    assert ran.code == 0
    assert ran.json["ok"] is True
    names = {row["check"] for row in ran.json["checks"]}
    assert names >= {"versions", "zones", "clock", "disk", "modes", "cards", "database", "tables", "key", "worker"}
    assert all(row["remedy"] for row in ran.json["checks"] if row["state"] != "ok")
    text = run("doctor")
    assert text.code == 0
    assert "✓" in text.out


def test_a_key_that_others_can_read_is_bad_and_the_remedy_can_be_pasted(run: Run, workspace: Path) -> None:
    (workspace / ".prokes" / "key").chmod(0o644)
    ran = run("doctor")
    assert ran.code == 1
    assert f"chmod 600 {workspace / '.prokes' / 'key'}" in ran.out


@pytest.mark.parametrize(("there", "state"), [(True, "ok"), (False, "warning")])
def test_whether_regional_scripts_can_be_set_is_told_with_the_package_that_is_missing(
    run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch, there: bool, state: str
) -> None:
    monkeypatch.setattr("prokes_social.rendering.typefaces.shapes_other_scripts", lambda: there)
    [(told, remedy)] = examined(run)["raqm"]
    assert told == state
    assert ("libfribidi0" in remedy) is not there
    assert run("doctor").code == 0


def test_another_key_opens_no_credentials(run: Run, app: App, workspace: Path) -> None:
    add_x(app)
    assert states(run, "key") == {"ok"}
    (workspace / ".prokes" / "key").write_text(new_key())
    assert states(run, "key") == {"bad"}
    assert run("doctor").code == 1


def test_no_worker_is_bad_only_when_something_is_to_be_sent(run: Run, app: App) -> None:
    add_x(app)
    assert states(run, "worker") == {"warning"}
    queue_now(app, minutes=30)
    assert states(run, "worker") == {"bad"}
    app.upkeep.report("a")
    assert states(run, "worker") == {"ok"}


def test_an_overdue_delivery_and_a_stop_are_named(run: Run, app: App) -> None:
    add_x(app)
    queue_now(app, minutes=-5)
    app.decisions.stop(who="Ayu", remark="berita duka")
    checks = run("doctor", "--json").json["checks"]
    by_name = {row["check"]: row for row in checks}
    assert by_name["overdue"]["state"] == "bad"
    assert by_name["stop"]["state"] == "warning"
    assert "Ayu" in by_name["stop"]["what"]
    assert "prokes resume" in by_name["stop"]["remedy"]


def test_a_blocked_account_and_open_alarms_are_named(run: Run, app: App) -> None:
    account_id = add_x(app)
    with app.store.write() as tx:
        accounts.block(tx, account_id, why="token dicabut", now=app.clock.now())
        alarms.ring(tx, AlarmKind.BLOCKED, f"account:{account_id}", "x-kab", now=app.clock.now())
    checks = run("doctor", "--json").json["checks"]
    assert any(row["state"] == "bad" and "token dicabut" in row["what"] for row in checks if row["check"] == "account")
    assert any(row["check"] == "alarms" and row["state"] == "warning" for row in checks)


def test_instagram_without_a_public_address_is_bad(run: Run, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {field.name: "12345678" for field in app.platforms["instagram"].credential_fields}
    app.accounts.add("ig-kab", platform="instagram", unit="u", credentials=fields)
    assert states(run, "public-url") == {"bad"}
    monkeypatch.setenv("PROKES_PUBLIC_URL", "https://kartu.nusaraya.go.id")
    assert "public-url" not in examined(run)


def test_an_account_of_another_address_than_its_platform_is_bad(
    run: Run, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_x(app)
    monkeypatch.setenv("PROKES_X_BASE_URL", "http://127.0.0.1:9")
    assert "bad" in states(run, "account")
    sandboxed = App(load_settings())
    add_x(sandboxed, "x-uji")
    sandboxed.close()
    assert states(run, "sandbox") == {"warning"}


def test_a_damaged_database_is_bad_and_the_rest_is_still_looked_at(run: Run, app: App, workspace: Path) -> None:
    app.close()
    file = workspace / ".prokes" / "prokes.db"
    data = bytearray(file.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(data)
    found = examined(run)
    assert found["database"][0][0] == "bad"
    assert "prokes restore" in found["database"][0][1]
    assert "zones" in found
    assert run("doctor").code == 1


def test_a_file_that_is_no_database_is_bad(run: Run, workspace: Path) -> None:
    (workspace / ".prokes" / "prokes.db").write_bytes(b"bukan basis data" * 500)
    assert states(run, "database") == {"bad"}


def test_a_database_that_is_not_there_is_bad_and_is_not_made(run: Run, workspace: Path) -> None:
    file = workspace / ".prokes" / "prokes.db"
    file.unlink()
    assert states(run, "database") == {"bad"}
    assert not file.exists()


def test_tables_of_another_version_are_bad(run: Run, app: App) -> None:
    with app.store.write() as tx:
        tx.exec_driver_sql("update alembic_version set version_num = '9999'")
    found = examined(run)
    assert found["tables"][0][0] == "bad"
    assert "key" not in found, "rows of another version are not read"


def test_a_template_that_does_not_load_is_bad(run: Run, workspace: Path) -> None:
    (workspace / "assets" / "templates" / "announcement.yaml").write_text("bukan: templat\n")
    assert states(run, "cards") == {"bad"}


def test_a_workspace_without_a_key_says_so(run: Run, app: App, workspace: Path) -> None:
    add_x(app)
    (workspace / ".prokes" / "key").unlink()
    ran = run("doctor", "--json")
    assert ran.code == 1
    assert any("PROKES_KEY" in row["remedy"] for row in ran.json["checks"] if row["state"] == "bad")


# --- backup ---


def rows(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, but who is at work and what changed lately."""
    with store.read() as tx:
        tables = metadata.sorted_tables
        found = {each.name: sorted(map(repr, tx.execute(each.select()).mappings().all())) for each in tables}
    found.pop("switch")
    found.pop("event")  # each database notes its own
    return found


def fill(store: Store) -> None:
    """A unit below another, an account with a sealed token, a delivery, an alarm."""
    with store.write() as tx:
        accounts.put_unit(tx, Unit(id="setda", name="Setda", zone="WIB"))
        accounts.put_unit(tx, Unit(id="biro", name="Biro Adpim", zone="WITA", parent="setda"))
        accounts.put_unit(tx, Unit(id="asisten", name="Asisten", zone="WIT", parent="biro"))
    account = add_account(store)
    row = queue_delivery(store)
    queue_delivery(store, message="masker", occurrence="sore@2026-11-23", approved=False)
    with store.write() as tx:
        accounts.set_credentials(tx, account.id, {"token": b"\x00tersegel\xff"})
        alarms.ring(tx, AlarmKind.HELD, f"delivery:{row.id}", "lihat", now=NOON)


def test_a_backup_is_private_whole_and_without_the_key(run: Run, app: App, workspace: Path) -> None:
    add_x(app)
    made = run("backup", "--json")
    assert made.code == 0
    file = Path(made.json["file"])
    assert file.parent == workspace / ".prokes" / "backups"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (workspace / ".prokes" / "key").read_bytes() not in file.read_bytes()
    assert b"kenari" not in file.read_bytes()
    assert [each.name for each in file.parent.iterdir()] == [file.name], "one file that needs no other"
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("select name from account").fetchall() == [("x-kab",)]


def test_a_backup_never_replaces_a_file(run: Run, workspace: Path) -> None:
    file = workspace / "cadangan.db"
    assert run("backup", file).code == 0
    before = file.read_bytes()
    assert run("backup", file).code == 6
    assert file.read_bytes() == before


def test_a_backup_that_fails_leaves_no_file(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "damage", lambda tx: ["halaman 3 rusak"])
    assert run("backup", workspace / "cadangan.db").code == 6
    assert list(workspace.glob("cadangan*")) == []


def test_a_backup_is_one_moment_while_others_write(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    fill(store)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with store.write() as tx:
                for subject in ("delivery:1", "delivery:2"):
                    alarms.ring(tx, AlarmKind.MISSED, subject, str(number), now=NOON)
                    alarms.close(tx, subject, now=NOON, kinds=(AlarmKind.MISSED,))

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(5):
        file = tmp_path / f"b{number}.db"
        backups.write(store, file, now=NOON, who="Ayu")
        with closing(sqlite3.connect(file)) as copy:
            counts = copy.execute("select count(*) from alarm where kind = 'missed' group by subject").fetchall()
        assert len(set(counts)) <= 1
    stop.set()
    writer.join()
    store.close()


def test_every_row_comes_back_from_either_database(store: Store, tmp_path: Path) -> None:
    fill(store)
    before = rows(store)
    file = tmp_path / "cadangan.db"
    backups.write(store, file, now=NOON, who="Ayu")
    with store.write() as tx:
        tx.exec_driver_sql("delete from alarm")
        accounts.put_unit(tx, Unit(id="baru", name="Baru", zone="WIB"))
    assert bring_back(store, file, tmp_path) == NOON
    assert rows(store) == before
    with store.write() as tx:
        assert alarms.ring(tx, AlarmKind.MISSED, "delivery:1", "nomor baru", now=NOON), "new rows get new numbers"
        assert switches.state(tx, backups.MADE) is None


def test_a_backup_goes_from_one_database_to_the_other(store: Store, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'lain.db'}")
    other.migrate()
    fill(other)
    first, second = tmp_path / "1.db", tmp_path / "2.db"
    backups.write(other, first, now=NOON, who="Ayu")
    bring_back(store, first, tmp_path)
    assert rows(store) == rows(other)
    backups.write(store, second, now=NOON, who="Ayu")
    bring_back(other, second, tmp_path)
    assert rows(store) == rows(other)
    other.close()


_number = iter(range(100))


def bring_back(store: Store, file: Path, folder: Path, change: Callable[[Any], None] = lambda tx: None) -> Any:
    staged, aside = (folder / f"{name}-{next(_number)}.db" for name in ("staged", "aside"))
    made_at = backups.unpack(file, staged)
    backups.put_in_place(store, staged, aside=aside, now=lambda: NOON, make_ready=change)
    assert aside.stat().st_mode & 0o777 == 0o600
    return made_at


# --- restore ---


def test_the_replaced_database_is_kept_aside(run: Run, app: App, workspace: Path) -> None:
    file = workspace / "cadangan.db"
    run("backup", file)
    add_x(app)
    restored = run("restore", file, "--yes", "--json")
    assert restored.code == 0
    assert run("account", "list", "--json").json == []
    with closing(sqlite3.connect(restored.json["replaced"])) as aside:
        assert aside.execute("select name from account").fetchall() == [("x-kab",)]


def test_restore_asks_first(run: Run, app: App, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    file = workspace / "cadangan.db"
    run("backup", file)
    add_x(app)
    assert run("restore", file).code != 0
    assert len(run("account", "list", "--json").json) == 1


def test_a_worker_that_holds_deliveries_keeps_a_restore_out(store: Store, tmp_path: Path, clock: SetClock) -> None:
    add_account(store)
    queue_delivery(store)
    file = tmp_path / "cadangan.db"
    backups.write(store, file, now=NOON, who="Ayu")
    lease = NOON + timedelta(seconds=60)
    with store.write() as tx:
        [claim] = claims.claim(tx, owner="a", now=NOON, uptime=0, lease_until=lease, limit=1)
    with pytest.raises(StoreError, match="1"):
        bring_back(store, file, tmp_path)
    with store.write() as tx:
        claims.release(tx, claim, next_at=NOON)
    bring_back(store, file, tmp_path)


@pytest.mark.parametrize("status", [S.WAITING, S.SCHEDULED, S.CLAIMED, S.SENDING, S.UNCERTAIN])
def test_what_came_due_since_is_held_whatever_it_was(store: Store, status: DeliveryStatus) -> None:
    add_account(store)
    row = queue_delivery(store, approved=status is not S.WAITING)
    later = queue_delivery(
        store,
        message="besok",
        occurrence="pagi@2026-11-24",
        content=make_content(text="Besok", due_at=DUE + timedelta(days=1)),
    )
    with store.write() as tx:
        tx.exec_driver_sql(f"update delivery set status = '{status.value}' where id = {row.id}")
        held = doubt_what_may_be_out(tx, made_at=NOON, now=DUE + timedelta(minutes=1))
        assert [each.id for each in held] == [row.id]
        assert held[0].status is S.HELD
        assert held[0].fence > row.fence + 100, "no claim of before fits it"
        after = deliveries.get(tx, later.id)
    assert after
    assert after.status is S.SCHEDULED


def test_what_is_over_stays_as_it_was(store: Store) -> None:
    add_account(store)
    for number, status in enumerate((S.PUBLISHED, S.FAILED, S.MISSED, S.CANCELLED)):
        row = queue_delivery(store, message=f"m{number}", content=make_content(text=f"Pesan {number}"))
        with store.write() as tx:
            tx.exec_driver_sql(f"update delivery set status = '{status.value}' where id = {row.id}")
    with store.write() as tx:
        assert doubt_what_may_be_out(tx, made_at=NOON, now=DUE + timedelta(hours=1)) == []


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with open_office(tmp_path / "kantor") as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def queue(office: Office, *sends: str) -> None:
    path = office.write_campaign(*sends)
    office.app.campaigns.schedule(path, by="Ayu")
    office.app.campaigns.approve(path, who="Citra")


@pytest.mark.slow
def test_after_a_restore_nothing_goes_out_twice_and_a_look_finds_every_post(office: Office, run: Run) -> None:
    office.add_accounts()
    queue(office, office.send("tangan", seconds=4), office.send("masker", seconds=5))
    file = office.folder / "cadangan.db"
    assert run("backup", file).code == 0
    Worker(office.app).run(until_idle=True)
    posted = {post["id"] for post in office.sandbox.posts()}
    assert len(posted) == 6

    restored = run("restore", file, "--yes", "--json").json
    assert {row["status"] for row in restored["held"]} == {"held"}
    assert len(restored["held"]) == 6
    assert {row["kind"] for row in run("alarm", "list", "--json").json} == {"held"}

    Worker(office.app).run(until_idle=True)
    Worker(office.app).run_once()
    assert len(office.sandbox.posts()) == 6
    for row in restored["held"]:
        assert run("delivery", "resolve", row["id"], "--send").code == 0
    Worker(office.app).run(until_idle=True)
    found = run("delivery", "list", "--json").json
    assert {row["status"] for row in found} == {"published"}
    assert {row["external_id"] for row in found} == posted, "each post is found by the look that comes first"
    assert len(office.sandbox.posts()) == 6
    assert run("alarm", "list", "--json").json == []


@pytest.mark.slow
def test_what_was_not_sent_before_the_restore_goes_out_when_a_person_says_so(office: Office, run: Run) -> None:
    office.add_accounts("x", "instagram")
    queue(office, office.send("tangan", seconds=1))
    file = office.folder / "cadangan.db"
    run("backup", file)
    office.app.clock.sleep(1.5)
    held = run("restore", file, "--yes", "--json").json["held"]
    Worker(office.app).run(until_idle=True)
    assert office.sandbox.posts() == []
    for row in held:
        assert run("delivery", "resolve", row["id"], "--send", "--json").json["status"] == "scheduled"
    Worker(office.app).run(until_idle=True)
    assert len(office.sandbox.posts()) == 2


@pytest.mark.slow
def test_approved_after_the_backup_and_posted_is_not_posted_when_approved_again(office: Office, run: Run) -> None:
    office.add_accounts("x")
    path = office.write_campaign(office.send("tangan", seconds=3))
    office.app.campaigns.schedule(path, by="Ayu")
    file = office.folder / "cadangan.db"
    run("backup", file)
    office.app.campaigns.approve(path, who="Citra")
    Worker(office.app).run(until_idle=True)
    assert len(office.sandbox.posts()) == 1
    run("restore", file, "--yes")
    run("campaign", "approve", path, "--as", "Citra")
    Worker(office.app).run(until_idle=True)
    assert len(office.sandbox.posts()) == 1


@pytest.mark.slow
def test_moved_to_an_earlier_time_after_the_backup_and_posted_is_not_posted_again(office: Office, run: Run) -> None:
    office.add_accounts()
    queue(office, office.send("tangan", seconds=15), office.send("masker", seconds=15))
    file = office.folder / "cadangan.db"
    run("backup", file)
    queue(office, office.send("tangan", seconds=1))  # the other send is gone: cancelled
    Worker(office.app).run(until_idle=True)
    posted = {post["id"] for post in office.sandbox.posts()}
    assert len(posted) == 3

    assert run("restore", file, "--yes", "--json").json["held"] == [], "nothing is due yet"
    Worker(office.app).run(until_idle=True)
    rows = run("delivery", "list", "--json").json
    assert {row["status"] for row in rows} == {"published"}
    assert {row["external_id"] for row in rows if row["message"] == "tangan"} == posted
    assert len(office.sandbox.posts()) == 6, "what had been cancelled goes out at its time"


def test_a_missed_delivery_that_was_sent_late_after_the_backup_is_not_sent_again(office: Office, run: Run) -> None:
    office.add_accounts("facebook")
    queue(office, office.send("tangan", seconds=600))
    [row] = office.app.deliveries.listing()
    with office.app.store.write() as tx:
        tx.exec_driver_sql("update delivery set status = 'missed'")
    file = office.folder / "cadangan.db"
    run("backup", file)
    run("delivery", "resolve", row.id, "--send")
    with office.app.store.write() as tx:
        tx.exec_driver_sql("update delivery set due_at = next_at")
    Worker(office.app).run(until_idle=True)
    assert len(office.sandbox.posts()) == 1
    run("restore", file, "--yes")
    assert run("delivery", "resolve", row.id, "--send", "--json").json["status"] == "published"
    assert len(office.sandbox.posts()) == 1


def test_a_backup_of_an_earlier_program_is_brought_up_to_date_and_looked_for(
    run: Run, app: App, workspace: Path
) -> None:
    add_x(app)
    queue_now(app, minutes=30)
    file = workspace / "cadangan.db"
    run("backup", file)
    assert run("restore", _as_the_first_version_wrote_it(file), "--yes").code == 0
    [row] = app.deliveries.listing()
    assert row.look_since


def _as_the_first_version_wrote_it(file: Path) -> Path:
    """The same rows in the tables as they first were."""
    first = file.with_name("pertama.db")
    store = Store(f"sqlite:///{first}")
    with store.write() as tx:
        configuration = schema.config()
        configuration.attributes["connection"] = tx
        command.upgrade(configuration, "0001")
    store.close()
    with closing(sqlite3.connect(first)) as old:
        old.execute("attach database ? as now", (str(file),))
        for (table,) in old.execute("select name from main.sqlite_master where type = 'table'").fetchall():
            columns = ", ".join(f'"{row[1]}"' for row in old.execute(f"pragma main.table_info({table})"))
            if table not in ("alembic_version", "sqlite_sequence"):
                old.execute(f"insert into main.{table} ({columns}) select {columns} from now.{table}")
        old.commit()
    return first


@pytest.mark.slow
def test_a_worker_that_runs_meanwhile_goes_on_with_what_was_restored(office: Office, run: Run) -> None:
    office.add_accounts("x")
    file = office.folder / "cadangan.db"
    run("backup", file)
    worker = Worker(office.app)
    thread = threading.Thread(target=worker.run)
    thread.start()
    queue(office, office.send("tangan", seconds=600))
    assert run("restore", file, "--yes").code == 0
    assert office.app.deliveries.listing() == []
    queue(office, office.send("tangan", seconds=1))
    for _tenth in range(100):
        if office.sandbox.posts():
            break
        office.app.clock.sleep(0.1)
    worker.stop()
    thread.join()
    assert len(office.sandbox.posts()) == 1


def test_a_damaged_database_gives_way_and_is_kept(run: Run, app: App, workspace: Path) -> None:
    add_x(app)
    file = workspace / "cadangan.db"
    run("backup", file)
    app.close()
    live = workspace / ".prokes" / "prokes.db"
    live.write_bytes(b"bukan basis data" * 500)
    restored = run("restore", file, "--yes", "--json")
    assert restored.code == 0
    assert Path(restored.json["replaced"]).read_bytes().startswith(b"bukan basis data")
    assert len(run("account", "list", "--json").json) == 1
    assert live.stat().st_mode & 0o777 == 0o600


def test_what_is_no_backup_is_refused_and_changes_nothing(run: Run, app: App, workspace: Path) -> None:
    add_x(app)
    text, foreign, damaged = workspace / "a.txt", workspace / "b.db", workspace / "c.db"
    text.write_text("bukan basis data" * 500)
    with closing(sqlite3.connect(foreign)) as other:
        other.execute("create table resep (nama text)")
    run("backup", damaged)
    data = bytearray(damaged.read_bytes())
    data[8192:8256] = b"\xff" * 64
    damaged.write_bytes(data)
    for file in (text, foreign, damaged, workspace / "tidak-ada.db"):
        ran = run("restore", file, "--yes")
        assert ran.code == 6, file
        assert ran.err.count("\n") >= 2, "what and what to do"
    assert len(run("account", "list", "--json").json) == 1
    assert not list((workspace / ".prokes" / "backups").glob("*"))


def test_a_backup_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    with store.write() as tx:
        tx.exec_driver_sql("update alembic_version set version_num = '9999'")
    backups.write(store, tmp_path / "b.db", now=NOON, who="Ayu")
    store.close()
    with pytest.raises(MigrationNeeded):
        backups.unpack(tmp_path / "b.db", tmp_path / "c.db")


def test_a_restore_on_postgresql_holds_and_keeps_the_old_rows(store: Store, tmp_path: Path) -> None:
    """Through the settings, as the command does it."""
    add_account(store)
    row = queue_delivery(store)
    (tmp_path / ".prokes").mkdir()
    (tmp_path / "prokes.toml").write_text("")
    file = tmp_path / "cadangan.db"
    backups.write(store, file, now=DUE - timedelta(minutes=5), who="Ayu")
    with store.write() as tx:
        presence.report(tx, "a", now=DUE)
    settings = load_settings({"PROKES_HOME": str(tmp_path), "PROKES_DATABASE_URL": store.url})
    restored = restore(settings, file)
    # The due time of the factories lies ahead of the real clock in some years, behind it in others.
    with store.read() as tx:
        after = deliveries.get(tx, row.id)
    assert after
    assert after.status is (S.HELD if restored.held else S.SCHEDULED)
    assert restored.made_at == DUE - timedelta(minutes=5)
    with closing(sqlite3.connect(restored.aside)) as aside:
        assert json.dumps(aside.execute("select count(*) from delivery").fetchone()) == "[1]"
