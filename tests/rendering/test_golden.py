"""Every template looks as it looked when somebody last looked at it.

With the libraries of `requirements.lock` the bytes are the same; with others the picture is, as far as eyes can tell.
After a change that is meant: `.venv/bin/python -m tests.rendering.test_golden` writes both anew, to be looked at.
"""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import numpy
import pytest
from PIL import Image

from prokes_social.model.card import CardRequest
from prokes_social.rendering import Studio, sample_requests
from tests.rendering.conftest import ASSETS, open_studio

HERE = Path(__file__).parent / "golden"
DIGESTS = HERE / "digests.json"
#: What decides about bytes.
LIBRARIES = ("pillow", "numpy", "resvg-py", "zxing-cpp", "fontpkg-plus-jakarta-sans", "lucide", "isal")
SMALL = (108, 135)  #: px of what is compared by eye; a slip of a few px or a wrong colour shows
#: Of 255: on average, and in the worst hundredth.
LIKE, WORST = 2.0, 24.0


@cache
def studio() -> Studio:
    return open_studio(ASSETS)


def requests() -> dict[str, CardRequest]:
    return {
        each.template: each
        for each in sample_requests(studio())
        if each.brand == "nusa-raya" and str(each.size) == "1080x1350" and each.alt_text.endswith(", long")
    }


def small(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB").resize(SMALL, Image.Resampling.BOX)


def libraries() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


def look(template: str, data: bytes) -> None:
    """The perceptual comparison, for machines whose libraries are others."""
    golden = numpy.asarray(Image.open(HERE / f"{template}.png").convert("RGB")).astype(float)
    apart = abs(numpy.asarray(small(data)).astype(float) - golden)
    assert apart.mean() < LIKE
    assert numpy.percentile(apart, 99) < WORST


@pytest.mark.parametrize("template", requests())
def test_a_card_looks_as_it_did(template: str) -> None:
    card = studio().render(requests()[template])
    said = json.loads(DIGESTS.read_text())
    if said["libraries"] == libraries():
        assert card.file_digest == said["cards"][template]
    look(template, card.data)


def test_another_card_would_be_noticed() -> None:
    card = studio().render(requests()["checklist"])
    shifted = Image.open(BytesIO(card.data)).convert("RGB").rotate(0, translate=(0, 12))
    file = BytesIO()
    shifted.save(file, "PNG")
    with pytest.raises(AssertionError):
        look("checklist", file.getvalue())


def write() -> None:
    HERE.mkdir(exist_ok=True)
    cards = {}
    for template, request in requests().items():
        data = studio().render(request).data
        cards[template] = hashlib.sha256(data).hexdigest()
        small(data).save(HERE / f"{template}.png", optimize=True)
    said = {"libraries": libraries(), "cards": cards}
    DIGESTS.write_text(json.dumps(said, indent=2) + "\n")


if __name__ == "__main__":
    write()
