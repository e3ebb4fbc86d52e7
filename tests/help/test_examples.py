"""The examples of the manual run: the tutorial from an empty folder, each how-to where the tutorial ends."""

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from prokes_social import help as manual
from prokes_social.checking.formats import as_text
from prokes_social.cli import main
from prokes_social.clock import zone_named
from prokes_social.loading.campaigns import read_campaign_text
from prokes_social.sandbox import Sandbox
from tests.help.pages import Block, blocks, source

HOW_TOS = [topic for topic in manual.topics("id") if topic.name.startswith("how-to/")]
#: The first day of the campaigns in the manual; in tests it is today.
FIRST_DAY = date(2026, 11, 23)
#: The moment that the tutorial tells readers to change to one soon to come.
SOON = "2026-11-23 08.00"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(settings={"age_speed": 3600.0}) as running:
        yield running


@pytest.fixture(scope="module")
def after_the_tutorial(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as the tutorial leaves it."""
    folder = tmp_path_factory.mktemp("tutorial")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        follow(manual.find("start", "id"), sandbox, patch)
    return folder / "kantor"


def follow(topic: manual.Topic, sandbox: Sandbox, patch: pytest.MonkeyPatch) -> None:
    """Do what a page says: save its files, run its commands."""
    for block in blocks(source(topic, "id")):
        text = as_of_today(block.text).replace("http://127.0.0.1:8765", sandbox.url)
        if block.kind == "console" and block.said == "run":
            for line in text.splitlines():
                type_in(line, patch)
        elif block.said:
            save(block, text)


def as_of_today(text: str) -> str:
    """The dates of the manual moved so that its first day is today, and the tutorial's moment a second away."""
    local = datetime.now(UTC).astimezone(zone_named("WIB"))
    later = local.date() - FIRST_DAY
    text = text.replace(SOON, f"{local + timedelta(seconds=2):SOON %H.%M.%S}")
    text = re.sub(r"\d{4}-\d\d-\d\d", lambda day: str(date.fromisoformat(day[0]) + later), text)
    return text.replace("SOON", str(local.date()))


def type_in(line: str, patch: pytest.MonkeyPatch) -> None:
    assert line.startswith("$ "), line
    word, *rest = shlex.split(line[2:])
    match word:
        case "cd":
            patch.chdir(rest[0])
        case "rm":
            for name in rest:
                Path(name).unlink()
        case "prokes":
            assert ended_with(rest) == 0, line
        case _:
            pytest.fail(f"the tests can't type {word}")


def ended_with(words: list[str]) -> int:
    try:
        main(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def save(block: Block, text: str) -> None:
    how, _equals, name = block.said.partition("=")
    with Path(name).open({"file": "w", "append": "a"}[how], encoding="utf-8") as file:
        file.write(text)


def test_the_tutorial_publishes_its_campaign_and_reports_it(after_the_tutorial: Path, sandbox: Sandbox) -> None:
    assert {post["platform"] for post in sandbox.posts()} == {"x", "facebook"}
    assert len(sandbox.posts()) == 2
    assert (after_the_tutorial / "reports" / "cuci-tangan.html").exists()
    assert list((after_the_tutorial / "kartu").glob("*.jpg"))
    assert not (after_the_tutorial / "x.json").exists()


@pytest.mark.parametrize("topic", HOW_TOS, ids=lambda topic: topic.name)
def test_the_commands_of_a_how_to_run(
    topic: manual.Topic, after_the_tutorial: Path, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(after_the_tutorial, tmp_path / "kantor")
    monkeypatch.chdir(tmp_path / "kantor")
    posts = len(sandbox.posts())
    follow(topic, sandbox, monkeypatch)
    assert len(sandbox.posts()) == posts  # everything has gone out already


HEAD = """\
id: a
title: A
purpose: A
owner: A
brand: nusa-raya
starts_on: 2026-11-23
ends_on: 2026-12-31
sources:
  - {id: se-satgas-2023, title: A, url: https://a.go.id, checked_on: 2026-11-01, valid_until: 2027-01-01}
"""
MESSAGES = "messages: [{id: lima-m, text: a}, {id: cuci-tangan, text: b}, {id: undangan-media, text: c}]\n"


def snippets() -> Iterator[str]:
    for topic in HOW_TOS:
        for block in blocks(source(topic, "id")):
            if block.kind == "yaml" and block.text.startswith(("messages:", "sends:", "silence:")):
                yield block.text


@pytest.mark.parametrize("snippet", list(snippets()), ids=lambda text: text.partition(":")[0])
def test_a_piece_of_a_campaign_file_has_the_right_form(snippet: str, tmp_path: Path) -> None:
    text = HEAD + ("" if snippet.startswith("messages:") else MESSAGES) + snippet
    reading = read_campaign_text(text, "a.yaml", root=tmp_path)
    assert not reading.problems, as_text(reading.problems)
