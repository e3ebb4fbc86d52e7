"""A studio with the templates and brand kits that are shipped, and requests to vary."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from prokes_social.loading.brands import load_brands
from prokes_social.loading.photos import read_photo
from prokes_social.loading.templates import load_templates
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.rendering import Studio

ASSETS = Path(__file__).parents[2] / "assets"

Ask = Callable[..., CardRequest]


def open_studio(*folders: Path) -> Studio:
    return Studio(
        templates={name: loaded.value for name, loaded in load_templates(folders).items()},
        brands={name: loaded.value for name, loaded in load_brands(folders).items()},
        photos=partial(read_photo, [folder / "photos" for folder in folders]),
    )


@pytest.fixture(scope="session")
def studio() -> Studio:
    return open_studio(ASSETS)


@pytest.fixture
def ask() -> Ask:
    """A request for a short announcement; name what differs."""

    def request(template: str = "announcement", size: str = "1080x1350", **changes: Any) -> CardRequest:
        slots = changes.pop("slots", {"headline": "Jaga diri, jaga keluarga"})
        given = {"brand": "nusa-raya", "alt_text": "Jaga diri, jaga keluarga"} | changes
        return CardRequest(template=template, size=Size.parse(size), slots=slots, **given)

    return request
