"""What staff would show in, faces and candidates' names in it out: what stays out of their feeds before an election."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prokes_social.model.template import Template


def faces(slots: Mapping[str, Any], template: Template) -> list[str]:
    """Slots that a campaign filled with somebody's photograph; the sharer's own never stands in a campaign.

    Also one that is meant for the sharer's own: whoever has none would share the one that the campaign put there.
    """
    return [name for name, slot in template.slots.items() if slot.kind == "photo" and slots.get(name)]


def candidates_in(words: str, candidates: Sequence[str]) -> Iterator[str]:
    """Names of the office's list as they are written in the text, spaces and capitals aside."""
    for name in candidates:
        pattern = r"\s+".join(re.escape(part) for part in name.split())
        if pattern and (match := re.search(rf"(?<!\w){pattern}(?!\w)", words, re.IGNORECASE)):
            yield match[0]
