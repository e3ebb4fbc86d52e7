"""The migrations make exactly the tables the code speaks to."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from prokes_social.errors import MigrationNeeded, StoreError
from prokes_social.store import Store, accounts, schema
from prokes_social.store.tables import metadata


def test_migrations_end_where_the_program_expects() -> None:
    assert ScriptDirectory.from_config(schema.config()).get_current_head() == schema.HEAD


def test_migrated_tables_equal_the_code(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    store.require_current()


def test_a_database_of_the_first_version_is_upgraded_with_its_rows(first_version: Store) -> None:
    with first_version.write() as tx:
        tx.exec_driver_sql("insert into unit (id, name, zone) values ('dinkes', 'Dinas Kesehatan', 'WITA')")
        tx.exec_driver_sql(
            "insert into account (id, name, platform, unit_id, kind, sandbox)"
            " values (7, 'x-dinkes', 'x', 'dinkes', 'official', true)"
        )
        tx.execute(text("insert into credential values (7, 'token', :sealed)"), {"sealed": b"sealed"})
    with pytest.raises(MigrationNeeded):
        first_version.require_current()
    first_version.migrate()
    first_version.require_current()
    with first_version.read() as tx:
        account = accounts.by_id(tx, 7)
        assert (account.name, account.unit.zone) == ("x-dinkes", "WITA")
        assert accounts.credentials(tx, 7) == {"token": b"sealed"}


@pytest.fixture
def first_version(store: Store) -> Store:
    """The store with the tables as they first were."""
    with store.write() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.exec_driver_sql(f"drop table {table.name}")
        tx.exec_driver_sql("drop table alembic_version")
    with store.write() as tx:
        configuration = schema.config()
        configuration.attributes["connection"] = tx
        command.upgrade(configuration, "0001")
    return store


def test_a_database_that_was_never_migrated_says_so(tmp_path: Path) -> None:
    empty = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(MigrationNeeded) as caught:
        empty.require_current()
    assert "prokes db upgrade" in caught.value.hint
    empty.close()


def test_the_database_is_private_and_durable(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600
    with store.read() as tx:
        assert tx.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("pragma synchronous").scalar() == 2
        assert tx.exec_driver_sql("pragma foreign_keys").scalar() == 1
    store.close()


def test_a_folder_that_can_not_be_written_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        Store(f"sqlite:///{tmp_path / 'file' / 'a.db'}")
    assert caught.value.hint
