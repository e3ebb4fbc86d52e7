"""`prokes token`: made for a user, shown once, listed without its words, revoked at once."""

from pathlib import Path

import pytest

from prokes_social.app import App
from prokes_social.settings import load_settings
from tests.cli.conftest import Run


def test_a_token_is_shown_once_and_ends_when_it_is_revoked(run: Run, workspace: Path) -> None:
    run("user", "add", "kepala", "--role", "admin")
    words = run("token", "add", "Papan data", "--user", "kepala", "--scope", "read", "--scope", "stop").out.strip()
    assert words.startswith("prokes_") and words not in run("token", "list").out
    [listed] = run("token", "list", "--json").json
    assert (listed["label"], listed["scopes"], listed["user"]) == ("Papan data", ["read", "stop"], "kepala")
    app = App(load_settings({"PROKES_HOME": str(workspace)}))
    assert app.tokens.bearer(words)
    assert run("token", "revoke", listed["id"]).code == 0
    assert app.tokens.bearer(words) is None
    acts = [(each.who, each.act, each.subject) for each in app.audit.newest(most=2)]
    assert acts == [("command", "token.revoke", "token:1"), ("command", "token.make", "token:1")]
    app.close()


@pytest.mark.parametrize(
    "more",
    [
        ("--user", "tidak-ada", "--scope", "read"), ("--user", "kepala", "--scope", "approve"),
        ("--user", "kepala", "--scope", "semua"), ("--user", "kepala"),
        ("--user", "kepala", "--scope", "read", "--days", "0"),
    ],
)  # fmt: skip
def test_what_may_not_be_is_refused(run: Run, workspace: Path, more: tuple[str, ...]) -> None:
    run("user", "add", "kepala", "--role", "admin")
    assert run("token", "add", "Papan data", *more).code == 2
    assert run("token", "list", "--json").json == []
    assert run("token", "revoke", 7).code == 2
