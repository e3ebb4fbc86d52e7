"""`prokes help` as a person types it."""

import json

import pytest

from prokes_social import help as manual
from tests.cli.conftest import Run, run, workspace

__all__ = ["run", "workspace"]


def test_without_a_topic_all_pages_are_listed_with_their_first_sentence(run: Run) -> None:
    ran = run("help")
    assert ran.code == 0
    for topic in manual.topics("id"):
        assert topic.name in ran.out
        assert topic.summary in ran.out


def test_the_list_is_also_json(run: Run) -> None:
    assert next(each["topic"] for each in run("help", "--json").json) == "start"
    assert run("help", "approve", "--json").json["topic"] == "how-to/approve"


def test_a_page_in_a_pipe_is_plain_markdown(run: Run) -> None:
    ran = run("help", "statuses")
    assert ran.out.startswith("# Status kiriman\n")
    assert "\x1b[" not in ran.out


def test_links_are_shown_as_topics_because_a_terminal_cannot_follow_them(run: Run) -> None:
    out = run("help", "how-to/approve").out
    assert "(→ how-to/run-the-worker)" in out
    assert ".md)" not in out


def test_an_unknown_page_ends_with_a_suggestion(run: Run) -> None:
    ran = run("help", "when-something-is-uncertian")
    assert ran.code == 2
    assert "how-to/when-something-is-uncertain" in ran.err


def test_the_manual_speaks_the_language_of_the_shell(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROKES_LANG", "en")
    assert run("help", "statuses").out.startswith("# Statuses of a delivery\n")


def test_the_manual_speaks_the_language_of_the_workspace(run: Run, workspace: object) -> None:
    from pathlib import Path

    file = Path("prokes.toml")
    file.write_text(file.read_text().replace('language = "id"', 'language = "en"'))
    assert run("help", "statuses").out.startswith("# Statuses of a delivery\n")
    file.write_text("language = [")
    assert run("help", "statuses").out.startswith("# Status kiriman\n")


def test_every_command_is_in_the_reference_with_its_options(run: Run) -> None:
    out = run("help", "reference/commands").out
    for heading in ("## prokes account add NAME", "## prokes campaign check FILE", "## prokes help [TOPIC]"):
        assert heading in out
    assert "`--credentials`" in out


def test_in_a_terminal_a_page_goes_through_a_pager(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.echo_via_pager", shown.append)
    assert run("help", "glossary").code == 0
    assert "kampanye" in json.dumps(shown)
