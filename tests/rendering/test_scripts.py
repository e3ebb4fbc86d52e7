import subprocess
import sys
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, ImageFont, features

from prokes_social.i18n import use_language
from prokes_social.rendering import Studio
from prokes_social.rendering.marks import Line
from prokes_social.rendering.personal import extent
from prokes_social.rendering.scripts import SCRIPTS, Script, runs_of
from prokes_social.rendering.shaping import script_face
from prokes_social.rendering.typefaces import Face
from tests.rendering.conftest import ASSETS, Ask, open_studio

needs_raqm = pytest.mark.skipif(not features.check("raqm"), reason="RAQM is not on this machine")

#: "Wash your hands with soap" and the like.
TEXTS = {
    "Javanese": "ꦩꦸꦭꦶꦃ ꦱꦼꦲꦠ꧀ ꦮꦶꦱꦸꦃ ꦠꦔꦤ꧀ ꦤꦒꦔꦺꦴ ꦱꦧꦸꦤ꧀",
    "Sundanese": "ᮊᮥᮙ᮪ᮘᮂ ᮜᮩᮍᮩᮔ᮪ ᮕᮊᮦ ᮞᮘᮥᮔ᮪",
    "Balinese": "ᬯᬲᭂᬄ ᬮᬶᬫᬦᭂ ᬦᬗ᭄ᬕᭂ ᬲᬩᬸᬦ᭄ ᬲᬤᬶᬦ",
    "Buginese": "ᨅᨔᨕᨗ ᨒᨗᨆᨆᨘ ᨔᨅᨘ ᨆᨄᨊᨗᨔ",
    "Arabic": "باسوهله تاڠن دڠن سابون، جاݢ کصيحتن کلوارݢ",
}
JAVANESE, JAWI = TEXTS["Javanese"], TEXTS["Arabic"]
every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.font)

