"""An officer wants to see every mistake of a file in one run: of form, of reference, and of wording."""

from pathlib import Path

import pytest

from prokes_social.checking import check_campaign
from prokes_social.i18n import LANGUAGES, use_language
from prokes_social.loading.campaigns import read_campaign
from prokes_social.problem import Problem, in_reading_order
from tests.checking.examples import CONTEXT

DATA = Path(__file__).parent / "data"

#: Code, line, column, and what stands there.
MISTAKES = [
    ("key-unknown", 6, 1, "languange"),
    ("zone", 7, 7, "WIBB"),
    ("date", 9, 10, "2026-02-30"),
    ("yaml-comment", 12, 5, "#NusaRayaSehat"),
    ("key-missing", 14, 5, "id: kemenkes"),
    ("wording-spelling", 22, 14, "antri"),
    ("source-unknown", 23, 25, "satgas"),
    ("wording-stigma", 25, 21, "penderita COVID-19"),
    ("id-twice", 27, 9, "cuci-tangan"),
    ("message-unknown", 31, 25, "cuci-tangn"),
    ("unknown-target", 34, 21, "facebok"),
    ("time-twice", 36, 5, "every"),
]


def problems() -> list[Problem]:
    reading = read_campaign(DATA / "dua-belas-kesalahan.yaml", root=DATA)
    assert reading.loaded
    return in_reading_order([*reading.problems, *check_campaign(reading.loaded, CONTEXT)])


def test_all_twelve_are_reported_at_once_where_they_stand() -> None:
    found = [(each.code, each.place.line, each.place.column) for each in problems() if each.place]
    assert found == [(code, line, column) for code, line, column, _words in MISTAKES]


def test_each_place_shows_the_words_in_question() -> None:
    for problem, (_code, _line, _column, words) in zip(problems(), MISTAKES, strict=True):
        assert problem.place
        assert problem.place.excerpt[problem.place.column - 1 :].startswith(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_says_what_is_wrong_and_how_to_mend_it(language: str) -> None:
    use_language(language)
    for problem in problems():
        assert problem.what
        assert problem.remedy
