"""The manual as a whole: the same pages in both languages, whose links, markers and words fit."""

import re

import pytest

from prokes_social import help as manual
from prokes_social.errors import SettingsError
from prokes_social.help import tables
from tests.help.pages import EVERY_PAGE, blocks, filled, links, markers, source

every_page = pytest.mark.parametrize(
    ("language", "topic"), EVERY_PAGE, ids=[f"{language}/{topic.name}" for language, topic in EVERY_PAGE]
)


def test_both_languages_have_the_same_pages() -> None:
    assert [each.name for each in manual.topics("id")] == [each.name for each in manual.topics("en")]


def test_the_manual_begins_with_the_tutorial_and_knows_the_place_of_every_page() -> None:
    names = [each.name for each in manual.topics("id")]
    assert names[0] == "start"
    assert all(any(name.startswith(part) for part in manual.PARTS) for name in names)


@every_page
def test_a_page_has_a_title_and_a_first_sentence(language: str, topic: manual.Topic) -> None:
    assert topic.title
    assert topic.summary.endswith((".", "!", "?"))
    assert len(topic.summary) < 130


@every_page
def test_every_link_leads_to_a_page(language: str, topic: manual.Topic) -> None:
    names = {each.name for each in manual.topics(language)}
    assert {manual.target(topic, link) for link in links(source(topic, language))} <= names


@every_page
def test_a_page_of_reference_or_ideas_is_linked_from_another(language: str, topic: manual.Topic) -> None:
    others = [each for each in manual.topics(language) if each != topic]
    linked = {manual.target(each, link) for each in others for link in links(source(each, language))}
    assert topic.name in linked or not topic.name.startswith(("reference/", "ideas/"))


@every_page
def test_every_marker_has_a_table(language: str, topic: manual.Topic) -> None:
    assert set(markers(source(topic, language))) <= {*tables.names(), "commands"}


def test_every_table_stands_on_a_page_of_each_language() -> None:
    for language in ("id", "en"):
        used = {name for each in manual.topics(language) for name in markers(source(each, language))}
        assert used == {*tables.names(), "commands"}


@every_page
def test_the_same_markers_and_code_blocks_stand_on_both_pages(language: str, topic: manual.Topic) -> None:
    mine, other = (source(topic, each) for each in ("id", "en"))
    assert markers(mine) == markers(other)
    runs = [[(each.kind, each.said, each.text) for each in blocks(text) if each.said] for text in (mine, other)]
    assert runs[0] == runs[1]


@every_page
def test_a_page_that_is_read_has_no_marker_left(language: str, topic: manual.Topic) -> None:
    assert "<!--" not in filled(topic.name, language)


@every_page
def test_lines_are_short_enough_to_edit(language: str, topic: manual.Topic) -> None:
    lines = [line for line in source(topic, language).splitlines() if not line.startswith(("|", "x.", "facebook."))]
    assert max(map(len, lines)) <= 160


@every_page
def test_every_command_that_a_page_names_exists(language: str, topic: manual.Topic) -> None:
    commands = re.findall(r"^## (prokes(?: [a-z]+)+)", filled("reference/commands", language), re.MULTILINE)
    named = re.findall(r"(?:`|^\$ )(prokes(?: [a-z]+){1,2})\b", source(topic, language), re.MULTILINE)
    for words in named:
        assert any(f"{words} ".startswith(f"{each} ") or f"{each} ".startswith(f"{words} ") for each in commands), words


def test_a_page_is_found_by_its_last_word() -> None:
    assert manual.find("rules", "id").name == "reference/rules"
    assert manual.find("How-To/Approve.md", "id").name == "how-to/approve"


def test_an_unknown_page_is_refused_with_the_names_that_come_close() -> None:
    with pytest.raises(SettingsError) as refused:
        manual.find("aprove", "id")
    assert "how-to/approve" in refused.value.hint
    with pytest.raises(SettingsError) as refused:
        manual.find("qqqq", "id")
    assert "prokes help" in refused.value.hint


def test_a_link_leads_on_from_the_folder_of_its_page() -> None:
    page = manual.find("how-to/approve", "id")
    assert manual.target(page, "../reference/rules.md#hashtags") == "reference/rules"
    assert manual.target(page, "run-the-worker.md") == "how-to/run-the-worker"
    assert manual.target(page, "#top") == "how-to/approve"
