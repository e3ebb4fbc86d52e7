"""A personal card drawn in parts is the card drawn as a whole, for every template that has one."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from prokes_social.errors import CardError, TextDoesNotFit
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.rendering import Studio, sample_requests
from prokes_social.rendering.personal import PersonalCards, extent
from prokes_social.rendering.splicing import covers_most
from tests.rendering.conftest import ASSETS, open_studio

TITLED = "Prof. Dr. dr. Hj. Siti Nurhaliza Rahmawati Kusumaningrum, Sp.PD-KPTI, M.Kes."
PEOPLE: tuple[Mapping[str, str], ...] = (
    {"name": "Budi", "unit": "Setda"},
    {"name": TITLED, "unit": "Dinas Pemberdayaan Masyarakat dan Desa", "photo": "siti.jpg"},
    {"name": "I Gusti Ngurah Agung Wiratama, S.Sos.", "unit": "Satuan Polisi Pamong Praja"},
    {"name": "Ǻsa Çelik-Fjord Ģirts", "unit": "Balitbang", "photo": "siti.jpg"},
)


def portrait() -> bytes:
    file = BytesIO()
    Image.linear_gradient("L").resize((480, 640)).convert("RGB").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="module")
def studio() -> Studio:
    shipped = open_studio(ASSETS)
    own = {"siti.jpg": portrait()}
    return Studio(
        shipped.templates, shipped.brands, lambda name: own.get(name) or (ASSETS / "photos" / name).read_bytes()
    )


def requests(studio: Studio) -> list[CardRequest]:
    """One of each personal template and size."""
    return [
        each
        for each in sample_requests(studio)
        if studio.templates[each.template].personal and each.brand == "nusa-raya" and each.alt_text.endswith("short")
    ]


REQUESTS = requests(open_studio(ASSETS))
every_personal_card = pytest.mark.parametrize("request_", REQUESTS, ids=[f"{r.template}-{r.size}" for r in REQUESTS])


def as_a_whole(cards: PersonalCards, person: Mapping[str, Any]) -> bytes:
    marks = cards.compose(cards.request_of(person))
    image = cards.base.copy()
    cards.canvas(image, (0, 0)).draw(marks)
    return cards.file.anew(image).whole()


def test_there_are_templates_for_staff() -> None:
    assert {request.template for request in REQUESTS} >= {"pledge", "twibbon"}


@every_personal_card
def test_a_card_in_parts_is_the_card_as_a_whole(studio: Studio, request_: CardRequest) -> None:
    cards = studio.personal(request_)
    for person in PEOPLE:
        assert cards.draw(person) == as_a_whole(cards, person), person["name"]


@every_personal_card
def test_nothing_is_drawn_outside_of_what_a_mark_says_of_itself(studio: Studio, request_: CardRequest) -> None:
    cards = studio.personal(request_)
    for person in PEOPLE:
        for mark in cards.compose(cards.request_of(person)):
            before, after = cards.base.copy(), cards.base.copy()
            cards.canvas(after, (0, 0)).draw([mark])
            for image in (before, after):
                image.paste((0, 0, 0), extent(mark))
            assert before.tobytes() == after.tobytes(), mark


def test_most_of_a_pledge_is_the_same_for_all(studio: Studio) -> None:
    for request in (each for each in REQUESTS if each.template == "pledge"):
        cards = studio.personal(request)
        marks = cards.compose(cards.request_of(PEOPLE[1]))
        assert not covers_most(cards.file.areas(map(extent, marks)), cards.base.size), request.size


def test_a_card_is_the_same_whoever_came_before(studio: Studio) -> None:
    cards = studio.personal(REQUESTS[0])
    first = cards.draw(PEOPLE[0])
    cards.draw(PEOPLE[1])
    assert cards.draw(PEOPLE[0]) == first


def test_a_rendered_card_is_the_personal_one(studio: Studio) -> None:
    [request] = [each for each in REQUESTS if each.template == "pledge" and each.size == Size(1080, 1080)]
    cards = studio.personal(request)
    assert studio.render(request).data == cards.draw(request.slots)


def test_a_name_that_does_not_fit_is_told_by_its_slot(studio: Studio) -> None:
    with pytest.raises(TextDoesNotFit) as refused:
        studio.personal(REQUESTS[0]).draw({"name": "Kusumaningrum " * 40, "unit": "Setda"})
    assert refused.value.slot == "name"


def test_a_missing_photo_is_told(studio: Studio) -> None:
    def none(name: str) -> bytes:
        raise CardError("tidak ada", hint="")

    empty = Studio(studio.templates, studio.brands, none)
    with pytest.raises(CardError):
        empty.personal(REQUESTS[0]).draw(PEOPLE[1])


def test_what_is_shared_is_checked_once_for_all(studio: Studio) -> None:
    broken = CardRequest(template="pledge", brand="nusa-raya", size=Size(1080, 1080), slots={}, alt_text="")
    with pytest.raises(CardError):
        studio.personal(broken)
