from pathlib import Path

import pytest

from prokes_social.errors import ContentError
from prokes_social.i18n import use_language
from prokes_social.loading.templates import load_templates
from prokes_social.model.platform import Size
from prokes_social.model.template import StackLayer, TextLayer
from prokes_social.problem import Problem

GOOD = """\
label: {id: Salam, en: Greeting}
slots:
  name: {required: true, label: {id: Nama, en: Name}}
parts:
  greeting: {text: "Halo, {name}", size: [40, 80], color: brand.ink}
sizes:
  1080x1080:
    layers:
      - {rect: brand.paper}
      - stack:
          - {use: greeting, size: [50, 90]}
          - {use: greeting}
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def save(folder: Path, text: str, name: str = "salam") -> Path:
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "templates" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def problem_of(folder: Path, text: str) -> Problem:
    with pytest.raises(ContentError) as raised:
        load_templates([save(folder, text)])
    return raised.value.problems[0]


def test_parts_take_the_place_of_their_use_and_what_stands_beside_wins(tmp_path: Path) -> None:
    template = load_templates([save(tmp_path, GOOD)])["salam"].value
    artboard = template.artboard(Size(1080, 1080))
    assert artboard and isinstance(artboard.layers[1], StackLayer)
    first, second = artboard.layers[1].stack
    assert isinstance(first, TextLayer) and isinstance(second, TextLayer)
    assert (first.size, second.size) == ((50, 90), (40, 80))
    assert first.text == "Halo, {name}"


def test_templates_of_an_earlier_folder_hide_their_namesakes(tmp_path: Path) -> None:
    own, ours = tmp_path / "own", tmp_path / "ours"
    save(own, GOOD.replace("Salam", "Salam kami"))
    save(save(ours, GOOD), GOOD, "lain")
    loaded = load_templates([own, ours])
    assert set(loaded) == {"salam", "lain"}
    assert loaded["salam"].value.label.id == "Salam kami"


def test_a_mistake_deep_in_a_layer_is_shown_where_it_stands(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, GOOD.replace("size: [50, 90]", "size: [besar, 90]"))
    assert problem.place and (problem.place.line, problem.place.column) == (11, 36)


@pytest.mark.parametrize(
    ("wrong", "choice"),
    [
        ("{photo: x, shape: oval}", "rect, circle"),
        ("{text: x, size: [20, 30], color: brand.ink, align: kiri}", "left, center, right"),
        ("{text: x, size: [20, 30], color: brand.ink, font: besar}", "display, title, text, label"),
        ("{gradient: [brand.ink], box: [0, 0, 9, 9]}", ""),
        ("{rect: brand.ink, radius: bulat}", ""),
        ("{text: x, size: [20, 30], color: brand.ink, leading: .nan}", ""),
    ],
)
def test_a_choice_is_told_once_with_what_is_known_and_no_word_in_another_language(
    tmp_path: Path, wrong: str, choice: str
) -> None:
    use_language("id")
    with pytest.raises(ContentError) as raised:
        load_templates([save(tmp_path, GOOD.replace("{rect: brand.paper}", wrong))])
    [problem] = raised.value.problems
    assert problem.remedy and choice in problem.remedy
    assert not {"should", "Input", "valid"} & set(f"{problem.what} {problem.remedy}".split())


def test_a_key_that_a_layer_does_not_have_is_pointed_at(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, GOOD.replace("{use: greeting}", "{use: greeting, colour: brand.ink}"))
    assert problem.place and problem.place.line == 12
    assert "colour" in problem.what


def test_a_layer_of_no_kind_is_told_the_kinds(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, GOOD.replace("{rect: brand.paper}", "{square: brand.paper}"))
    assert problem.place and problem.place.line == 9
    assert "rect" in problem.what


def test_a_part_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert "salute" in problem_of(tmp_path, GOOD.replace("{use: greeting}", "{use: salute}")).what


def test_parts_that_use_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    text = GOOD.replace("parts:\n", "parts:\n  one: {stack: [{use: two}]}\n  two: {stack: [{use: one}]}\n")
    assert problem_of(tmp_path, text).code


def test_a_slot_that_does_not_exist_is_answered_with_those_that_do(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, GOOD.replace("Halo, {name}", "Halo, {nama}"))
    assert problem.code == "template-slot-unknown"
    assert "name" in problem.remedy


ROWS = """\
label: {id: Daftar, en: List}
slots:
  rows: {kind: rows, label: {id: Baris, en: Rows}, fields: {title: {label: {id: Judul, en: Title}}}}
sizes:
  1080x1080:
    layers:
      - {repeat: "{rows}", each: {text: "{item.number}. {item.title}", size: 40, color: brand.ink}}
"""


def test_the_place_of_a_row_needs_no_field(tmp_path: Path) -> None:
    assert set(load_templates([save(tmp_path, ROWS)])) == {"salam"}
    assert problem_of(tmp_path, ROWS.replace("item.number", "item.place")).code == "template-slot-unknown"


def test_a_template_without_rows_has_no_row_numbers(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, GOOD.replace("Halo, {name}", "{item.number}. {name}"))
    assert problem.code == "template-slot-unknown"
    assert "item.number" not in problem.remedy


def test_a_template_carries_no_colours_of_its_own(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, GOOD.replace("color: brand.ink", 'color: "#ff0000"'))
    assert problem.place and problem.place.line == 5


def test_the_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    save(tmp_path, GOOD.replace("1080x1080", "kotak"))
    save(tmp_path, GOOD.replace("required: true", "required: perhaps"), "lain")
    with pytest.raises(ContentError) as raised:
        load_templates([tmp_path])
    files = {problem.place.file for problem in raised.value.problems if problem.place}
    assert {Path(file).stem for file in files} == {"salam", "lain"}


def test_a_mistake_in_a_part_is_told_once_and_not_where_the_part_is_used(tmp_path: Path) -> None:
    text = GOOD.replace("size: [40, 80]", "size: [besar, 80]")
    with pytest.raises(ContentError) as raised:
        load_templates([save(tmp_path, text)])
    [problem] = raised.value.problems
    assert problem.place and problem.place.line == 5


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ("{rect: brand.paper}", "{rect: brand.papper}", 9),
        ("{use: greeting}", "{use: greeting, plate: {color: brand.inc}}", 12),
    ],
)
def test_a_colour_that_no_kit_has_is_refused_where_it_stands(tmp_path: Path, good: str, bad: str, line: int) -> None:
    problem = problem_of(tmp_path, GOOD.replace(good, bad))
    assert problem.code == "template-colour-unknown"
    assert problem.place and problem.place.line == line
    assert "primary_soft" in problem.remedy
