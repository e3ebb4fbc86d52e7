"""The schema for editors: kept equal to the model, in Bahasa Indonesia, and true of the samples."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from prokes_social.loading.campaigns import campaign_files
from prokes_social.loading.schema import DIALECT, campaign_schema, campaign_schema_text

ROOT = Path(__file__).parents[2]
SCHEMA = campaign_schema()
FILES = campaign_files(ROOT)
every_sample = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def accepts(campaign: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(campaign)


@pytest.fixture
def campaign() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(FILES[0].read_text("utf-8"), yaml.BaseLoader)
    return loaded


def test_the_written_schema_is_the_models() -> None:
    written = (ROOT / "campaigns/schema.json").read_text("utf-8")
    assert written == campaign_schema_text(), "write it anew: campaign_schema_text() into campaigns/schema.json"


def test_it_is_a_valid_schema_of_its_dialect() -> None:
    assert SCHEMA["$schema"] == DIALECT
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_key_is_described_for_the_person_who_writes_it() -> None:
    parts = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if "properties" in part)]
    keys = {name: key for part in parts for name, key in part["properties"].items()}
    assert {name for name, key in keys.items() if not key.get("description")} == set()


def test_no_english_title_is_left() -> None:
    titles = [line for line in campaign_schema_text().splitlines() if '"title": "' in line]
    assert titles == ['  "title": "Kampanye prokes dan vaksinasi",']


@every_sample
def test_a_sample_names_the_schema_on_its_first_line(path: Path) -> None:
    assert path.read_text("utf-8").splitlines()[0] == "# yaml-language-server: $schema=schema.json"


@every_sample
def test_a_sample_is_valid_as_an_editor_sees_it(path: Path) -> None:
    jsonschema.validate(yaml.load(path.read_text("utf-8"), yaml.BaseLoader), SCHEMA, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("at", ["2026-11-24 07.30", "2026-11-24 19:30", "2026-11-24 7.05.09"])
def test_times_with_dot_and_colon_are_accepted(campaign: dict[str, Any], at: str) -> None:
    campaign["sends"][0]["at"] = at
    assert accepts(campaign)


@pytest.mark.parametrize(
    ("key", "value"),
    [("starts_on", "24-11-2026"), ("zone", "GMT"), ("id", "Dua Kata"), ("link", "kemkes"), ("judul", "x")],
)
def test_what_loading_refuses_the_editor_underlines(campaign: dict[str, Any], key: str, value: str) -> None:
    campaign[key] = value
    assert not accepts(campaign)


def test_a_span_of_days_is_a_list_of_two(campaign: dict[str, Any]) -> None:
    send = next(send for send in campaign["sends"] if "between" in send)
    send["between"] = ["2026-11-23"]
    assert not accepts(campaign)
    send["between"] = ["2026-11-23", "2026-12-31"]
    assert accepts(campaign)


def test_the_schema_is_plain_json() -> None:
    assert json.loads(campaign_schema_text()) == SCHEMA
