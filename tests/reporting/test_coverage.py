"""Coverage as it is told: ranks, changes and the target exactly inside; in public nothing about single people."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfplumber import open as open_pdf
from python_calamine import CalamineWorkbook

from prokes_social.errors import SettingsError
from prokes_social.i18n import use_language
from prokes_social.model.coverage import Bound, CoverageRow, CoverageTable, Dose, Evaluation
from prokes_social.model.report import Letterhead, Paper, Signature
from prokes_social.reporting.coverage import evaluate, files, for_everybody
from prokes_social.reporting.coverage.cards import ranking_cards, reached_cards, unit_card
from prokes_social.reporting.coverage.paper import CoveragePaper
from tests.conftest import NOON

#: The published figures of one regency in 2021: 14 % together, the public order unit first to 100 %, the secretariat
#: near 50 %. All names and the other units are invented.
REGENCY = (
    ("Satuan Polisi Pamong Praja", 120, 120), ("Sekretariat Daerah", 210, 103), ("Dinas Kesehatan", 640, 130),
    ("Dinas Pendidikan", 2360, 118), ("RSUD Tanjung Asri", 480, 47), ("Dinas Perhubungan", 88, 16),
    ("Badan Kepegawaian", 46, 7), ("Kecamatan Bukit Lontar", 27, 0), ("Kantor Arsip", 17, 4), ("Inspektorat", 14, 3),
)  # fmt: skip
#: Second to last of its province.
PROVINCE = (
    ("Kabupaten Muara Biduk", 5200, 1612), ("Kabupaten Bukit Lontar", 3900, 975), ("Kabupaten Teluk Sari", 4100, 820),
    ("Kabupaten Karang Mulya", 2800, 448), ("Kabupaten Tanjung Asri", 4002, 560), ("Kabupaten Pasir Jingga", 3100, 341),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def table(*rows: tuple[str, int, int], day: date = date(2021, 4, 19)) -> CoverageTable:
    counted = tuple(CoverageRow(unit_id=name, group=group, first=given, second=given) for name, group, given in rows)
    return CoverageTable(data_on=day, source="Dinas Kesehatan", rows=counted)


def inside(*rows: tuple[str, int, int], before: CoverageTable | None = None, target: int = 95) -> Evaluation:
    return evaluate(table(*rows), before, {}, measure=Dose.SECOND, target=Decimal(target))


def public(*rows: tuple[str, int, int], before: CoverageTable | None = None, target: int = 95) -> Evaluation:
    return for_everybody(table(*rows), before, {}, measure=Dose.SECOND, target=Decimal(target))


def test_the_published_figures_come_out_as_they_were_published() -> None:
    found = inside(*REGENCY)
    assert (files.as_json(found)["percent"], found.ranked[0].name, found.ranked[0].percent) == (
        13.7, "Satuan Polisi Pamong Praja", 100,
    )  # fmt: skip
    assert [each.name for each in found.reached] == ["Satuan Polisi Pamong Praja"]
    assert found.ranked[1].percent == Decimal("49.0")
    province = inside(*PROVINCE)
    (ours,) = [each for each in province.ranked if each.name == "Kabupaten Tanjung Asri"]
    assert (ours.percent, ours.rank, len(province.ranked)) == (14, 5, 6)


def test_ties_share_a_rank_and_the_next_one_tells_how_many_are_before_it() -> None:
    found = inside(("A", 100, 50), ("B", 50, 25), ("C", 40, 40), ("D", 100, 10))
    assert [(each.rank, each.name) for each in found.ranked] == [(1, "C"), (2, "A"), (2, "B"), (4, "D")]


def test_nothing_is_rounded_up_to_a_target_that_is_not_reached() -> None:
    found = inside(("A", 2000, 1899), ("B", 2000, 1900), ("C", 5000, 4999))
    assert [(each.name, str(each.percent), each.reached) for each in found.ranked] == [
        ("C", "99.9", True), ("B", "95.0", True), ("A", "94.9", False),
    ]  # fmt: skip


def test_changes_are_counted_from_the_table_before() -> None:
    found = inside(("A", 100, 50), ("B", 50, 25), before=table(("A", 100, 40), day=date(2021, 4, 5)))
    assert {each.name: each.change for each in found.units} == {"A": 10, "B": None}


def test_a_unit_that_came_is_no_change_of_the_whole() -> None:
    before = table(("A", 100, 40), day=date(2021, 4, 5))
    assert inside(("A", 100, 50), before=before).overall.change == 10
    assert inside(("A", 100, 50), ("B", 900, 9), before=before).overall.change is None


def test_a_table_without_the_measured_dose_says_so() -> None:
    rows = (CoverageRow(unit_id="A", group=50, first=40),)
    with pytest.raises(SettingsError):
        evaluate(replace(table(), rows=rows), None, {}, measure=Dose.SECOND, target=Decimal(95))


# --- in public ---


def test_in_public_shares_near_the_ends_are_bounds_and_small_units_are_together() -> None:
    found = public(*REGENCY)
    told = {each.name: (each.bound, each.percent) for each in found.units}
    assert told["Satuan Polisi Pamong Praja"] == (Bound.AT_LEAST, 95)
    assert told["Kecamatan Bukit Lontar"] == (Bound.AT_MOST, 5)
    assert told["2 small units together"] == (Bound.EXACT, Decimal("22.6"))
    assert not {"Kantor Arsip", "Inspektorat"} & told.keys()
    assert (found.pooled, found.left_out, found.overall.given) == (2, 0, None)
    assert (found.overall.low, found.overall.high) == (13, 14)


def test_one_small_unit_is_left_out_of_the_sum_too() -> None:
    found = public(("A", 100, 50), ("B", 100, 40), ("C", 19, 3))
    assert (found.left_out, found.overall.group, found.overall.given) == (1, 200, 90)


def test_in_public_no_list_says_more_than_the_bound() -> None:
    found = public(("A", 100, 100), ("B", 100, 96), ("C", 100, 94), target=100)
    assert [each.name for each in found.reached] == ["A", "B"]
    assert {each.rank for each in found.reached} == {1}
    (card,) = reached_cards(found, kicker="Cakupan")
    assert card.slots["headline"] == "Reached: *95 % or more*"


@given(
    shown=st.lists(st.tuples(st.integers(20, 400), st.floats(0.06, 0.94)), min_size=1, max_size=5),
    high=st.lists(st.tuples(st.integers(20, 400), st.floats(0.951, 1), st.floats(0.951, 1)), min_size=1, max_size=3),
    alone=st.tuples(st.integers(1, 19), st.floats(0, 1), st.floats(0, 1)),
    target=st.sampled_from([80, 95, 100]),
)
@settings(max_examples=150, deadline=None)
def test_in_public_what_is_hidden_changes_nothing_that_is_shown(
    shown: list[tuple[int, float]], high: list[tuple[int, float, float]], alone: tuple[int, float, float], target: int
) -> None:
    """Of any two tables that differ in hidden parts alone, everybody is told the same: nothing can be worked out."""
    same = [(f"U{n}", group, max(5, int(group * share))) for n, (group, share) in enumerate(shown)]
    one = [(f"H{n}", group, -int(-group * share // 1)) for n, (group, share, _other) in enumerate(high)]
    other = [(f"H{n}", group, -int(-group * share // 1)) for n, (group, _share, share) in enumerate(high)]
    small = [("S", alone[0], round(alone[0] * share)) for share in alone[1:]]
    first = public(*same, *one, small[0], target=target)
    second = public(*same, *other, small[1], target=target)
    assert files.as_json(first) == files.as_json(second)
    assert list(ranking_cards(first, kicker="")) == list(ranking_cards(second, kicker=""))


def test_in_public_the_numbers_of_people_of_a_bound_are_not_told() -> None:
    found = public(*REGENCY)
    capped = next(each for each in found.units if each.bound is Bound.AT_LEAST)
    card = unit_card(found, capped, kicker="Cakupan")
    assert (card.slots["shown"], card.slots["percent"], card.slots.get("doses")) == ("≥ 95 %", "95", None)
    assert "120" not in card.alt_text


def test_in_public_changes_from_or_to_a_bound_are_not_told() -> None:
    before = table(("A", 100, 90), ("B", 100, 40), ("C", 15, 9), day=date(2021, 4, 5))
    found = public(("A", 100, 99), ("B", 100, 45), ("C", 25, 20), before=before)
    assert {each.name: each.change for each in found.units} == {"A": None, "B": 5, "C": None}
    assert found.overall.change is None


# --- cards ---


def test_a_ranking_goes_evenly_over_cards_and_keeps_its_ranks() -> None:
    rows = [(f"Unit {n}", 100, 90 - n) for n in range(9)]
    cards = list(ranking_cards(inside(*rows), kicker="Cakupan"))
    assert [len(card.slots["rows"]) for card in cards] == [4, 5]
    assert [row["rank"] for card in cards for row in card.slots["rows"]] == [str(n) for n in range(1, 10)]
    assert {len(row["shown"]) for card in cards for row in card.slots["rows"]} == {len("50.0 %")}
    assert all("19 April 2021" in card.slots["as_of"] and card.slots["source"] for card in cards)


def test_nobody_is_thanked_for_a_target_that_nobody_reached() -> None:
    found = inside(("A", 200, 100))
    assert list(reached_cards(found, kicker="")) == []
    assert "90 people more" in unit_card(found, found.units[0], kicker="").slots["message"]


# --- files ---


def paper() -> CoveragePaper:
    letterhead = Letterhead(
        organisation="Kabupaten Tanjung Asri", unit="Dinas Kesehatan", accent="#263579",
        emblem='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>',
    )  # fmt: skip
    signature = Signature(office="Kepala Dinas", name="Rahmat", place="Tanjung Asri")
    return CoveragePaper(
        letterhead=letterhead, paper=Paper(number="440/1", signature=signature), made_at=NOON, zone="WITA", version="1"
    )


@pytest.mark.parametrize("make", [inside, public])
def test_all_files_tell_the_same_figures(make: object) -> None:
    found = (inside if make is inside else public)(*REGENCY)
    said = json.loads(files.write(found, paper(), "json"))
    book = CalamineWorkbook.from_filelike(BytesIO(files.write(found, paper(), "xlsx")))
    sheet = book.get_sheet_by_name("By unit").to_python()[1:]
    assert [(row[1], row[2], row[6]) for row in sheet] == [(u["name"], u["group"], u["percent"]) for u in said["units"]]
    lines = files.write(found, paper(), "csv").decode("utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in lines[1:-1]] == [u["name"] for u in said["units"]]
    with open_pdf(BytesIO(files.write(found, paper(), "pdf"))) as pdf:
        text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for unit in said["units"]:
        sign = {"exact": "", "at-least": "≥ ", "at-most": "≤ "}[unit["bound"]]
        share = f"{unit['percent']:.1f}" if not sign and unit["percent"] not in (0, 100) else f"{unit['percent']:.0f}"
        assert re.search(rf"{unit['name']} {unit['group']:,} .*?{sign}{share}.%", text), unit


def test_the_paper_is_tagged_has_language_title_number_and_who_signs() -> None:
    data = files.write(inside(*REGENCY), paper(), "pdf")
    with pikepdf.open(BytesIO(data)) as pdf:
        assert (str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked)) == ("en", True)
        assert "Vaccination coverage by unit" in str(pdf.docinfo["/Title"])
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        alts = [str(each["/Alt"]) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each]
    assert any("Bars of coverage" in alt for alt in alts)
    with open_pdf(BytesIO(data)) as pdf:
        first, last = pdf.pages[0].extract_text(), pdf.pages[-1].extract_text()
    assert "440/1" in first
    assert "For internal use" in first
    assert "Kepala Dinas" in last
    assert f"page {len(pdf.pages)} of {len(pdf.pages)}" in last


def test_the_workbook_has_a_chart_and_no_formula() -> None:
    found = inside(("=1+1", 100, 50), ("@B", 100, 40))
    with ZipFile(BytesIO(files.write(found, paper(), "xlsx"))) as book:
        assert "xl/charts/chart1.xml" in book.namelist()
        chart = book.read("xl/charts/chart1.xml").decode()
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert chart.count("<c:ser>") == 2
    assert not any(b"<f>" in sheet for sheet in sheets)
    assert ",'=1+1," in files.write(found, paper(), "csv").decode("utf-8-sig")
