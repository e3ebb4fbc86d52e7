"""The alternative text that is proposed for a card."""

from typing import Any

import pytest

from prokes_social.checking import check_campaign
from prokes_social.checking.describing import LONGEST, describe
from prokes_social.i18n import speaking
from prokes_social.model.campaign import CardSpec
from tests.checking.examples import CONTEXT, TEMPLATES, campaign

STEPS = [
    {"icon": "mask", "title": "Memakai masker"},
    {"icon": "wash-hands", "title": "Mencuci tangan", "text": "20 detik dengan sabun."},
    "Menjaga jarak",
]


def said(template: str, language: str = "id", **slots: Any) -> str:
    return describe(CardSpec(template=template, slots=slots), TEMPLATES[template], language)


def test_a_checklist_is_read_from_its_title_to_its_source() -> None:
    assert said("checklist", headline="Ingat *3M*", rows=STEPS, source="Kementerian Kesehatan RI, 2024") == (
        "Kartu Daftar langkah berjudul “Ingat 3M”: Memakai masker; Mencuci tangan, 20 detik dengan sabun; "
        "Menjaga jarak. Sumber: Kementerian Kesehatan RI, 2024."
    )


def test_a_campaign_in_english_gets_english_words_whatever_the_reader_speaks() -> None:
    with speaking("id"):
        text = said("announcement", "en", headline="Wash your hands", body="For 20 seconds!", source="WHO")
    assert text == "Announcement card titled “Wash your hands”: For 20 seconds! Source: WHO."


def test_icons_and_the_words_beside_a_code_are_not_read_aloud() -> None:
    text = said("announcement", headline="Cuci tangan", icon="wash-hands", scan="Pindai di sini", source_label="Dari")
    assert text == "Kartu Pengumuman berjudul “Cuci tangan”."


@pytest.mark.parametrize("words", [40, 400, 4000])
def test_a_long_card_is_cut_between_words_and_keeps_its_source(words: int) -> None:
    text = said("announcement", headline="Cuci tangan", body="sabun " * words, source="WHO")
    assert len(text) <= LONGEST
    assert text.endswith(" Sumber: WHO.")
    assert ("sabun… Sumber" in text) == (words > 160)


def test_what_is_no_text_at_all_does_no_harm() -> None:
    assert said("checklist", headline=["a"], rows="bukan daftar", intro={"a": 1}) == "Kartu Daftar langkah."


def test_the_problem_of_a_card_without_alt_text_proposes_one() -> None:
    file = campaign("""
messages:
  - id: kartu
    text: Ayo cuci tangan sebelum makan.
    card: {template: announcement, slots: {headline: Cuci tangan, source: WHO}}
    sources: [kemenkes]
""")
    [problem] = check_campaign(file, CONTEXT)
    assert problem.code == "alt-missing"
    assert problem.remedy.endswith("Usulan: Kartu Pengumuman berjudul “Cuci tangan”. Sumber: WHO.")


def test_what_is_proposed_passes_the_rules_itself() -> None:
    proposal = said("checklist", headline="Ingat 3M", rows=STEPS, source="WHO")
    file = campaign(f"""
messages:
  - id: kartu
    text: Ayo cuci tangan sebelum makan.
    card:
      template: checklist
      slots: {{headline: Ingat 3M, rows: [Memakai masker]}}
      alt: "{proposal}"
    sources: [kemenkes]
""")
    assert check_campaign(file, CONTEXT) == []
