"""`{item.number}`, the place of a row in its list."""

from pathlib import Path

import pytest

from prokes_social.i18n import use_language
from prokes_social.model.card import CardRequest
from prokes_social.rendering import Studio
from prokes_social.rendering.marks import Icon, Line
from tests.rendering.conftest import ASSETS, Ask, open_studio

QUEUE = """
label: {id: Antrean, en: Queue}
slots:
  rows:
    kind: rows
    label: {id: Baris, en: Rows}
    fields:
      title: {required: true, label: {id: Judul, en: Title}}
      number: {label: {id: Nomor loket, en: Number of the counter}}
sizes:
  1080x1080:
    layers:
      - {rect: brand.paper}
      - repeat: "{rows}"
        each: {text: "{item.title} {item.number}", font: title, size: 40, color: brand.ink}
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


@pytest.fixture
def steps(ask: Ask) -> CardRequest:
    rows = ["Daftar", {"title": "Periksa", "text": "Tekanan darah"}, "Vaksin"]
    return ask("steps", slots={"headline": "Vaksinasi", "rows": rows})


def said(studio: Studio, request: CardRequest) -> list[str]:
    return [mark.text for mark in studio.marks(request) if isinstance(mark, Line) and mark.slot == "rows"]


def open_queue(folder: Path, text: str = QUEUE) -> Studio:
    (folder / "templates").mkdir()
    (folder / "templates" / "antrean.yaml").write_text(text, encoding="utf-8")
    return open_studio(folder, ASSETS)


def test_steps_number_themselves_from_one(studio: Studio, steps: CardRequest) -> None:
    assert said(studio, steps) == ["1", "Daftar", "2", "Periksa", "Tekanan darah", "3", "Vaksin"]


def test_a_step_that_asks_for_a_drawing_keeps_its_place(studio: Studio, ask: Ask) -> None:
    request = ask("steps", slots={"headline": "Di rumah", "rows": ["Satu", {"icon": "mask", "title": "Dua"}, "Tiga"]})
    assert said(studio, request) == ["1", "Satu", "Dua", "3", "Tiga"]
    assert "mask" in {mark.name for mark in studio.marks(request) if isinstance(mark, Icon)}


def test_units_of_a_ranking_are_numbered(studio: Studio, ask: Ask) -> None:
    rows = [{"unit": "RSUD", "value": 90}, {"unit": "Biro", "value": 80}]
    slots = {"headline": "Cakupan", "rows": rows, "as_of": "1 Desember", "source": "Dinas"}
    assert said(studio, ask("ranking", slots=slots)) == ["1", "RSUD", "90 %", "2", "Biro", "80 %"]


def test_a_field_called_number_hides_the_place_even_where_it_is_empty(tmp_path: Path, ask: Ask) -> None:
    studio = open_queue(tmp_path)
    request = ask("antrean", "1080x1080", slots={"rows": [{"title": "Loket", "number": "7"}, "Loket"]})
    assert said(studio, request) == ["Loket 7", "Loket"]


def test_a_number_written_by_hand_is_answered_with_leave_it_out(studio: Studio, ask: Ask) -> None:
    rows = [{"number": "1", "title": "Daftar"}]
    (fault,) = studio.faults(ask("steps", slots={"headline": "Vaksinasi", "rows": rows}))
    assert (fault.code, fault.path) == ("card-slot-unknown", ("slots", "rows", 0, "number"))
    assert "leave it out" in fault.error.hint


def test_the_digest_changes_when_rows_change_places(studio: Studio, steps: CardRequest, ask: Ask) -> None:
    other = ask("steps", slots={**steps.slots, "rows": steps.slots["rows"][::-1]})
    assert studio.digest(other) != studio.digest(steps)
