"""Figures and names as people write them."""

import pytest

from prokes_social.rendering.figures import initials, share


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Prof. Dr. dr. Hj. Siti Nurhaliza Rahmawati Kusumaningrum, Sp.PD-KPTI, M.Kes.", "SN"),
        ("Ns. Dewi Lestari, S.Kep.", "DL"),
        ("Budi", "B"),
        ("Drs. H. Ahmad", "A"),
        ("", ""),
    ],
)
def test_initials_are_those_of_the_name_not_of_its_titles(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [("62,5", 100, 0.625), ("62.5 %", 100, 0.625), ("120", 100, 1.0), ("-3", 100, 0.0), ("3", 4, 0.75)],
)
def test_a_figure_fills_its_share_of_a_bar(text: str, most: float, expected: float) -> None:
    assert share(text, most) == expected
