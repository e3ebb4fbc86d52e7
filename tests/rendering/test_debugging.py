"""The overlay for designers: it shows what the layout did, and is never part of a card."""

from io import BytesIO

import numpy
import pytest
from PIL import Image

from prokes_social.model.card import Card
from prokes_social.rendering import Studio
from prokes_social.rendering.debugging import BASELINE, SAFE, TEXT, legend
from prokes_social.rendering.marks import Line
from tests.rendering.conftest import Ask


def pixels(data: bytes) -> "numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.uint8]]":
    return numpy.asarray(Image.open(BytesIO(data)).convert("RGB"))


@pytest.fixture(scope="module")
def card(studio: Studio) -> Card:
    from prokes_social.model.card import CardRequest
    from prokes_social.model.platform import Size

    slots = {"headline": "Jaga diri, jaga keluarga"}
    return studio.render(
        CardRequest(template="announcement", brand="nusa-raya", size=Size(1080, 1350), slots=slots, alt_text="")
    )


def test_the_card_itself_stays_as_it_is(studio: Studio, ask: Ask) -> None:
    before = studio.render(ask())
    studio.outlined(before)
    after = studio.render(ask())
    assert (after.content_digest, after.file_digest) == (before.content_digest, before.file_digest)


def test_baselines_and_boxes_lie_where_the_type_stands(studio: Studio, card: Card) -> None:
    image = pixels(studio.outlined(card))
    lines = [mark for mark in studio.marks(card.request) if isinstance(mark, Line) and mark.slot == "headline"]
    assert lines
    for line in lines:
        left, top, _right, _bottom = line.edges()
        assert tuple(image[line.baseline, left + 5]) == BASELINE
        assert tuple(image[top, left + 5]) == TEXT


def test_the_safe_zone_runs_along_the_artboards_safe_sides(studio: Studio, card: Card) -> None:
    artboard = studio.templates["announcement"].artboard(card.size)
    assert artboard
    top, right, bottom, left = (tight for tight, _roomy in artboard.safe)
    image = pixels(studio.outlined(card))
    for row in (top, card.size.height - bottom):
        assert (image[row, left : card.size.width - right] == SAFE).all(axis=1).mean() > 0.3
    for column in (left, card.size.width - right):
        assert (image[top : card.size.height - bottom, column] == SAFE).all(axis=1).mean() > 0.3


@pytest.mark.parametrize("size", ["1080x1080", "1600x900", "1080x1920"])
def test_an_overlay_has_the_size_of_its_card(studio: Studio, ask: Ask, size: str) -> None:
    card = studio.render(ask(size=size))
    assert Image.open(BytesIO(studio.outlined(card))).size == (card.size.width, card.size.height)


def test_every_colour_has_its_words() -> None:
    assert len({color for color, _words in legend()}) == 6
    assert all(words for _color, words in legend())
