"""The campaign model in, a JSON schema for editors out: while people write YAML, the editor completes and explains."""

import json
from collections.abc import Mapping
from typing import Any

from prokes_social.model.campaign import Campaign

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "Kampanye prokes dan vaksinasi"
DESCRIPTION = "Satu kampanye: pesan, kartu, sumber, dan jadwalnya. Dibuat dari kode; jangan disunting."


def campaign_schema() -> dict[str, Any]:
    """JSON schema, draft 2020-12, for campaign files whose scalars are all taken as text."""
    schema = for_editors(Campaign.model_json_schema())
    return {"$schema": DIALECT, **schema, "title": TITLE, "description": DESCRIPTION}


def campaign_schema_text() -> str:
    """What stands in `campaigns/schema.json`."""
    return json.dumps(campaign_schema(), indent=2, ensure_ascii=False) + "\n"


def for_editors(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Without pydantic's English titles and our docstrings, which editors would show to people who write campaigns."""
    cleaned = {key: _cleaned(value) for key, value in schema.items()}
    cleaned["$defs"] = {name: _without(part, "title", "description") for name, part in cleaned.get("$defs", {}).items()}
    return cleaned


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        # `title` is also the name of a field: only a text beside other keywords is pydantic's title.
        return {key: _cleaned(item) for key, item in value.items() if not (key == "title" and isinstance(item, str))}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def _without(part: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in keys}
