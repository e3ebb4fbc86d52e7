"""The target of a figure: a notch across the ring or the bar."""

from math import cos, pi, sin
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.rendering import Studio
from prokes_social.rendering.drawing import arc
from prokes_social.rendering.marks import Arc, Shape, Tick
from tests.rendering.conftest import ASSETS, Ask, open_studio

SIZE, THICKNESS, CORNER = 400, 60, 100
MIDDLE = CORNER + SIZE / 2
TEMPLATE = f"""
label: {{id: Cincin, en: Ring}}
slots:
  percent: {{kind: number, required: true, label: {{id: Persen, en: Per cent}}}}
  target: {{kind: number, label: {{id: Sasaran, en: Target}}}}
personal: [percent, target]
sizes:
  1080x1080:
    layers:
      - {{rect: brand.paper}}
      - ring: "{{percent}}"
        size: {SIZE}
        thickness: {THICKNESS}
        target: "{{target}}"
        box: [{CORNER}, {CORNER}, {SIZE}, {SIZE}]
      - {{bar: "{{percent}}", height: 32, target: "{{target}}", box: [100, 600, 800, 32]}}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    folder: Path = tmp_path_factory.mktemp("own")
    (folder / "templates").mkdir()
    (folder / "templates" / "cincin.yaml").write_text(TEMPLATE, encoding="utf-8")
    return open_studio(folder, ASSETS)


def request(**slots: Any) -> CardRequest:
    return CardRequest(template="cincin", brand="nusa-raya", size=Size(1080, 1080), slots=slots, alt_text="a")


def drawn(studio: Studio, **slots: Any) -> Image.Image:
    canvas = studio._benches["nusa-raya"].canvas(
        Image.new("RGB", (1080, 1080), studio.brands["nusa-raya"].colors["paper"]), studio._cut
    )
    canvas.draw(studio.marks(request(**slots)))
    return canvas.image


def ticks(studio: Studio, request_: CardRequest) -> list[Tick]:
    return [mark for mark in studio.marks(request_) if isinstance(mark, Tick)]


def test_the_target_stands_across_the_ring_at_its_share(own: Studio) -> None:
    gap, notch = ticks(own, request(percent=20, target=75))
    for tick in (gap, notch):
        assert tick.turn == 0.75
        assert tick.x + tick.width / 2 == pytest.approx(CORNER + THICKNESS / 2)
        assert tick.y + tick.height / 2 == pytest.approx(MIDDLE)
    assert notch.length > THICKNESS == gap.length


def test_a_ring_without_a_target_has_no_notch(own: Studio) -> None:
    assert ticks(own, request(percent=20)) == []


def test_the_notch_is_seen_on_the_figure_and_reaches_beyond_the_ring(own: Studio) -> None:
    colors = own.brands["nusa-raya"].colors
    picture = drawn(own, percent=90, target=75)
    row = [picture.getpixel((x, round(MIDDLE))) for x in range(CORNER - 8, CORNER + THICKNESS + 8)]
    assert set(row[3:-3]) == {colors["ink"]}
    assert (row[0], row[-1]) == (colors["paper"], colors["paper"])
    above = [picture.getpixel((CORNER + THICKNESS // 2, round(MIDDLE) - dy)) for dy in (6, 14)]
    assert above == [colors["primary_soft"], colors["primary_text"]], "a gap, then the figure"


def test_a_slanted_notch_has_smooth_edges(own: Studio) -> None:
    picture = drawn(own, percent=10, target=62)
    levels = {picture.getpixel((x, y)) for x in range(CORNER, CORNER + 200) for y in range(300, 500)}
    ink, soft = (own.brands["nusa-raya"].colors[name] for name in ("ink", "primary_soft"))
    between = {
        level for level in levels if all(low < at < high for low, at, high in zip(ink, level, soft, strict=True))
    }
    assert len(between) > 10


@pytest.mark.parametrize("share", [0.05, 0.5, 0.94, 0.985])
def test_the_round_ends_of_a_ring_lie_within_its_share(share: float) -> None:
    ring = arc(SIZE, THICKNESS, share)

    def at(turn: float) -> Any:
        radius = (SIZE - THICKNESS) / 2
        return ring.getpixel(
            (round(SIZE / 2 + radius * sin(2 * pi * turn)), round(SIZE / 2 - radius * cos(2 * pi * turn)))
        )

    beyond = min(share + 0.006, (1 + share) / 2) if share > 0.06 else share + 0.06
    assert at(beyond) == 0 and at(share - 0.006 if share > 0.06 else 0.03) == 255
    assert arc(SIZE, THICKNESS, 1.0).getpixel((SIZE // 2, THICKNESS // 2)) == 255


def test_a_personal_ring_is_the_same_in_parts_and_as_a_whole(own: Studio) -> None:
    cards = own.personal(request(percent=50))
    for target in (5, 33.3, 62, 100):
        person = {"percent": 41, "target": target}
        image = cards.base.copy()
        cards.canvas(image, (0, 0)).draw(cards.compose(cards.request_of(person)))
        assert cards.draw(person) == cards.file.anew(image).whole()


def test_a_bar_keeps_its_notch(own: Studio) -> None:
    colors = own.brands["nusa-raya"].colors
    notches = [
        m for m in own.marks(request(percent=20, target=75)) if isinstance(m, Shape) and m.color == colors["ink"]
    ]
    assert [mark.x + mark.width / 2 for mark in notches] == [100 + 0.75 * 800]


def test_the_coverage_card_marks_its_target_in_every_size(studio: Studio, ask: Ask) -> None:
    sample = studio.templates["coverage"].samples["short"].slots
    for size in studio.templates["coverage"].sizes:
        marks = studio.marks(ask("coverage", size, slots=sample))
        ring = next(mark for mark in marks if isinstance(mark, Arc))
        [_gap, notch] = [mark for mark in marks if isinstance(mark, Tick)]
        assert notch.turn == 0.95
        assert ring.x - 12 < notch.x + notch.width / 2 < ring.x + ring.width


@pytest.mark.parametrize("thickness", [190, 200, 300, 400])
def test_a_ring_thicker_than_its_hole_is_drawn_all_the_same(thickness: int) -> None:
    assert arc(SIZE, thickness, 0.4).getbbox()
