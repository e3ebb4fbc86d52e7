from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prokes_social.rendering.fitting import NO_BREAK, Overflow, breaks, fewest_lines, fit, glue, paragraphs

SPACE = 0.25
widths = st.lists(st.floats(min_value=0.2, max_value=6), min_size=1, max_size=9)


def measure(word: str) -> float:
    return SPACE if word == " " else 0.5 * len(word)


def line(words: list[float]) -> float:
    return sum(words) + SPACE * (len(words) - 1)


def cut(words: list[float], ends: tuple[int, ...]) -> list[list[float]]:
    return [words[start:end] for start, end in zip((0, *ends), ends, strict=False)]


@given(widths, st.floats(min_value=6, max_value=20))
def test_no_line_is_wider_than_the_room(words: list[float], room: float) -> None:
    count = fewest_lines(words, SPACE, room)
    assert count is not None
    lines = cut(words, breaks(words, SPACE, room, count))
    assert len(lines) == count
    assert sum(map(len, lines)) == len(words)
    assert all(line(each) <= room + 1e-6 for each in lines)


@given(widths, st.floats(min_value=6, max_value=20))
def test_no_other_breaks_need_fewer_lines(words: list[float], room: float) -> None:
    count = fewest_lines(words, SPACE, room) or 1
    for places in product((False, True), repeat=len(words) - 1):
        if sum(places) + 1 < count:
            ends = (*(n + 1 for n, cut_here in enumerate(places) if cut_here), len(words))
            assert any(line(each) > room for each in cut(words, ends))


@given(widths, st.floats(min_value=6, max_value=20))
def test_the_widest_line_is_close_to_the_least_possible(words: list[float], room: float) -> None:
    count = fewest_lines(words, SPACE, room) or 1
    mine = max(map(line, cut(words, breaks(words, SPACE, room, count))))
    best = min(
        max(map(line, cut(words, (*ends, len(words)))))
        for places in product((False, True), repeat=len(words) - 1)
        if sum(places) == count - 1
        for ends in [tuple(n + 1 for n, cut_here in enumerate(places) if cut_here)]
    )
    assert mine <= best * 1.12 + 1e-6


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=10), min_size=1, max_size=12), st.integers(200, 900))
def test_a_text_is_set_as_large_as_its_lines_allow(words: list[str], room: int) -> None:
    try:
        setting = fit(" ".join(words), measure, room, (20, 90), 3)
    except Overflow:
        return
    assert len(setting.lines) <= 3
    # It may have given up a twelfth of its size to spare a line.
    if (beyond := setting.size / 0.92 + 2) <= 90:
        larger = fewest_lines([measure(word) for word in words], SPACE, room / beyond)
        assert larger is None or larger > 3


def test_a_text_gives_up_a_hair_of_its_size_rather_than_take_a_line_more() -> None:
    def fitted(most: int) -> tuple[int, list[str]]:
        setting = fit("abcd efgh", measure, 4.25 * 40, (20, most), 3)
        return setting.size, [" ".join(word.text for word in line) for line in setting.lines]

    assert fitted(43) == (40, ["abcd efgh"])
    assert fitted(50) == (50, ["abcd", "efgh"])


def test_a_text_that_needs_more_lines_says_how_many() -> None:
    with pytest.raises(Overflow) as raised:
        fit("satu dua tiga empat lima enam", measure, 100, (30, 60), 2)
    assert raised.value.needed > 2


def test_a_word_that_is_too_wide_is_named() -> None:
    with pytest.raises(Overflow) as raised:
        fit("cuci pertanggungjawaban", measure, 100, (30, 60), 4)
    assert raised.value.word == "pertanggungjawaban"


@pytest.mark.parametrize(
    "text",
    [
        "20 detik", "1 meter", "dr. Sari", "22 November", "Rp 50.000", "pukul 19.30", "60 tahun", "1 juta", "No. 5",
        "pukul 07.30 WIB", "No. 12", "3 x", "Jl. Merdeka", "Sp. PD", "M. Kes.", "A.Md. Kep", "S. Tr. Keb.",
        "usia 12 tahun", "Rp 1,5 juta", "Prof. Dr. Sari", "kasih 🙏", "🧼 Sabun",
    ],
)  # fmt: skip
def test_numbers_and_titles_hold_on_to_what_follows(text: str) -> None:
    assert glue(text) == text.replace(" ", NO_BREAK)


@pytest.mark.parametrize("text", ["cuci tangan pakai sabun", "vitamin C. Minum air", "kelas A. Datang"])
def test_ordinary_words_may_part(text: str) -> None:
    assert glue(text) == text


