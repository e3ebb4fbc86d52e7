"""The reference: whatever the code has, the manual tells, in both languages and with words for each row."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from prokes_social import checking, errors, platforms
from prokes_social import help as manual
from prokes_social.help import tables
from prokes_social.i18n import LANGUAGES, speaking
from prokes_social.model import campaign
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import MOVES, DeliveryStatus
from prokes_social.model.reach import Known, Metric
from prokes_social.settings import Checking, Organisation, Publishing, Tracking
from tests.help.pages import EVERY_PAGE, filled, source

in_both = pytest.mark.parametrize("language", LANGUAGES)
SOURCES = Path(tables.__file__).parents[1]


def rows(markdown: str) -> dict[str, list[str]]:
    """A page's table rows by the first word in code style."""
    lines = [line[2:-2].split(" | ") for line in markdown.splitlines() if line.startswith("| ")]
    return {found[1]: cells for cells in lines if (found := re.search(r"`([^`]+)`", " ".join(cells)))}


def leaves(form: type[BaseModel]) -> Iterator[str]:
    """Every setting of a section; one that is a section itself is told setting by setting."""
    for name, field in form.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from (f"{name}.{each}" for each in leaves(inner))
        else:
            yield name


@in_both
def test_every_setting_is_told_with_its_meaning(language: str) -> None:
    page = rows(filled("reference/settings", language))
    sections = {"organisation": Organisation, "checking": Checking, "publishing": Publishing, "tracking": Tracking}
    names = {f"{section}.{name}" for section, form in sections.items() for name in leaves(form)}
    for name in names | {"zone", "language", "database_url", "public_url"}:
        assert page[name][-1], name


@in_both
def test_every_setting_of_a_platform_is_told_with_its_variable_and_meaning(language: str) -> None:
    page = rows(filled("reference/settings", language))
    for kind in platforms.all_classes():
        for name in kind.Settings.model_fields:
            row = page[f"platforms.{kind.settings_prefix.lower()}.{name}"]
            assert f"PROKES_{kind.settings_prefix}_{name.upper()}" in row[1]
            assert row[-1], name


@in_both
def test_every_row_of_every_settings_table_has_words(language: str) -> None:
    missing = [name for name, row in rows(filled("reference/settings", language)).items() if not row[-1].strip("`")]
    assert missing == []


@in_both
def test_every_variable_that_the_source_names_is_told(language: str) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    named = {name.rstrip("_") for name in re.findall(r"PROKES_[A-Z_]*[A-Z]", text)}
    page = filled("reference/settings", language)
    assert {name for name in named if name not in page} == set()


def test_what_holds_otherwise_may_be_written_in_the_file_as_it_is_told() -> None:
    for language in LANGUAGES:
        with speaking(language):
            told = rows(tables.setting_keys({}))
        document = "\n".join(f"{name} = {cells[1].strip('`')}" for name, cells in told.items() if cells[1].strip())
        read = tomllib.loads(document)
        assert Publishing.model_validate(read["publishing"]) == Publishing()
        assert Tracking.model_validate(read["tracking"]) == Tracking()
        assert Checking.model_validate(read["checking"]) == Checking()


@in_both
def test_every_key_of_a_campaign_file_is_told_with_its_meaning(language: str) -> None:
    forms = {
        "campaign": campaign.Campaign, "source": campaign.Source, "message": campaign.Message,
        "card": campaign.CardSpec, "send": campaign.Send, "silence": campaign.Silence,
    }  # fmt: skip
    page = filled("reference/campaign-file", language)
    for form in forms.values():
        for name, field in form.model_fields.items():
            told = [line for line in page.splitlines() if line.startswith(f"| `{field.alias or name}`")]
            assert told
            assert all(len(line.split(" | ")[2]) > 3 for line in told), name


@pytest.mark.parametrize("name", ["campaign", "source", "message", "card", "send", "silence"])
def test_the_english_page_explains_every_key_in_english(name: str) -> None:
    with speaking("en"):
        plain = rows(getattr(tables, f"{name}_keys")({}))
    page = filled("reference/campaign-file", "en")
    assert not [cells[2] for cells in plain.values() if cells[2] in page]


@in_both
def test_every_status_is_told_with_its_moves_and_what_to_do(language: str) -> None:
    page = rows(filled("reference/statuses", language).partition("\n## ")[0])
    with speaking(language):
        for status in DeliveryStatus:
            label, _word, remark, to, do = page[status.value]
            assert (label, remark) == (str(status.label), str(status.remark))
            assert all(str(each.label) in to for each in MOVES[status])
            assert do


@in_both
def test_every_alarm_is_told_with_its_next_step(language: str) -> None:
    page = rows(filled("reference/statuses", language))
    with speaking(language):
        for kind in AlarmKind:
            assert kind.value in page
            assert str(kind.remedy) in filled("reference/statuses", language)


@in_both
def test_every_rule_is_told_with_its_reason_and_examples(language: str) -> None:
    page = filled("reference/rules", language)
    with speaking(language):
        for rule in checking.all_rules():
            assert str(rule.why) in rows(page)[rule.code]
            assert f"### {rule.code}\n" in page
            assert rule.bad.strip() in page
            assert rule.good.strip() in page


@in_both
def test_every_platform_is_told_with_every_credential(language: str) -> None:
    limits, connect = filled("reference/platforms", language), filled("how-to/connect-accounts", language)
    for kind in platforms.all_classes():
        assert kind.label in limits
        for field in kind.credential_fields:
            line = next(each for each in connect.splitlines() if each.startswith(f"| {kind.label} | `{field.name}`"))
            assert line[2:-2].split(" | ")[-1], field.name


@in_both
def test_every_error_is_told_with_its_exit_code(language: str) -> None:
    page = rows(filled("reference/exit-codes", language))
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.ProkesError)]
    for kind in kinds:
        code, _name, means = page[kind.__name__]
        assert code == str(kind.exit_code)
        assert means, kind


@in_both
def test_every_figure_and_every_way_of_knowing_is_told(language: str) -> None:
    page = filled("reference/metrics", language)
    with speaking(language):
        assert all(f"| {metric.label} |" in page for metric in Metric)
        assert all(f"| {known.label} |" in page for known in Known)
        assert "impression_count" in page


def test_no_note_is_left_without_a_row() -> None:
    for language, topic in EVERY_PAGE:
        page = filled(topic.name, language)
        for marker in manual.MARKER.finditer(source(topic, language)):
            for row, words in manual._notes(marker[2]).items():
                assert words in page, f"{language}/{topic.name}: {row}"


def test_a_bar_in_a_cell_does_not_break_its_table() -> None:
    assert tables._table(["a"], [["x | y\nz"]]).splitlines()[-1] == "| x \\| y z |"
