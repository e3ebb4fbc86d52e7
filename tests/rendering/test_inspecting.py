"""What is measured on a finished card, and that every template's samples pass the rules for cards."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import groupby
from pathlib import Path

import numpy
import pytest
from PIL import Image

from prokes_social.app import cards
from prokes_social.checking import all_rules
from prokes_social.model.card import Card, CardRequest
from prokes_social.rendering import Studio, sample_requests
from prokes_social.rendering.codes import read
from tests.checking.examples import CONTEXT
from tests.rendering.conftest import ASSETS, Ask, open_studio

STUDIO = cards.open_studio([ASSETS])
SAMPLES = list(sample_requests(STUDIO))
CARD_RULES = [rule for rule in all_rules() if rule.looks_at is Card]


def one_of_each() -> Iterator[CardRequest]:
    """Each sample of each template once, so that all sizes and brands have their turn."""

    def sample(request: CardRequest) -> str:
        return f"{request.template} {request.alt_text.rsplit(', ', 1)[-1]}"

    for turn, (_key, requests) in enumerate(groupby(sorted(SAMPLES, key=sample), key=sample)):
        those = list(requests)
        yield those[turn * 3 % len(those)]


def found_on(request: CardRequest) -> list[str]:
    card = STUDIO.inspect(STUDIO.render(request))
    return [finding.what.en for rule in CARD_RULES for finding in rule.check(card, CONTEXT)]


def _name(request: CardRequest) -> str:
    return f"{request.alt_text}, {request.size}"


@pytest.mark.parametrize("request_", list(one_of_each()), ids=_name)
def test_each_sample_passes_the_rules_for_cards(request_: CardRequest) -> None:
    assert found_on(request_) == []


@pytest.mark.slow
@pytest.mark.parametrize("request_", SAMPLES, ids=_name)
def test_each_sample_passes_them_in_every_size_and_brand(request_: CardRequest) -> None:
    assert found_on(request_) == []


def test_every_rule_for_cards_is_among_them() -> None:
    assert {rule.code for rule in CARD_RULES} >= {
        "card-low-contrast", "card-small-text", "card-safe-zone", "card-code", "card-heavy", "card-too-large",
    }  # fmt: skip


def test_a_text_is_measured_against_the_lightest_and_darkest_pixels_under_it(tmp_path: Path, ask: Ask) -> None:
    studio = studio_with(
        tmp_path,
        """
      - {rect: brand.paper}
      - {rect: brand.primary, box: [0, 0, 540, 1080]}
      - {text: "{name}", box: [140, 500, 800, 120], size: 80, color: brand.primary, font: text}""",
    )
    [text] = studio.inspect(studio.render(ask("salam", "1080x1080", slots={"name": "Puskesmas Asri Jaya"}))).texts
    assert text.contrast == pytest.approx(1.0, abs=0.05)
    assert text.slot == "name"
    assert not text.bold


def test_the_letters_themselves_are_no_ground(studio: Studio, ask: Ask) -> None:
    card = studio.inspect(studio.render(ask(slots={"headline": "MMMM MMMM"})))
    assert min(text.contrast for text in card.texts if text.slot == "headline") > 6


def test_a_text_that_leaves_its_card_is_found(tmp_path: Path, ask: Ask) -> None:
    studio = studio_with(
        tmp_path,
        """
      - {rect: brand.paper}
      - {text: "{name}", box: [700, 500, 700, 120], size: 80, color: brand.ink}""",
    )
    card = studio.inspect(studio.render(ask("salam", "1080x1080", slots={"name": "Puskesmas Asri"})))
    assert card.safe == (64, 64, 1016, 1016)
    [finding] = [each for rule in CARD_RULES for each in rule.check(card, CONTEXT)]
    assert finding.path == ("card", "slots", "name")
    assert "runs off the 1080x1080 card" in finding.what.en


def test_codes_are_read_from_the_finished_file(studio: Studio, ask: Ask) -> None:
    link = "https://ayosehat.kemkes.go.id/cuci-tangan"
    drawn = studio.render(ask(link=link))
    [code] = studio.inspect(drawn).codes
    assert (code.wanted, code.read) == (link, link)
    [spoilt] = studio.inspect(with_data(drawn, smeared(drawn.data))).codes
    assert (spoilt.wanted, spoilt.read) == (link, None)


def test_inspecting_changes_neither_file_nor_digests(studio: Studio, ask: Ask) -> None:
    drawn = studio.render(ask())
    seen = studio.inspect(drawn)
    assert (seen.data, seen.content_digest, seen.file_digest) == (drawn.data, drawn.content_digest, drawn.file_digest)


def studio_with(folder: Path, layers: str) -> Studio:
    (folder / "templates").mkdir()
    (folder / "templates" / "salam.yaml").write_text(
        "label: {id: Salam, en: Greeting}\n"
        "slots: {name: {required: true, label: {id: Nama, en: Name}}}\n"
        f"sizes:\n  1080x1080:\n    layers:{layers}\n",
        encoding="utf-8",
    )
    return open_studio(folder, ASSETS)


def with_data(card: Card, data: bytes) -> Card:
    return replace(card, data=data)


def smeared(data: bytes) -> bytes:
    """The same card with noise all over, so that no code can be read."""
    pixels = numpy.asarray(Image.open(BytesIO(data)).convert("RGB")).copy()
    pixels[:] = numpy.random.default_rng(1).integers(0, 256, pixels.shape, dtype=numpy.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    assert read(Image.open(BytesIO(file.getvalue()))) == set()
    return file.getvalue()
