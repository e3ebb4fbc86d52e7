"""Personal cards from a YAML template beside plain Pillow that redraws everything, and beside one bare encode.

CPU seconds of one core in one run. Names never repeat, and each photo is another piece of a real photograph.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median

from PIL import Image
from skimage import data as photographs

from benchmarks._plain import PlainCard
from prokes_social.app.cards import asset_folders
from prokes_social.loading.brands import load_brands
from prokes_social.loading.templates import load_templates
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.rendering import Studio
from prokes_social.rendering.personal import extent
from prokes_social.rendering.photos import normalised

HERE = Path(__file__).parent
CARDS, PLAIN = 200, 40
FRAME = (236, 236)  #: px of the photo on the card
LINK = "https://dinkes.nusaraya.go.id/5m"
SLOTS = {
    "headline": "Saya siap menjadi agen disiplin prokes di rumah dan di kantor",
    "rows": [
        {"icon": "mask", "title": "Memakai masker saat sakit"},
        {"icon": "wash-hands", "title": "Mencuci tangan 20 detik"},
        {"icon": "distance", "title": "Menjaga jarak 1 meter"},
        {"icon": "crowd", "title": "Menjauhi kerumunan"},
        {"icon": "home", "title": "Istirahat di rumah"},
    ],
}
Person = dict[str, str]


def run() -> Iterator[str]:
    fresh = list(_photos(CARDS))
    small = [normalised(photo, "a", FRAME) for photo in fresh]
    studio = _studio({f"{n}.jpg": photo for n, photo in enumerate(fresh)})
    ready = _studio({f"{n}.jpg": photo for n, photo in enumerate(small)})
    kit = studio.brands["nusa-raya"]
    plain = PlainCard(kit, SLOTS, LINK)
    names = _names(Random(5))

    def plainly(kind: str) -> float:
        photos = iter(fresh)
        return _cpu(lambda: _saved(plain.draw(next(names), "Dinas Kesehatan", next(photos)), kind), PLAIN)

    for picture, kind in (("jpeg", "JPEG"), ("png", "PNG")):
        base = plainly(kind)
        whole = Image.open(BytesIO(_cards(studio, picture)(_person(names, 0)))).convert("RGB")
        bare = _cpu(partial(_saved, whole, kind), 40)
        aim = {"JPEG": 12, "PNG": 15}[kind]
        for label, owner in (("no photo", None), ("normalised photo", ready), ("fresh photo", studio)):
            draw, numbers = _cards(owner or studio, picture), cycle(range(CARDS) if owner else (None,))
            own = _cpu(partial(_draw_next, draw, names, numbers), CARDS)
            yield (
                f"{kind}, {label}: {own * 1000:.2f} ms of CPU, {base / own:.1f} × plain Pillow ({base * 1000:.0f} ms;"
                f" aim: {aim}), {own / bare:.2f} × one bare encode ({bare * 1000:.2f} ms)"
            )
    yield from _splice(studio, names)


def _splice(studio: Studio, names: Iterator[str]) -> Iterator[str]:
    cards = studio.personal(_request("jpeg"))
    marks = cards.compose(cards.request_of(_person(names, None)))
    whole = Image.open(BytesIO(cards.draw(_person(names, None)))).convert("RGB")
    areas = [(area, whole.crop(area)) for area in cards.file.areas(map(extent, marks))]
    spliced = _cpu(lambda: cards.file.replaced(areas), 100)
    full = _cpu(lambda: cards.file.anew(whole).whole(), 40)
    bare = _cpu(lambda: _saved(whole, "JPEG"), 40)
    more = len(cards.file.anew(whole).whole()) / len(_saved(whole, "JPEG")) - 1
    yield (
        f"splice {spliced * 1000:.2f} ms, {full / spliced:.1f} × a full encode with the same intervals,"
        f" {bare / spliced:.1f} × a bare one (aim: 4); {more:+.1%} bytes (aim: +2 %)"
    )


def _studio(photos: dict[str, bytes]) -> Studio:
    folders = [HERE / "assets", *asset_folders()]
    templates = {name: loaded.value for name, loaded in load_templates(folders).items()}
    for picture in ("jpeg", "png"):
        templates[picture] = templates["bench"].model_copy(update={"picture": picture})
    brands = {name: loaded.value for name, loaded in load_brands(folders).items()}
    return Studio(templates, brands, photos.__getitem__)


def _request(template: str) -> CardRequest:
    return CardRequest(template=template, brand="nusa-raya", size=Size(1080, 1080), slots=SLOTS, alt_text="", link=LINK)


def _cards(studio: Studio, picture: str) -> Callable[[Person], bytes]:
    return studio.personal(_request(picture)).draw


def _draw_next(draw: Callable[[Person], bytes], names: Iterator[str], numbers: Iterator[int | None]) -> None:
    draw(_person(names, next(numbers)))


def _person(names: Iterator[str], photo: int | None) -> Person:
    person = {"name": next(names), "unit": "Dinas Kesehatan"}
    return person if photo is None else person | {"photo": f"{photo}.jpg"}


def _names(chance: Random) -> Iterator[str]:
    """Without end, of made-up syllables: no cache of words helps."""
    syllables = [c + v for c in ("s", "r", "n", "w", "d", "k", "m", "t", "b", "l", "h", "y") for v in "aiueo"]
    while True:
        words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))).title() for _word in range(3)]
        yield f"dr. {' '.join(words)}, M.Kes."


def _photos(number: int) -> Iterator[bytes]:
    """Pieces of 480 × 640 px of a public-domain photograph (NASA), each another."""
    chance, whole = Random(7), Image.fromarray(photographs.astronaut()).resize((1000, 1000))
    for _photo in range(number):
        left, top = chance.randint(0, 520), chance.randint(0, 360)
        yield _saved(whole.crop((left, top, left + 480, top + 640)), "JPEG")


def _saved(image: Image.Image, kind: str) -> bytes:
    file = BytesIO()
    image.save(file, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return file.getvalue()


def _cpu(work: Callable[[], object], times: int) -> float:
    """CPU seconds of one: the median of five rounds, after a first that warms up."""
    rounds = []
    for _round in range(6):
        started = time.process_time()
        for _time in range(times // 5):
            work()
        rounds.append((time.process_time() - started) / (times // 5))
    return median(rounds[1:])
