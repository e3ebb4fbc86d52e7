"""`prokes user` and `prokes audit`: who works at the desk, and the trail that their acts leave."""

from pathlib import Path

from prokes_social.app import App
from prokes_social.settings import load_settings
from tests.cli.conftest import Run


def test_a_user_is_added_with_a_first_password_that_is_shown_once(run: Run, workspace: Path) -> None:
    made = run("user", "add", "Sari", "--role", "editor", "--role", "approver")
    password = made.out.strip()
    assert made.code == 0 and len(password) >= 12
    listed = run("user", "list", "--json")
    assert password not in listed.out
    assert listed.json == [
        {"name": "sari", "roles": ["approver", "editor"], "unit": None, "language": "id", "second_factor": False,
         "must_change_password": True, "disabled_at": None}
    ]  # fmt: skip


def test_names_that_are_taken_or_no_names_are_refused(run: Run, workspace: Path) -> None:
    assert run("user", "add", "sari", "--role", "editor").code == 0
    again = run("user", "add", "SARI", "--role", "editor")
    assert again.code == 2 and "sudah ada" in again.err.lower()
    for name in ("a", "sari wulandari", "<script>", "x" * 41):
        assert run("user", "add", name, "--role", "editor").code == 2


def test_the_only_admin_can_be_neither_disabled_nor_made_less(run: Run, workspace: Path) -> None:
    run("user", "add", "kepala", "--role", "admin")
    assert run("user", "disable", "kepala").code == 2
    assert run("user", "role", "kepala", "--role", "viewer").code == 2
    run("user", "add", "wakil", "--role", "admin")
    assert run("user", "disable", "kepala").code == 0
    assert run("user", "enable", "kepala", "--json").json["disabled_at"] is None


def test_a_new_password_and_a_new_second_factor(run: Run, workspace: Path) -> None:
    first = run("user", "add", "sari", "--role", "editor").out
    second = run("user", "password", "sari")
    assert second.code == 0 and second.out != first
    assert run("user", "code", "sari", "--json").json["second_factor"] is False
    assert run("user", "code", "tidak-ada").code == 2


def test_every_act_leaves_a_trace_without_a_name(run: Run, workspace: Path) -> None:
    run("user", "add", "sari", "--role", "editor")
    run("user", "role", "sari", "--role", "viewer")
    newest = run("audit", "list", "--json")
    assert [(row["who"], row["act"], row["subject"], row["before"], row["after"]) for row in newest.json] == [
        ("command", "user.roles", "user:1", "editor", "viewer"), ("command", "user.add", "user:1", "", "editor"),
    ]  # fmt: skip
    assert "sari" not in newest.out
    assert run("audit", "verify", "--json").json["whole"] is True


def test_an_entry_that_was_changed_or_taken_out_is_found(run: Run, workspace: Path) -> None:
    for name in ("satu", "dua", "tiga"):
        run("user", "add", name, "--role", "editor")
    app = App(load_settings({"PROKES_HOME": str(workspace)}))
    with app.store.write() as tx:
        tx.exec_driver_sql("update audit set after = 'admin' where id = 2")
    found = run("audit", "verify", "--json")
    assert (found.code, found.json["whole"], found.json["broken"]) == (6, False, 2)
    with app.store.write() as tx:
        tx.exec_driver_sql("delete from audit where id = 2")
    assert run("audit", "verify", "--json").json["broken"] == 3
    app.close()
