"""What every template keeps to, in each size, with each brand kit and each of its samples."""

from dataclasses import replace
from io import BytesIO
from itertools import combinations
from typing import Any

import pytest
from PIL import Image

from prokes_social.model.card import CardRequest
from prokes_social.rendering import Cell, Studio, codes, contact_sheet, sample_requests
from prokes_social.rendering.marks import Code, Line, Mark, Picture
from prokes_social.rendering.personal import extent
from prokes_social.rendering.scripts import special_in
from prokes_social.rendering.splicing import covers_most
from tests.rendering.conftest import ASSETS, open_studio

STUDIO = open_studio(ASSETS)
SAMPLES = list(sample_requests(STUDIO))
#: Brands differ in colour alone: where words stand is seen in one of them. Contrast is what the rules measure.
ONE_BRAND = [request for request in SAMPLES if request.brand == "nusa-raya"]
every_sample = pytest.mark.parametrize(
    "request_", ONE_BRAND, ids=[f"{request.alt_text}, {request.size}" for request in ONE_BRAND]
)
LEAST_TYPE = 26  #: px on a card of 1080 px
#: What a campaign's card says, and whose it becomes.
OWN_LINK = "https://dinkes.nusaraya.go.id/k/Ab3dE7"
TITLED = {
    "name": "Prof. Dr. dr. Hj. Siti Nurhaliza Rahmawati Kusumaningrum, Sp.PD-KPTI, M.Kes.",
    "unit": "Badan Penanggulangan Bencana Daerah Kabupaten Kepulauan Pasir Jingga",
    "photo": "contoh-potret.jpg",
    "link": OWN_LINK,
}
PEOPLE = (TITLED, {"name": "Budi", "unit": "Setda", "link": OWN_LINK})
#: Frames and pledges are personal from the start; all others are cards of the office that may become somebody's.
FROM_THE_START = {"pledge", "twibbon"}
CAMPAIGNS = [
    request
    for request in ONE_BRAND
    if request.template not in FROM_THE_START and request.alt_text.endswith((", short", ", long"))
]
every_campaign_card = pytest.mark.parametrize(
    "request_", CAMPAIGNS, ids=[f"{request.alt_text}, {request.size}" for request in CAMPAIGNS]
)


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


@pytest.mark.slow
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
    assert {"short", "long", "regional"} <= set(template.samples)
    assert special_in(str(template.samples["regional"].slots))[0], "no word in a regional script"


@pytest.mark.parametrize("name", sorted(STUDIO.brands))
def test_a_brand_kit_sets_no_illegible_pair(name: str) -> None:
    assert STUDIO.brands[name].illegible() == []


@pytest.mark.parametrize("name", sorted(STUDIO.templates))
def test_every_template_can_be_personal(name: str) -> None:
    template = STUDIO.templates[name]
    assert {"name", "photo"} <= set(template.personal)
    if name not in FROM_THE_START:
        assert template.personal == ("name", "unit", "photo")
        assert not any(template.slots[each].required for each in template.personal)
        assert set(template.personal) <= set(template.samples["personal"].slots)


@every_campaign_card
def test_a_campaigns_card_takes_the_longest_name_and_says_it_whole(request_: CardRequest) -> None:
    for person in PEOPLE:
        said = " ".join(mark.text for mark in STUDIO.marks(own(request_, person)) if isinstance(mark, Line))
        assert all(" ".join(person[slot].split()) in said for slot in ("name", "unit")), said


def own(request: CardRequest, person: dict[str, str]) -> CardRequest:
    slots: dict[str, Any] = {slot: person[slot] for slot in ("name", "unit", "photo") if slot in person}
    return replace(request, slots={**request.slots, **slots}, link=person["link"])


@every_campaign_card
def test_a_persons_words_keep_clear_of_what_the_campaign_says(request_: CardRequest) -> None:
    marks = [mark for mark in STUDIO.marks(own(request_, TITLED)) if isinstance(mark, Line | Code)]
    for mark in marks:
        assert is_safe(mark, request_), mark
    for one, other in combinations(marks, 2):
        assert not overlap(one, other), (one, other)


@every_campaign_card
def test_most_of_a_campaigns_card_is_the_same_for_all_staff(request_: CardRequest) -> None:
    cards = STUDIO.personal(replace(request_, link=OWN_LINK))
    own_codes = [mark for mark in STUDIO.marks(own(request_, TITLED)) if isinstance(mark, Code)]
    areas = cards.file.areas(map(extent, [*own_codes, *cards.compose(cards.request_of(TITLED))]))
    assert not covers_most(areas, cards.base.size)


@every_campaign_card
def test_the_emblem_gives_way_to_the_person_unless_the_kit_says_otherwise(request_: CardRequest) -> None:
    person = PEOPLE[1]
    assert emblems(STUDIO, own(request_, person)) == 0
    brands = {name: kit.model_copy(update={"emblem_on_personal": True}) for name, kit in STUDIO.brands.items()}
    allowed = Studio(STUDIO.templates, brands, STUDIO._photos)
    assert emblems(allowed, own(request_, person)) == emblems(allowed, request_)


def emblems(studio: Studio, request: CardRequest) -> int:
    return sum(isinstance(mark, Picture) and mark.name == "logo" for mark in studio.marks(request))


@pytest.mark.parametrize("name", sorted(set(STUDIO.templates) - FROM_THE_START))
def test_the_code_on_a_personal_card_leads_to_the_persons_link(name: str) -> None:
    [request] = [
        each
        for each in CAMPAIGNS
        if each.template == name and str(each.size) == "1080x1350" and each.alt_text.endswith("long")
    ]
    if not any(isinstance(mark, Code) for mark in STUDIO.marks(own(request, TITLED))):
        pytest.skip("this template has no code in this size")
    for link in (OWN_LINK, "https://dinkes.nusaraya.go.id/k/Zz9qT1"):
        card = STUDIO.personal_card(request, {**TITLED, "link": link})
        assert codes.read(Image.open(BytesIO(card))) == {link}
