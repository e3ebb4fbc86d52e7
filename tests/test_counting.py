"""What is a number and what is not, as platforms tell it."""

from typing import Any

import pytest

from prokes_social.model.reach import MOST, counted


@pytest.mark.parametrize(("told", "number"), [(7, 7), (0, 0), ("1204", 1204), ("0", 0), (12.0, 12), (MOST, MOST)])
def test_numbers_are_numbers_also_as_text_of_digits(told: Any, number: int) -> None:
    assert counted(told) == number


@pytest.mark.parametrize(
    "told",
    [None, True, False, "", " 7", "1,204", "1.2K", "-3", -3, 2.5, float("nan"), float("inf"), "٣", "²", MOST + 1,
     "9" * 5000, [], {}, {"value": 3}],
)  # fmt: skip
def test_whatever_else_it_is_is_not_told_and_never_zero(told: Any) -> None:
    assert counted(told) is None
