import pytest

from prokes_social.rendering import Studio
from prokes_social.rendering.marks import Line
from prokes_social.rendering.typefaces import Face
from tests.rendering.conftest import Ask


@pytest.fixture
def face(studio: Studio) -> Face:
    return studio._benches["nusa-raya"].look.faces["display"]


def headline(studio: Studio, ask: Ask, text: str) -> list[Line]:
    marks = studio.marks(ask(slots={"headline": text}))
    return [mark for mark in marks if isinstance(mark, Line) and mark.slot == "headline"]


def edge(line: Line, face: Face) -> float:
    """Where the ink of the first letter begins, without a mark that hangs."""
    return line.x + line.hang + face.bearing(line.text[1 if line.hang else 0 :]) * line.size


@pytest.mark.parametrize("mark", ["“", "‘", "«", '"'])
def test_opening_quotation_marks_hang_and_the_letters_keep_one_edge(
    studio: Studio, ask: Ask, face: Face, mark: str
) -> None:
    first, *others = headline(studio, ask, f"{mark}Hidup sehat itu mudah dan murah, kata Ibu Sari dari Puskesmas")
    assert first.hang > 10 and {line.hang for line in others} == {0.0}
    # Near the card's edge a large mark may hang a little less.
    assert {round(edge(line, face), 3) for line in others} == {72.0}
    assert edge(first, face) == pytest.approx(72.0, abs=0.12 * first.size)


def test_quotation_marks_within_a_line_stay_in_it(studio: Studio, ask: Ask) -> None:
    assert all(line.hang == 0 for line in headline(studio, ask, "Kata Ibu: “Sehat”"))


@pytest.mark.parametrize(
    ("left", "least", "most"), [(200, 0.99, 1.0), (80, 0.5, 0.95), (20, 0.0, 0.1)], ids=["far", "near", "at the edge"]
)
def test_a_quotation_mark_is_never_cut_off_by_the_edge_of_the_card(
    studio: Studio, ask: Ask, face: Face, left: int, least: float, most: float
) -> None:
    layer = {"text": "{headline}", "font": "display", "size": [120, 120], "lines": 6, "color": "brand.ink"}
    label = {"id": "x", "en": "x"}
    template = type(studio.templates["announcement"]).model_validate({
        "label": label, "slots": {"headline": {"label": label}}, "samples": {},
        "sizes": {"1080x1350": {"layers": [{**layer, "box": [left, 100, 800, 800]}]}},
    })  # fmt: skip
    line = headline(Studio({"announcement": template}, studio.brands), ask, "“Sehat itu mudah”")[0]
    full = face.hang(line.text) * line.size
    assert least * full <= line.hang <= most * full + 0.01
    assert line.x + face.bearing(line.text) * line.size >= min(24, left) - 0.5
