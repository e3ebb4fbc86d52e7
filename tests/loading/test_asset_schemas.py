"""The schemas of templates and brand kits for editors: kept equal to the models, in Bahasa Indonesia, true of ours."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from prokes_social.loading.asset_schemas import brand_schema, schema_text, template_schema
from prokes_social.loading.schema import DIALECT
from prokes_social.model.brand import ROLES
from prokes_social.model.template import KINDS

ASSETS = Path(__file__).parents[2] / "assets"
TEMPLATE, BRAND = template_schema(), brand_schema()
WRITTEN = {"templates": TEMPLATE, "brands": BRAND}
TEMPLATES = sorted((ASSETS / "templates").glob("*.yaml"))
BRANDS = sorted((ASSETS / "brands").glob("*/brand.yaml"))
both = pytest.mark.parametrize("folder", list(WRITTEN))


def accepts(template: Any) -> bool:
    return jsonschema.Draft202012Validator(TEMPLATE).is_valid(template)


def with_layer(layer: Any) -> dict[str, Any]:
    return {"label": {"id": "a", "en": "a"}, "slots": {}, "sizes": {"1080x1080": {"layers": [layer]}}}


@both
def test_the_written_schema_is_the_models(folder: str) -> None:
    written = (ASSETS / folder / "schema.json").read_text("utf-8")
    assert written == schema_text(WRITTEN[folder]), f"write schema_text(…) anew into assets/{folder}/schema.json"


@both
def test_it_is_a_valid_schema_of_its_dialect(folder: str) -> None:
    assert WRITTEN[folder]["$schema"] == DIALECT
    jsonschema.Draft202012Validator.check_schema(WRITTEN[folder])


@both
def test_every_key_is_described_for_the_person_who_writes_it(folder: str) -> None:
    schema = WRITTEN[folder]
    parts = [("", schema), *schema["$defs"].items()]
    bare = {
        (name, key)
        for name, part in parts
        for key, about in part.get("properties", {}).items()
        if not about.get("description")
    }
    assert bare == set(), "Add a sentence in loading/asset_schemas.py."


@both
def test_no_english_title_is_left(folder: str) -> None:
    assert schema_text(WRITTEN[folder]).count('"title": "') == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_of_ours_is_valid_as_an_editor_sees_it(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), TEMPLATE, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("path", BRANDS, ids=lambda path: path.parent.name)
def test_a_brand_kit_of_ours_is_valid_as_an_editor_sees_it(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text("utf-8")), BRAND, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", ["announcement", "checklist"])
def test_a_template_names_the_schema_on_its_first_line(name: str) -> None:
    first = (ASSETS / "templates" / f"{name}.yaml").read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema.json"


def test_every_kind_of_layer_is_told_by_its_key() -> None:
    kinds = [TEMPLATE["$defs"][each["$ref"].rpartition("/")[2]] for each in TEMPLATE["$defs"]["Layer"]["anyOf"]]
    assert all(kind["additionalProperties"] is False for kind in kinds)
    assert {key for kind in kinds for key in kind["required"]} >= {*KINDS, "use"}


@pytest.mark.parametrize(
    "layer",
    [
        {"text": "Halo", "size": 40, "color": "brand.ink"},
        {"text": "Halo", "size": [40, 80], "color": "brand.ink", "pad": [[8, 12], 0, 0, 0]},
        {"image": "brand.scene", "icon": "{icon}", "spare": [200, 400]},
        {"stack": [{"use": "headline", "size": [56, 108]}, {"row": [{"rect": "brand.line", "height": 2}]}], "gap": 24},
        {"repeat": "{rows}", "each": {"text": "{item.title}", "size": 40, "color": "brand.ink"}},
        {"ring": "{share}", "size": 400, "inside": {"text": "{share}", "size": 90, "color": "brand.ink"}},
    ],
)
def test_what_designers_write_is_accepted(layer: dict[str, Any]) -> None:
    assert accepts(with_layer(layer))


@pytest.mark.parametrize(
    "layer",
    [
        {"text": "Halo", "size": 40},
        {"text": "Halo", "size": 40, "color": "#ff0000"},
        {"text": "Halo", "size": 40, "color": "brand.ink", "colour": "brand.ink"},
        {"text": "Halo", "icon": "check", "size": 40, "color": "brand.ink"},
        {"text": "Halo", "size": [40, 60, 80], "color": "brand.ink"},
        {"square": "brand.paper"},
        {"qr": "{link}", "size": 90},
        {"stack": [{"square": "brand.paper"}]},
        {"use": "headline", "sise": 40},
    ],
)
def test_what_loading_refuses_the_editor_underlines(layer: dict[str, Any]) -> None:
    assert not accepts(with_layer(layer))


def test_a_size_is_written_in_px() -> None:
    template = with_layer({"rect": "brand.paper"})
    assert not accepts({**template, "sizes": {"kotak": template["sizes"]["1080x1080"]}})


def test_a_brand_kit_has_the_roles_that_templates_know_and_no_others() -> None:
    assert set(BRAND["properties"]["colors"]["properties"]) == set(ROLES)
    valid = jsonschema.Draft202012Validator(BRAND)
    assert valid.is_valid({"colors": {"primary": "#0F5C56"}, "variants": {"dark": {"colors": {"ink": "#ffffff"}}}})
    assert not valid.is_valid({"colors": {"primary": "green"}})
    assert not valid.is_valid({"colors": {"warna_utama": "#0F5C56"}})


@both
def test_the_schema_is_plain_json(folder: str) -> None:
    assert json.loads(schema_text(WRITTEN[folder])) == WRITTEN[folder]