DRAW_ELSEWHERE = """
import sys
from pathlib import Path
from tests.rendering.conftest import open_studio
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
request = CardRequest(template="announcement", brand="nusa-raya", size=Size(1080, 1350), alt_text="a",
                      slots={"headline": sys.argv[2], "body": sys.argv[3] + " 😷"})
card = open_studio(Path(sys.argv[1])).render(request)
print(card.content_digest, card.file_digest)
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


@pytest.fixture
def face(studio: Studio) -> Face:
    return studio._benches["nusa-raya"].look.faces["display"]


def headline(studio: Studio, ask: Ask, text: str) -> list[Line]:
    marks = studio.marks(ask(slots={"headline": text}))
    return [mark for mark in marks if isinstance(mark, Line) and mark.slot == "headline"]


@every_script
def test_each_script_has_its_font(script: Script) -> None:
    for bold in (False, True):
        assert ImageFont.truetype(BytesIO(script.file(bold)), 20).getname()[0] == f"Noto Sans {script.font}"


@every_script
def test_words_are_told_apart_from_latin(script: Script) -> None:
    word = TEXTS[script.font].split()[0]
    runs = list(runs_of(f"Kata {word}, yuk", lambda _character: True))
    assert [(run.text, run.script) for run in runs] == [("Kata ", None), (word, script), (", yuk", None)]


@needs_raqm
@every_script
def test_a_word_is_as_wide_as_raqm_shapes_it(script: Script) -> None:
    font = ImageFont.truetype(BytesIO(script.file(True)), 1000, layout_engine=ImageFont.Layout.RAQM)
    for word in TEXTS[script.font].split():
        shaped = font.getlength(word, direction="rtl" if script.right_to_left else "ltr") / 1000
        assert script_face(script, 800).width(word) == pytest.approx(shaped + 2 * script.margin)


@needs_raqm
def test_shaping_joins_letters(face: Face) -> None:
    assert face.width("صحه") < sum(map(face.width, "صحه")) - 0.3


@needs_raqm
@every_script
def test_lines_of_each_script_keep_clear_of_each_other(studio: Studio, ask: Ask, script: Script) -> None:
    marks = studio.marks(ask(slots={"headline": TEXTS[script.font], "body": f"{TEXTS[script.font]}. " * 4}))
    lines = [mark for mark in marks if isinstance(mark, Line) and mark.slot in ("headline", "body")]
    assert len(lines) > 3
    boxes = [(line.baseline - line.reach[0] * line.size, line.baseline + line.reach[1] * line.size) for line in lines]
    for (_top, bottom), (top, _bottom) in pairwise(boxes):
        assert bottom <= top, "ink touches the line below"


@needs_raqm
@every_script
def test_what_a_line_draws_lies_within_its_extent(studio: Studio, script: Script, ask: Ask) -> None:
    request = ask(slots={"headline": TEXTS[script.font]})
    bench = studio._benches["nusa-raya"]
    for line in headline(studio, ask, TEXTS[script.font]):
        canvas = bench.canvas(Image.new("RGB", (request.size.width, request.size.height)), studio._cut)
        canvas.draw([line])
        left, top, right, bottom = canvas.image.getbbox() or (0, 0, 0, 0)
        outer = extent(line)
        assert right - left > line.width * 0.9
        assert outer[0] <= left and outer[1] <= top and right <= outer[2] and bottom <= outer[3]


@needs_raqm
def test_javanese_lines_are_led_wider_than_latin(studio: Studio, ask: Ask) -> None:
    def leading(text: str) -> float:
        first, second, *_ = headline(studio, ask, text)
        return (second.baseline - first.baseline) / first.size

    assert leading(JAVANESE) > leading("Jaga diri dan keluarga kita setiap hari") + 0.2


@needs_raqm
def test_jawi_begins_at_the_right_edge(studio: Studio, ask: Ask) -> None:
    lines = headline(studio, ask, JAWI)
    artboard = studio.templates["announcement"].artboard(lines and ask().size)
    assert artboard and len(lines) > 1
    edges = {round(line.x + line.width) for line in lines}
    assert len(edges) == 1
    assert edges.pop() == 1080 - artboard.safe[1][0]
    assert all(line.right_to_left for line in lines)


@needs_raqm
def test_colours_change_from_the_right_in_jawi(studio: Studio, ask: Ask) -> None:
    marked, rest = headline(studio, ask, "*جاݢ* صيحت")
    if marked.text != "جاݢ":
        marked, rest = rest, marked
    assert marked.color == studio.brands["nusa-raya"].colors["accent"]
    assert rest.x + rest.width <= marked.x


@pytest.mark.slow
@needs_raqm
def test_a_card_with_other_scripts_is_the_same_in_every_process() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", DRAW_ELSEWHERE, str(ASSETS), JAVANESE, JAWI],
            capture_output=True, text=True, check=True,
            cwd=ASSETS.parent, env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".", "PYTHONUTF8": "1"},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1]
    assert len(said[0].split()) == 2


@needs_raqm
def test_the_digest_covers_the_fonts_and_emoji_that_are_used(
    studio: Studio, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [ask(slots={"headline": text}) for text in ("Jaga diri", JAVANESE, "Jaga diri 😷")]
    before = [studio.digest(request) for request in requests]
    monkeypatch.setattr(Script, "file", lambda script, bold: b"another font")
    fonts_changed = [studio.digest(request) for request in requests]
    monkeypatch.undo()
    monkeypatch.setattr("prokes_social.rendering.studio.svg_bytes", lambda sequence: b"another picture")
    emoji_changed = [studio.digest(request) for request in requests]
    assert [a != b for a, b in zip(before, fonts_changed, strict=True)] == [False, True, False]
    assert [a != b for a, b in zip(before, emoji_changed, strict=True)] == [False, False, True]


@needs_raqm
def test_a_character_that_the_regional_font_lacks_is_named(studio: Studio, ask: Ask) -> None:
    (fault,) = studio.faults(ask(slots={"headline": "Jawa ꦩꦸ\ua9ce"}))
    assert fault.path == ("slots", "headline")
    assert "U+A9CE" in fault.error.message


@pytest.mark.parametrize(
    ("word", "name"), [("ꦩꦱ꧀ꦏꦼꦂꦫꦤꦸꦁ", "Javanese script"), ("ᮙᮞ᮪ᮊᮨᮁᮔᮥ", "Sundanese script"), ("ماسکرکو", "Jawi (Arabic) script")]
)
def test_without_raqm_a_card_is_refused_and_never_drawn_wrongly(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, word: str, name: str
) -> None:
    monkeypatch.setattr("prokes_social.rendering.shaping.shapes_other_scripts", lambda: False)
    (fault,) = open_studio(ASSETS).faults(ask(slots={"headline": f"Pakai {word}"}))
    assert (fault.code, fault.path) == ("card-script", ("slots", "headline"))
    assert fault.error.message.startswith(name)
    assert "libfribidi0" in fault.error.hint


def test_latin_is_the_same_without_raqm(studio: Studio, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    request = ask(slots={"headline": "“Tak kenal maka tak sayang”", "body": "AVO To. Wa 😷 ✅"})
    before = studio.render(request).data
    monkeypatch.setattr("prokes_social.rendering.shaping.shapes_other_scripts", lambda: False)
    assert open_studio(ASSETS).render(request).data == before


def test_invisible_characters_left_over_from_copying_show_nothing(face: Face) -> None:
    assert face.missing("Jaga\u200b diri\ufeff") is None
    assert face.width("Jaga\u200b diri\ufeff") == pytest.approx(face.width("Jaga diri"), abs=0.02)
    assert face.missing("Jaga\u2066") == "\u2066"