def test_degrees_are_never_torn() -> None:
    name = "dr. Hj. Siti Nurhaliza Kusumaningrum, Sp.PD-KPTI, M. Kes., Sp. PD (K)"
    for room in range(500, 1400, 60):
        lines = fit(name, measure, room, (40, 40), 9).lines
        words = {word.text for line in lines for word in line}
        assert {"Sp.PD-KPTI,", f"M.{NO_BREAK}Kes.,", f"Sp.{NO_BREAK}PD", f"dr.{NO_BREAK}Hj.{NO_BREAK}Siti"} <= words


def test_what_is_glued_is_parted_where_it_is_wider_than_the_room() -> None:
    setting = fit("pukul 07.30 WIB", measure, 130, (40, 40), 3)
    assert [[word.text for word in line] for line in setting.lines] == [["pukul"], ["07.30"], ["WIB"]]


@pytest.mark.parametrize("text", ["Cuci tangan *20* detik", "Cuci tangan *20 detik*", "Cuci tangan 20 *detik*"])
def test_a_marked_number_holds_on_to_its_unit(text: str) -> None:
    for room in range(220, 500, 20):
        lines = [" ".join(word.text for word in line) for line in fit(text, measure, room, (40, 40), 4).lines]
        assert any("20 detik" in line.replace(NO_BREAK, " ") for line in lines), lines
    assert any(word.marked for line in fit(text, measure, 300, (40, 40), 4).lines for word in line)


@given(widths, st.floats(min_value=6, max_value=20))
def test_no_short_word_stands_alone_on_the_last_line_where_another_break_is_as_even(
    words: list[float], room: float
) -> None:
    count = fewest_lines(words, SPACE, room) or 1
    lines = cut(words, breaks(words, SPACE, room, count))
    limit = min(room, 1.12 * min(max(map(line, cut(words, ends))) for ends in every_break(len(words), count)))
    if count > 1 and len(lines[-1]) == 1 and line(lines[-1]) < 0.5 * limit:
        for ends in every_break(len(words), count):
            other = cut(words, ends)
            shortest = min(map(line, other))
            # Another may leave a shorter word alone further up: that is no better.
            assert len(other[-1]) == 1 or max(map(line, other)) > limit or shortest < line(lines[-1])


def every_break(words: int, lines: int) -> list[tuple[int, ...]]:
    return [(*ends, words) for ends in combinations(range(1, words), lines - 1)]


@pytest.mark.parametrize(
    ("text", "room"),
    [("Jaga kesehatan keluarga kita", 740), ("Cuci tangan pakai sabun yuk", 700), ("Ayo datang ke posyandu ya", 650)],
)
def test_two_lines_share_the_words(text: str, room: int) -> None:
    (first, last) = fit(text, measure, room, (60, 60), 2).lines
    assert len(last) > 1 and len(first) > 1


def test_a_hanging_mark_takes_no_room() -> None:
    def hang(word: str) -> float:
        return 0.5 if word.startswith("“") else 0.0

    assert len(fit("“abcd efgh", measure, 45 * 9.3, (90, 90), 3).lines) == 2
    assert len(fit("“abcd efgh", measure, 45 * 9.3, (90, 90), 3, hang).lines) == 1
    with pytest.raises(Overflow):
        fit("“abcd", measure, 90 * 2.1, (90, 90), 3)
    assert fit("“abcd", measure, 90 * 2.1, (90, 90), 3, hang).size == 90


def test_marked_words_lose_their_stars_and_keep_their_comma() -> None:
    ((first, second, third, fourth),) = paragraphs("Jaga *diri kita*, yuk")
    assert [word.text for word in (first, second, third, fourth)] == ["Jaga", "diri", "kita,", "yuk"]
    assert [word.marked for word in (first, second, third, fourth)] == [False, True, True, False]


def test_a_star_that_marks_nothing_stays() -> None:
    ((*words,),) = paragraphs("5 * 3 dan 2*")
    assert [word.text for word in words] == ["5", "*", "3", "dan", "2*"]


def test_line_breaks_of_the_author_are_kept() -> None:
    setting = fit("satu\ndua tiga", measure, 900, (20, 40), 2)
    assert [[word.text for word in line] for line in setting.lines] == [["satu"], ["dua", "tiga"]]


def test_a_line_does_not_end_on_a_forward_looking_word() -> None:
    setting = fit("Mari jaga kesehatan di rumah dan di kantor kita", measure, 600, (40, 40), 2)
    assert setting.lines[0][-1].text not in ("di", "dan")
