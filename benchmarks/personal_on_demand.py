"""One person's card of each template when it is asked for, with what the campaign shares compiled before.

CPU milliseconds of one core, JPEG of 1080 × 1350 with a normalised photo; names and links never repeat.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from benchmarks.personal_cards import _names, _photos
from prokes_social.app.cards import asset_folders
from prokes_social.loading.brands import load_brands
from prokes_social.loading.templates import load_templates
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.rendering import Studio
from prokes_social.rendering.photos import normalised

PEOPLE = 200
FRAME = (108, 108)  #: px of the face on most cards
HALF, MOST = 25, 60  #: ms; the aims for the median and for the slowest hundredth
Person = dict[str, str]


def run() -> Iterator[str]:
    photos = {f"{n}.jpg": normalised(photo, "a", FRAME) for n, photo in enumerate(_photos(PEOPLE))}
    studio = _studio(photos)
    for name in sorted(studio.templates):
        request = _request(studio, name)
        if request is None:
            continue
        names = _names(Random(5))
        people = [_person(next(names), number) for number in range(PEOPLE)]
        draw = partial(studio.personal_card, request)
        first = _cpu(partial(draw, _person("Budi", 0)))
        taken = sorted(_cpu(partial(draw, who)) for who in people)
        middle, late = taken[PEOPLE // 2], taken[PEOPLE * 99 // 100]
        yield (
            f"{name}: p50 {middle:.1f} ms (aim: {HALF}), p99 {late:.1f} ms (aim: {MOST}), {first:.0f} ms for the first"
        )


def _studio(photos: dict[str, bytes]) -> Studio:
    folders = asset_folders()
    templates = {name: loaded.value for name, loaded in load_templates(folders).items()}
    brands = {name: loaded.value for name, loaded in load_brands(folders).items()}
    # Photographs that a template itself shows are of no interest here: they are compiled with what is shared.
    other = next(iter(photos.values()))
    return Studio(templates, brands, lambda name: photos.get(name, other))


def _request(studio: Studio, name: str) -> CardRequest | None:
    """The template's long sample; None where the template has no names."""
    template = studio.templates[name]
    if "name" not in template.personal or "long" not in template.samples:
        return None
    slots = {slot: value for slot, value in template.samples["long"].slots.items() if slot not in template.personal}
    return CardRequest(template=name, brand="nusa-raya", size=Size(1080, 1350), slots=slots, alt_text="")


def _person(name: str, number: int) -> Person:
    link = f"https://dinkes.nusaraya.go.id/k/{number:06x}"
    return {"name": name, "unit": "Dinas Kesehatan", "photo": f"{number}.jpg", "link": link}


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000
