import pytest

from prokes_social.rendering.bidi import visual
from prokes_social.rendering.scripts import reads_right_to_left, runs_of

JAGA, SIHAT = "جاݢ", "صيحت"


def shown(text: str, right_to_left: bool) -> list[str]:
    return [run.text for run in visual(list(runs_of(text, str.isascii)), right_to_left)]


def test_jawi_words_follow_each_other_from_the_right() -> None:
    assert shown(f"{JAGA} {SIHAT}", True) == [SIHAT, " ", JAGA]


def test_latin_within_jawi_keeps_its_own_order() -> None:
    assert shown(f"{JAGA} Dinas Kesehatan {SIHAT}", True) == [SIHAT, " Dinas Kesehatan ", JAGA]


def test_jawi_within_latin_is_turned_as_one() -> None:
    assert shown(f"Kata {JAGA} {SIHAT} ya", False) == ["Kata ", SIHAT, " ", JAGA, " ya"]


def test_the_mark_at_the_end_of_a_jawi_sentence_stands_at_its_left() -> None:
    assert shown(f"{JAGA} {SIHAT}!", True) == ["!", SIHAT, " ", JAGA]


def test_brackets_open_towards_what_they_hold() -> None:
    assert shown(f"{JAGA} ({SIHAT})", True) == ["(", SIHAT, ") ", JAGA]


@pytest.mark.parametrize("number", ["20", "50.000", "07.30", "62,5%"])
def test_a_number_keeps_its_digits_in_order(number: str) -> None:
    assert shown(f"{JAGA} {number} {SIHAT}", True) == [SIHAT, f" {number} ", JAGA]


def test_a_number_after_latin_letters_stays_with_them() -> None:
    assert shown(f"{JAGA} COVID 19 {SIHAT}", True) == [SIHAT, " COVID 19 ", JAGA]


def test_an_emoji_goes_along() -> None:
    assert shown(f"{JAGA} 😷 {SIHAT}", True) == [SIHAT, " ", "😷", " ", JAGA]


def test_the_first_letter_tells_the_direction() -> None:
    assert reads_right_to_left(f"“20 😷 {JAGA} sehat")
    assert not reads_right_to_left(f"Jaga {JAGA}")
    assert not reads_right_to_left("20 😷 !")
