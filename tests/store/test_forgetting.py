"""Nothing of a forgotten person is left, in rows and in bytes; what others counted stays."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, insert, select, update

from prokes_social.model.account import AccountKind
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.wave import Step, WaveStatus
from prokes_social.store import Store, accounts, alarms, backups, consents, forgetting, offers, people
from prokes_social.store.tables import (
    account,
    attempt,
    card,
    click,
    credential,
    delivery,
    metadata,
    offer,
    person,
    post,
    snapshot,
)
from tests.conftest import NOON
from tests.factories import DUE, add_account, add_person, put_wave, queue_delivery

NAME, CONTACT, HANDLE = "Zulkarnaen Wirawibawa", "+6281298765432", "zulwira_pribadi"
SIGNS = (NAME, "Zulkarnaen", CONTACT, "81298765432", HANDLE)


def fill(store: Store) -> StaffMember:
    """A person with everything that we may hold of anybody."""
    member = add_person(store, NAME, contact=CONTACT)
    add_account(store)
    wave = put_wave(store, status=WaveStatus.OPEN)
    with store.write() as tx:
        offers.add(tx, wave.id, [(member.id, member.unit.id)], now=DUE)
        [invited] = offers.of_wave(tx, wave.id)
        offers.note(tx, invited.id, Step.PROOF, now=DUE)
        offers.set_proof(tx, invited.id, f"https://x.com/{HANDLE}/status/1")
        tx.execute(insert(click).values(offer_id=invited.id, place="x", day=date(2026, 11, 23), visitor="v", count=7))
        unit = member.unit.id
        own = accounts.add(tx, name=f"x-{HANDLE}", platform="x", unit_id=unit, kind=AccountKind.PERSONAL, sandbox=True)
        accounts.set_credentials(tx, own, {"access_token": b"tersegel"})
        accounts.note_identity(tx, own, external_id="991", handle=HANDLE, now=DUE)
        official = accounts.by_name(tx, "x-kabupaten")
        assert official
        accounts.set_by_hand(tx, official.id, owner_id=member.id, deputy_id=None)
        tx.execute(update(account).where(account.c.id == own).values(owner_id=member.id))
        alarms.ring(tx, AlarmKind.BLOCKED, f"account:{own}", f"x-{HANDLE}: ditolak", now=DUE)
    public = queue_delivery(store, account=f"x-{HANDLE}")
    with store.write() as tx:
        values = {"delivery_id": public.id, "account_id": own, "external_id": "77", "published_at": DUE}
        tx.execute(insert(post).values(**values, permalink=f"https://x.com/{HANDLE}/status/77", found_by="answer"))
        reading = {"post_id": 1, "due_at": DUE, "next_at": DUE, "taken_at": DUE, "numbers": {"impressions": 12}}
        tx.execute(insert(snapshot).values(**reading, raw={"author": HANDLE}))
        tried = {"delivery_id": public.id, "number": 1, "started_at": DUE, "outcome": "published", "cost": Decimal(0)}
        tx.execute(insert(attempt).values(**tried, prepared={"by": HANDLE}, said=f"halo {HANDLE}"))
        kept = {"size": "1x1", "file_digest": "f", "media_type": "image/jpeg", "bytes": f"wajah {NAME}".encode()}
        tx.execute(insert(card).values(**kept, content_digest="c", alt_text=f"Kartu {NAME}"))
        tx.execute(update(delivery).values(status="published", text=f"Salam dari {NAME}", card_digest="c"))
    return member


def forget(store: Store, member: StaffMember) -> forgetting.Removed:
    with store.write() as tx:
        removed = forgetting.remove(tx, member.id)
    store.rewrite(forgetting.TABLES)
    return removed


def every_text(store: Store) -> Iterator[str]:
    with store.read() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(select(table)):
                yield from (str(value) for value in row)


def test_every_sign_of_the_person_is_gone_from_every_column(store: Store) -> None:
    member = fill(store)
    before = list(every_text(store))
    assert all(any(sign in value for value in before) for sign in SIGNS), "else this test could not fail"
    forget(store, member)
    after = list(every_text(store))
    assert [value for value in after if any(sign in value for sign in SIGNS)] == []


def files_of(store: Store, folder: Path) -> list[Path]:
    if store.is_sqlite:
        return [path for path in folder.iterdir() if path.is_file()]
    with store.read() as tx:
        data = Path(tx.exec_driver_sql("show data_directory").scalar_one())
        number = tx.exec_driver_sql("select oid from pg_database where datname = current_database()").scalar_one()
    return [path for path in (data / "base" / str(number)).rglob("*") if path.is_file()]


def signs_in(files: list[Path]) -> set[str]:
    data = b"".join(path.read_bytes() for path in files if path.exists())
    return {sign for sign in SIGNS if sign.encode() in data}


def flush(store: Store) -> None:
    """PostgreSQL keeps pages in memory; what is dropped is removed at the next checkpoint."""
    if not store.is_sqlite:
        with suppress(PermissionError), store._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("checkpoint")


def test_no_byte_of_the_person_is_left_in_the_database_files(store: Store, tmp_path: Path) -> None:
    member = fill(store)
    for number in range(300):
        add_person(store, f"Pegawai {number}")
    with store.write() as tx:  # an older version of the row, in whatever free space
        tx.execute(update(person).where(person.c.id == member.id).values(languages="id,en,su"))
        if not store.is_sqlite:
            tx.exec_driver_sql("analyze")
    flush(store)
    assert signs_in(files_of(store, tmp_path)) == set(SIGNS)
    forget(store, member)
    flush(store)
    assert signs_in(files_of(store, tmp_path)) == set()


def test_what_was_counted_stays_counted(store: Store) -> None:
    member = fill(store)
    forget(store, member)
    with store.read() as tx:
        [row] = tx.execute(select(offer)).all()
        assert (row.person_id, row.unit_id, row.proof) == (None, member.unit.id, "")
        [kept] = offers.of_wave(tx, row.wave_id)
        assert Step.PROOF in kept.steps
        assert tx.execute(select(click.c.count)).scalar() == 7
        assert tx.execute(select(snapshot.c.numbers)).scalar() == {"impressions": 12}


def test_credentials_go_and_official_accounts_by_hand_stand_without_an_owner(store: Store) -> None:
    member = fill(store)
    removed = forget(store, member)
    assert (removed.accounts, list(removed.without_owner)) == (1, ["x-kabupaten"])
    with store.read() as tx:
        assert tx.execute(select(credential)).all() == []
        official = accounts.by_name(tx, "x-kabupaten")
    assert official
    assert (official.by_hand, official.owner_id) == (True, None)


def test_an_account_that_never_posted_is_gone_as_a_whole(store: Store) -> None:
    member = add_person(store, NAME)
    with store.write() as tx:
        unit = member.unit.id
        own = accounts.add(tx, name="x-zul", platform="x", unit_id=unit, kind=AccountKind.PERSONAL, sandbox=True)
        tx.execute(update(account).where(account.c.id == own).values(owner_id=member.id))
        forgetting.remove(tx, member.id)
        assert accounts.all_accounts(tx) == []


def test_a_photograph_that_another_person_has_too_stays(store: Store) -> None:
    one, two = add_person(store, "Siti"), add_person(store, "Dewi")
    with store.write() as tx:
        tx.execute(update(person).values(photo="f" * 64))
        assert forgetting.remove(tx, one.id).photo == ""
        assert forgetting.remove(tx, two.id).photo == "f" * 64


def test_a_number_is_never_given_again(store: Store) -> None:
    member = add_person(store, NAME)
    forget(store, member)
    assert add_person(store, "Orang Baru").id > member.id


def test_numbers_go_on_behind_everybody_who_was_there_also_through_a_backup(store: Store, tmp_path: Path) -> None:
    add_person(store, "Siti")
    last = add_person(store, NAME)
    forget(store, last)
    file = tmp_path / "cadangan.db"
    backups.write(store, file, now=NOON, who="Ayu")
    other = Store(f"sqlite:///{tmp_path / 'lain.db'}")
    other.migrate()
    for target in (other, store):
        staged = tmp_path / f"{id(target)}.db"
        backups.unpack(file, staged)
        kept = tmp_path / f"{id(target)}-lama.db"
        backups.put_in_place(target, staged, aside=kept, now=lambda: NOON, make_ready=lambda tx: None)
        assert add_person(target, "Orang Baru").id > last.id
    other.close()


def test_forgetting_is_refused_by_nobody_who_merely_reads(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    member = add_person(store, NAME)
    with closing(sqlite3.connect(tmp_path / "a.db")) as idle:
        idle.execute("select count(*) from person").fetchall()
        forget(store, member)
    assert signs_in(files_of(store, tmp_path)) == set()
    store.close()


# --- who is still there ---


def gone(store: Store, member: StaffMember) -> forgetting.Gone:
    with store.read() as tx:
        return forgetting.as_gone(tx, member.id, now=NOON + timedelta(days=1))


def test_a_person_of_the_same_number_in_another_database_is_somebody_else(store: Store) -> None:
    member = add_person(store, NAME)
    elsewhere = gone(store, member)
    with store.write() as tx:
        tx.execute(update(person).values(added_at=NOON + timedelta(hours=3)))
        assert forgetting.still_there(tx, [elsewhere]) == []


@pytest.mark.parametrize(("added_at", "found"), [(NOON, True), (NOON + timedelta(days=2), False)])
def test_a_person_under_another_number_is_known_by_the_imports_digest_unless_added_since(
    store: Store, added_at: Any, found: bool
) -> None:
    member = add_person(store, NAME)
    with store.write() as tx:
        tx.execute(update(person).values(known_by="sidik"))
    before = gone(store, member)
    with store.write() as tx:
        forgetting.remove(tx, member.id)
    again = add_person(store, NAME)
    with store.write() as tx:
        tx.execute(update(person).values(known_by="sidik", added_at=added_at))
        assert forgetting.still_there(tx, [before]) == ([again.id] if found else [])


def test_names_are_kept_out_of_the_servers_statistics(store: Store) -> None:
    if store.is_sqlite:
        pytest.skip("SQLite keeps no sample of the values")
    for number in range(200):
        add_person(store, f"{NAME} {number}", contact=f"{CONTACT}{number}")
    with store.write() as tx:
        tx.exec_driver_sql("analyze")
        sampled = tx.exec_driver_sql("select most_common_vals::text, histogram_bounds::text from pg_stats "
                                     "where schemaname = 'public'").all()  # fmt: skip
    assert not [each for row in sampled for each in row if each and "Zulkarnaen" in each]


def test_every_column_of_text_is_known_to_this_test(store: Store) -> None:
    """A new table with words of people must come into `forgetting.TABLES`, or say here why not."""
    impersonal = {"unit", "consent_wording", "campaign", "campaign_version", "wave", "share_step", "click",
                  "approval", "switch", "coverage", "coverage_row", "report", "report_sending",
                  "desk_user", "desk_session", "login_try", "api_token", "event", "audit",
                  "webhook_follower", "webhook_call", "journey"}  # fmt: skip
    told = {table.name for table in metadata.sorted_tables if any(isinstance(c.type, Text) for c in table.c)}
    assert told <= impersonal | set(forgetting.TABLES)


def test_a_withdrawal_of_somebody_else_stays_as_it_is(store: Store) -> None:
    one, two = add_person(store, "Siti"), add_person(store, "Dewi")
    with store.write() as tx:
        forgetting.remove(tx, one.id)
        assert people.get(tx, two.id) == two
        assert consents.current(tx, two.id)[Purpose.LINK].given


def test_a_card_that_somebody_elses_delivery_shows_stays(store: Store) -> None:
    member = fill(store)
    other = queue_delivery(store, message="lain")
    with store.write() as tx:
        tx.execute(update(delivery).where(delivery.c.id == other.id).values(card_digest="c"))
    forget(store, member)
    with store.read() as tx:
        assert tx.execute(select(card.c.content_digest)).scalar() == "c"
        assert tx.execute(select(delivery.c.card_digest).where(delivery.c.id == other.id)).scalar() == "c"


def test_the_tables_that_are_written_anew_are_there() -> None:
    assert set(forgetting.TABLES) <= set(metadata.tables)
