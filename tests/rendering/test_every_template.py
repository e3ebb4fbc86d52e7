"""What every template keeps to, in each size, with each brand kit and each of its samples."""

from collections.abc import Iterator
from io import BytesIO
from itertools import combinations

import numpy
import pytest
from PIL import Image

from prokes_social.model.brand import Rgb, contrast
from prokes_social.model.card import CardRequest
from prokes_social.rendering import Studio, contact_sheet, sample_requests
from prokes_social.rendering.marks import Code, Line, Mark
from tests.rendering.conftest import ASSETS, open_studio

STUDIO = open_studio(ASSETS)
SAMPLES = list(sample_requests(STUDIO))
every_sample = pytest.mark.parametrize("request_", SAMPLES, ids=lambda request: f"{request.alt_text}, {request.size}")

#: WCAG 2.2: 3:1 is enough for large type. Phones show 1080 px at about 360, so that large begins here.
LARGE, LARGE_BOLD = 65, 50


def lines_of(request: CardRequest) -> list[Line]:
    return [mark for mark in STUDIO.marks(request) if isinstance(mark, Line)]


@every_sample
def test_words_and_codes_keep_to_the_safe_area(request_: CardRequest) -> None:
    artboard = STUDIO.templates[request_.template].artboard(request_.size)
    assert artboard
    top, right, bottom, left = (span[0] for span in artboard.safe)
    for mark in STUDIO.marks(request_):
        if isinstance(mark, Line | Code):
            # The pen may stand outside by the first letter's bearing; its ink does not.
            bearing = 0.1 * mark.size if isinstance(mark, Line) else 0
            assert mark.x >= left - 0.5 - bearing and mark.x + mark.width <= request_.size.width - right + 0.5, mark
            assert mark.y >= top - 0.5 and mark.y + mark.height <= request_.size.height - bottom + 0.5, mark


@every_sample
def test_nothing_overlaps_that_is_to_be_read(request_: CardRequest) -> None:
    marks = [mark for mark in STUDIO.marks(request_) if isinstance(mark, Line | Code)]
    for one, other in combinations(marks, 2):
        assert not overlap(one, other), (one, other)


def overlap(one: Mark, other: Mark) -> bool:
    apart = (
        one.x + one.width <= other.x + 0.5
        or other.x + other.width <= one.x + 0.5
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )
    return not apart


@every_sample
def test_type_can_be_read_on_a_phone(request_: CardRequest) -> None:
    assert min(line.size for line in lines_of(request_)) >= 26


@every_sample
def test_the_card_stands_out_from_its_ground_is_small_and_has_the_right_size(request_: CardRequest) -> None:
    card = STUDIO.render(request_)
    image = Image.open(BytesIO(card.data))
    assert (image.width, image.height) == (request_.size.width, request_.size.height)
    assert len(card.data) < 230_000
    for line, color, grounds in grounds_of(request_, image.convert("RGB")):
        needed = 3.0 if line.size >= (LARGE_BOLD if line.style == "display" else LARGE) else 4.5
        assert min(contrast(color, ground) for ground in grounds) >= needed, line


def grounds_of(request: CardRequest, image: Image.Image) -> Iterator[tuple[Line, Rgb, list[Rgb]]]:
    """Each line with the colours that surround it: a thin frame of pixels just outside its letters."""
    pixels = numpy.asarray(image)
    for line in lines_of(request):
        left, top, right, _bottom = line.edges()
        above = pixels[max(top - 9, 0) : max(top - 6, 1), left:right].reshape(-1, 3)
        order = above.astype(int).sum(axis=1).argsort()
        picked = [above[order[len(order) // 20]], above[order[-1 - len(order) // 20]]]
        yield line, line.color, [(int(r), int(g), int(b)) for r, g, b in picked]


def test_the_contact_sheet_shows_every_template_size_brand_and_sample() -> None:
    assert {(r.template, r.brand, r.size) for r in SAMPLES} == {
        (name, brand, size)
        for name, template in STUDIO.templates.items()
        for brand in STUDIO.brands
        for size in template.every_size()
    }
    cards = [STUDIO.render(request) for request in SAMPLES[:8]]
    sheet = Image.open(BytesIO(contact_sheet(cards)))
    assert sheet.format == "PNG"
    assert sheet.height > 2 * 540 and sheet.width > 4 * 400


@pytest.mark.parametrize("name", sorted(STUDIO.templates))
def test_a_template_is_drawn_for_all_four_formats_and_says_what_it_is(name: str) -> None:
    template = STUDIO.templates[name]
    assert set(template.sizes) >= {"1080x1350", "1080x1080", "1600x900", "1080x1920"}
    assert template.label.id and template.label.en
    assert all(slot.label.id and slot.label.en for slot in template.slots.values())
    assert {"short", "long"} <= set(template.samples)


@pytest.mark.parametrize("name", sorted(STUDIO.brands))
def test_a_brand_kit_sets_no_illegible_pair(name: str) -> None:
    assert STUDIO.brands[name].illegible() == []


def test_studio_is_quick_enough_to_look_on() -> None:
    from time import perf_counter

    studio: Studio = open_studio(ASSETS)
    studio.render(SAMPLES[0])
    started = perf_counter()
    studio.render(SAMPLES[0])
    # Measured 10 to 40 ms; the bound leaves room for a busy machine.
    assert perf_counter() - started < 0.5
