"""The word lists: right for Bahasa Indonesia, and silent about what is right."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prokes_social.checking.wording import hits, word_list

LISTS = sorted(path.name.removesuffix(".yaml") for path in files("prokes_social.checking").joinpath("words").iterdir())


@pytest.mark.parametrize("name", LISTS)
def test_every_list_gives_its_reason_in_both_languages_and_its_source(name: str) -> None:
    words = word_list(name)
    for reason in [words.reason, *(entry.reason for entry in words.entries if entry.reason)]:
        assert reason.id.endswith(".")
        assert reason.en.endswith(".")
    assert words.source


@pytest.mark.parametrize("name", LISTS)
def test_no_list_has_a_word_twice(name: str) -> None:
    found = [words if entry.exact_case else words.lower() for entry in word_list(name).entries for words in entry.find]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", [name for name in LISTS if name not in ("acronyms", "hosts", "actions")])
def test_what_a_list_recommends_is_not_found_by_it(name: str) -> None:
    for entry in word_list(name).entries:
        assert hits(entry.use, name) == [], entry.use


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("resiko", "risiko"),
        ("beresiko", "berisiko"),
        ("meresikokan", "merisikokan"),
        ("dihimbau", "diimbau"),
        ("menghimbau", "mengimbau"),
        ("himbauan", "imbauan"),
        ("antrian", "antrean"),
        ("mengantri", "mengantre"),
        ("diijinkan", "diizinkan"),
        ("perijinan", "perizinan"),
        ("mempraktekkan", "mempraktikkan"),
        ("menganalisa", "menganalisis"),
        ("bernafas", "bernapas"),
        ("pernafasan", "pernapasan"),
        ("menasehati", "menasihati"),
        ("menghembuskan", "mengembuskan"),
        ("berhutang", "berutang"),
        ("kelembaban", "kelembapan"),
        ("mendiagnosa", "mendiagnosis"),
        ("dimana", "di mana"),
        ("ANTRI", "antre"),
    ],
)
def test_derivations_of_a_wrong_form_are_found_and_mended(written: str, right: str) -> None:
    [hit] = hits(f"Ayo {written} bersama.", "spelling")
    assert hit.instead == right


@pytest.mark.parametrize(
    "text",
    [
        "Masalah ini tidak menampakkan gejala.",
        "Anak-anak disekolahkan dan ditempatkan dengan baik.",
        "Paskah dirayakan dengan khidmat.",
        "Petugas mengizinkan warga mengantre di apotek.",
        "Kami mengimbau warga menjalankan praktik baik dengan saksama.",
        "Pinjaman itu bukan utang dari zaman dulu.",
        "#Antri dan @antri serta antri.go.id dibiarkan.",
    ],
)
def test_right_words_and_tags_are_left_alone(text: str) -> None:
    assert hits(text, "spelling") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tidak perlu panik.", "fear"),
        ("Jangan panik, tetap tenang.", "fear"),
        ("Masker tidak lagi wajib.", "mandatory"),
        ("Sakit bukan aib.", "stigma"),
        ("Tidak ada obat yang tidak 100% aman.", "absolute"),
        ("Klaim yang keliru: uap daun menyembuhkan COVID-19.", "absolute"),
        ("Panduan makan siang di panti.", "promotion"),
        ("Pilih ruang yang berjendela, ambil nomor urut antrean.", "promotion"),
        ("Kini giliran Anda. Instalasi gawat darurat buka 24 jam.", "fear"),
        ("Ayo usir nyamuk dari rumah.", "stigma"),
    ],
)
def test_words_that_are_turned_round_are_left_alone(text: str, name: str) -> None:
    assert hits(text, name) == []


def test_a_full_stop_ends_what_turns_a_word_round() -> None:
    assert hits("Tidak. Panik melanda kota.", "fear")


def test_parties_are_known_by_their_capitals() -> None:
    assert [hit.found for hit in hits("Acara kader PAN di kota.", "promotion")] == ["kader PAN"]
    assert hits("Kader pan dan wajan; bayar PKB, tanda tangani PKS.", "promotion") == []


def test_each_word_is_reported_once_in_reading_order() -> None:
    found = hits("Swab lalu lockdown, lalu swab lagi.", "jargon")
    assert [hit.found for hit in found] == ["Swab", "lockdown"]


@given(st.text(max_size=200))
def test_no_text_makes_the_lists_stumble(text: str) -> None:
    for name in LISTS:
        for hit in hits(text, name):
            assert hit.found in text
