from importlib.resources import files

import numpy
import pytest
from PIL import Image

from prokes_social.i18n import use_language
from prokes_social.rendering import Studio, emoji
from prokes_social.rendering.marks import Line
from prokes_social.rendering.scripts import runs_of
from prokes_social.rendering.typefaces import Face
from tests.rendering.conftest import Ask

NAMES = sorted(
    file.name.removesuffix(".svg")
    for file in (files("prokes_social.rendering") / "emoji").iterdir()
    if file.name.endswith(".svg")
)


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


@pytest.fixture
def face(studio: Studio) -> Face:
    return studio._benches["nusa-raya"].look.faces["title"]


def sequence_of(name: str) -> str:
    return "".join(chr(int(code, 16)) for code in name.split("-"))


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_belongs_to_one_emoji_and_is_drawn(name: str, face: Face) -> None:
    sequence = sequence_of(name)
    assert [run.text for run in runs_of(f"a {sequence} b", lambda _character: False) if run.is_emoji] == [sequence]
    drawn = emoji.picture(sequence, 64)
    left, top, right, bottom = drawn.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert drawn.size == (64, 64)
    assert max(right - left, bottom - top) >= 48
    assert face.missing(sequence) is None


@pytest.mark.parametrize(
    "sequence", ["😷", "🧼", "💉", "❤️", "❤", "🙏", "✅", "❌", "⚠️", "👍", "👨‍👩‍👧", "🏥", "📅", "📍", "1️⃣", "🇮🇩", "👩‍⚕️"]
)
def test_what_health_campaigns_use_has_a_picture(sequence: str, face: Face) -> None:
    (run,) = runs_of(sequence, face.has)
    assert run.is_emoji and emoji.has_picture(run.text)


def test_a_line_is_as_wide_as_its_words_and_pictures(face: Face) -> None:
    side = emoji.SIDE * face.capitals + 2 * emoji.BEARING
    assert face.width("Jaga 😷👨‍👩‍👧") == pytest.approx(face.width("Jaga ") + 2 * side)
    assert face.width("a😷b", 0.1) == pytest.approx(face.width("a") + side + face.width("b") + 0.2)


def test_an_emoji_keeps_its_colours_and_stands_at_the_height_of_capitals(studio: Studio, ask: Ask) -> None:
    request = ask(slots={"headline": "Hati ❤️"})
    (line,) = [mark for mark in studio.marks(request) if isinstance(mark, Line) and mark.slot == "headline"]
    bench = studio._benches["nusa-raya"]
    drawn = []
    for text in (line.text, "Hati "):
        canvas = bench.canvas(Image.new("RGB", (1080, 1350)), studio._cut)
        canvas.draw([Line(**{**vars(line), "text": text, "color": (0, 0, 255)})])
        drawn.append(numpy.asarray(canvas.image).astype(int))
    rows, columns = numpy.nonzero(abs(drawn[0] - drawn[1]).sum(axis=2) > 60)
    middle, height = (rows.min() + rows.max()) / 2, rows.max() - rows.min()
    assert middle == pytest.approx(line.baseline - line.height / 2, abs=0.06 * line.size)
    assert 0.9 * line.height < height < 1.3 * line.height
    assert columns.max() < line.x + line.width
    heart = drawn[0][rows, columns].mean(axis=0)
    assert heart[0] > 150 > 60 > heart[2], "red"


def test_an_emoji_without_a_picture_is_refused_by_name(studio: Studio, ask: Ask) -> None:
    (fault,) = studio.faults(ask(slots={"headline": "Lucu 🦄 sekali"}))
    assert (fault.code, fault.path) == ("card-character-unknown", ("slots", "headline"))
    assert "🦄" in fault.error.message


def test_another_skin_tone_is_answered_with_the_plain_one(studio: Studio, ask: Ask) -> None:
    (fault,) = studio.faults(ask(slots={"headline": "Bagus 👍🏽"}))
    assert "👍🏽" in fault.error.message
    assert fault.error.hint == "use 👍, which has a picture"


def test_a_sign_of_the_typeface_stays_a_letter() -> None:
    (letters,) = runs_of("a ✓ b", lambda _character: True)
    assert not letters.is_emoji
    assert [run.is_emoji for run in runs_of("✔️", lambda _character: True)] == [True]
