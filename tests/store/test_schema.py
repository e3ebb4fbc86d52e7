"""The migrations make exactly the tables the code speaks to."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from prokes_social.errors import MigrationNeeded, StoreError
from prokes_social.store import Store, deliveries, schema
from prokes_social.store.tables import metadata
from tests.factories import add_account, queue_delivery


def test_migrations_end_where_the_program_expects() -> None:
    assert ScriptDirectory.from_config(schema.config()).get_current_head() == schema.HEAD


def test_migrated_tables_equal_the_code(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    store.require_current()


def test_a_database_of_an_earlier_checkout_is_upgraded_with_its_rows(store: Store) -> None:
    add_account(store)
    row = queue_delivery(store)
    with store.write() as tx:
        tx.exec_driver_sql("alter table delivery drop column look_since")
        tx.exec_driver_sql("update alembic_version set version_num = '0001'")
    with pytest.raises(MigrationNeeded):
        store.require_current()
    store.migrate()
    store.require_current()
    with store.read() as tx:
        assert deliveries.get(tx, row.id) == row


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
