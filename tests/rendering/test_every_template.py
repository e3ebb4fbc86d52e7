"""What every template keeps to, in each size, with each brand kit and each of its samples."""

from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image

from prokes_social.model.card import CardRequest
from prokes_social.rendering import Cell, contact_sheet, sample_requests
from prokes_social.rendering.marks import Code, Line, Mark
from tests.rendering.conftest import ASSETS, open_studio

STUDIO = open_studio(ASSETS)
SAMPLES = list(sample_requests(STUDIO))
#: Brands differ in colour alone: where words stand is seen in one of them. Contrast is what the rules measure.
ONE_BRAND = [request for request in SAMPLES if request.brand == "nusa-raya"]
every_sample = pytest.mark.parametrize(
    "request_", ONE_BRAND, ids=[f"{request.alt_text}, {request.size}" for request in ONE_BRAND]
)
LEAST_TYPE = 26  #: px on a card of 1080 px


@every_sample
def test_words_and_codes_keep_to_the_safe_area_and_clear_of_each_other(request_: CardRequest) -> None:
    marks = [mark for mark in STUDIO.marks(request_) if isinstance(mark, Line | Code)]
    for mark in marks:
        assert is_safe(mark, request_), mark
    for one, other in combinations(marks, 2):
        assert not overlap(one, other), (one, other)
    assert min(mark.size for mark in marks if isinstance(mark, Line)) >= LEAST_TYPE


def is_safe(mark: Line | Code, request: CardRequest) -> bool:
    artboard = STUDIO.templates[request.template].artboard(request.size)
    assert artboard
    top, right, bottom, left = (span[0] for span in artboard.safe)
    # The pen may stand outside by the first letter's bearing; its ink does not, unless it hangs.
    bearing = 0.1 * mark.size + mark.hang if isinstance(mark, Line) else 0
    return (
        mark.x >= left - 0.5 - bearing
        and mark.x + mark.width <= request.size.width - right + 0.5
        and mark.y >= top - 0.5
        and mark.y + mark.height <= request.size.height - bottom + 0.5
    )


def overlap(one: Mark, other: Mark) -> bool:
    apart = (
        one.x + one.width <= other.x + 0.5
        or other.x + other.width <= one.x + 0.5
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )
    return not apart


def test_the_contact_sheet_shows_every_template_size_brand_and_sample() -> None:
    assert {(r.template, r.brand, r.size) for r in SAMPLES} == {
        (name, brand, size)
        for name, template in STUDIO.templates.items()
        for brand in STUDIO.brands
        for size in template.every_size()
    }
    cells = [
        Cell(row=request.alt_text, size=request.size, picture=STUDIO.render(request).data) for request in SAMPLES[:10]
    ]
    drawn = contact_sheet(cells, "contoh")
    sheet = Image.open(BytesIO(drawn.data))
    assert sheet.format == "PNG"
    assert len(drawn.places) == len(cells)
    assert sheet.height > 2 * 540 and sheet.width > 4 * 400


@pytest.mark.parametrize("name", sorted(STUDIO.templates))
def test_a_template_is_drawn_for_all_five_formats_and_says_what_it_is(name: str) -> None:
    template = STUDIO.templates[name]
    assert set(template.sizes) == {"1080x1350", "1080x1080", "1600x900", "1080x1920", "1200x630"}
    assert template.label.id and template.label.en
    assert all(slot.label.id and slot.label.en for slot in template.slots.values())
    assert {"short", "long"} <= set(template.samples)


@pytest.mark.parametrize("name", sorted(STUDIO.brands))
def test_a_brand_kit_sets_no_illegible_pair(name: str) -> None:
    assert STUDIO.brands[name].illegible() == []
