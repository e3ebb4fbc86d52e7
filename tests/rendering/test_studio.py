import hashlib
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from prokes_social.errors import AssetMissing, CardError, TextDoesNotFit
from prokes_social.i18n import use_language
from prokes_social.rendering import Studio
from tests.rendering.conftest import ASSETS, Ask, open_studio

ROWS = [{"icon": "mask", "title": "Memakai masker", "text": "Saat kurang sehat"}]

DRAW_ELSEWHERE = """
import sys
from pathlib import Path
from tests.rendering.conftest import open_studio
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
request = CardRequest(template="announcement", brand="nusa-raya", size=Size(1080, 1350), alt_text="a",
                      slots={"headline": "Jaga diri, jaga keluarga", "icon": "wash-hands"}, link="https://kemkes.go.id")
card = open_studio(Path(sys.argv[1])).render(request)
print(card.content_digest, card.file_digest)
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def test_the_same_request_gives_the_same_bytes_in_every_process() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", DRAW_ELSEWHERE, str(ASSETS)],
            capture_output=True, text=True, check=True,
            cwd=ASSETS.parent, env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1]
    assert len(said[0].split()) == 2


def test_a_card_is_the_same_whatever_was_drawn_before(studio: Studio, ask: Ask) -> None:
    request = ask(slots={"headline": "Cuci tangan", "body": "Dengan sabun"})
    first = studio.render(request)
    studio.render(ask(slots={"headline": "Lain lagi"}, brand="tanjung-asri"))
    assert studio.render(request).data == first.data == open_studio(ASSETS).render(request).data


@pytest.mark.parametrize("size", ["1080x1350", "1080x1080", "1600x900", "1080x1920"])
@pytest.mark.parametrize("template", ["announcement", "checklist"])
def test_a_card_has_the_size_that_was_asked_for(studio: Studio, ask: Ask, template: str, size: str) -> None:
    slots = {"headline": "Jaga diri"} | ({"rows": ROWS} if template == "checklist" else {})
    card = studio.render(ask(template, size, slots=slots))
    assert "x".join(map(str, Image.open(BytesIO(card.data)).size)) == size == str(card.size)


def test_a_jpeg_passes_on_every_platform(studio: Studio, ask: Ask) -> None:
    card = studio.render(ask(slots={"headline": "Jaga diri", "body": "Cuci tangan pakai sabun. " * 6}))
    image = Image.open(BytesIO(card.data))
    assert card.media_type == "image/jpeg"
    assert b"\xff\xc0" in card.data, "baseline"
    assert b"\xff\xc2" not in card.data, "not progressive"
    assert image.mode == "RGB"
    assert "icc_profile" not in image.info and "exif" not in image.info
    assert image.layer[0][1:3] == (2, 2), "4:2:0"
    assert len(card.data) < 250_000
    assert card.file_digest == hashlib.sha256(card.data).hexdigest()


def test_a_template_may_ask_for_png(studio: Studio, ask: Ask) -> None:
    template = studio.templates["announcement"].model_copy(update={"picture": "png"})
    card = Studio({"announcement": template}, studio.brands).render(ask())
    jpeg = Image.open(BytesIO(studio.render(ask()).data))
    png = Image.open(BytesIO(card.data))
    assert card.media_type == "image/png"
    assert png.getpixel((20, 20)) == pytest.approx(jpeg.getpixel((20, 20)), abs=4)
    png.load()


CHANGES = {
    "slot": {"slots": {"headline": "Jaga diri, jaga kantor"}},
    "icon": {"slots": {"headline": "Jaga diri, jaga keluarga", "icon": "mask"}},
    "brand": {"brand": "tanjung-asri"},
    "size": {"size": "1080x1080"},
    "link": {"link": "https://kemkes.go.id"},
    "alternative text": {"alt_text": "lain"},
}


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_digest_changes_with_each_input(studio: Studio, ask: Ask, change: str) -> None:
    assert studio.digest(ask(**CHANGES[change])) != studio.digest(ask())


def test_the_digest_changes_with_what_lies_in_the_kit_and_template(studio: Studio, ask: Ask) -> None:
    before = studio.digest(ask())
    kit, template = studio.brands["nusa-raya"], studio.templates["announcement"]
    for changed in (
        kit.model_copy(update={"colors": {**kit.colors, "accent": (255, 190, 70)}}),
        kit.model_copy(update={"files": {**kit.files, "logo.svg": kit.files["logo.svg"] + b" "}}),
        kit.model_copy(update={"footer": kit.footer.model_copy(update={"handle": "@lain"})}),
    ):
        assert Studio({"announcement": template}, {"nusa-raya": changed}).digest(ask()) != before
    slot = template.slots["icon"].model_copy(update={"default": "home"})
    other = template.model_copy(update={"slots": {**template.slots, "icon": slot}})
    assert Studio({"announcement": other}, studio.brands).digest(ask()) != before


def test_the_digest_does_not_change_with_what_the_card_does_not_show(studio: Studio, ask: Ask) -> None:
    before = studio.digest(ask())
    kit, template = studio.brands["nusa-raya"], studio.templates["announcement"]
    fewer = template.model_copy(update={"samples": {}, "sizes": {"1080x1350": template.sizes["1080x1350"]}})
    richer = kit.model_copy(update={"files": {**kit.files, "icons/own.svg": b"<svg/>"}, "name": "Nama lain"})
    assert Studio({"announcement": fewer}, {"nusa-raya": richer}).digest(ask()) == before
    assert studio.digest(ask(slots={"headline": "Jaga diri, jaga keluarga"})) == before


def test_the_digest_of_a_card_is_told_before_it_is_drawn(studio: Studio, ask: Ask) -> None:
    assert studio.render(ask()).content_digest == studio.digest(ask())


def test_a_missing_slot_is_named_with_its_label(studio: Studio, ask: Ask) -> None:
    (problem,) = studio.check(ask(slots={"body": "Isi saja"}))
    assert (problem.code, problem.what) == ("card-slot-missing", "headline is empty")
    assert "Headline" in problem.remedy
    with pytest.raises(CardError, match="headline is empty"):
        studio.render(ask(slots={}))


def test_an_unknown_slot_is_answered_with_the_nearest(studio: Studio, ask: Ask) -> None:
    (fault,) = studio.faults(ask(slots={"headline": "Jaga diri", "hilight": "Yuk"}))
    assert fault.path == ("slots", "hilight")
    assert "highlight" in fault.error.hint


def test_too_many_rows_are_counted(studio: Studio, ask: Ask) -> None:
    (fault,) = studio.faults(ask("checklist", slots={"headline": "6M", "rows": ROWS * 6}))
    assert (fault.code, fault.path) == ("card-too-many-rows", ("slots", "rows", 5))
    assert fault.error.message == "rows has 6 rows; there is room for 5"


def test_an_unknown_icon_is_answered_with_the_nearest(studio: Studio, ask: Ask) -> None:
    rows = [{"icon": "masker", "title": "Memakai masker"}]
    (fault,) = studio.faults(ask("checklist", slots={"headline": "3M", "rows": rows}))
    assert isinstance(fault.error, AssetMissing)
    assert fault.path == ("slots", "rows", 0, "icon")
    assert "mask" in fault.error.hint


def test_a_row_may_be_plain_text(studio: Studio, ask: Ask) -> None:
    assert studio.check(ask("checklist", slots={"headline": "3M", "rows": ["Memakai masker"]})) == []


def test_a_text_that_does_not_fit_says_which_and_by_how_much(studio: Studio, ask: Ask) -> None:
    request = ask(slots={"headline": "Bersama menjaga kesehatan keluarga di rumah " * 5})
    (problem,) = studio.check(request)
    assert problem.code == "card-text-too-long"
    assert problem.what.startswith("headline needs")
    assert "characters" in problem.remedy
    with pytest.raises(TextDoesNotFit) as raised:
        studio.render(request)
    assert raised.value.slot == "headline"


def test_texts_that_fit_singly_but_not_together_name_the_longest(studio: Studio, ask: Ask) -> None:
    headline = "Jaga diri dan keluarga setiap hari, di rumah, di kantor, dan di mana pun kita berada"
    body, highlight = "Cuci tangan dengan sabun dan air. " * 11, "Yuk, mulai hari ini bersama-sama. " * 3
    slots = {"headline": headline, "body": body, "highlight": highlight}
    (problem,) = studio.check(ask(size="1080x1080", slots=slots, link="https://kemkes.go.id"))
    assert problem.what.startswith("body is")
    assert "shorten it by about" in problem.remedy


def test_a_word_wider_than_the_card_is_named(studio: Studio, ask: Ask) -> None:
    (problem,) = studio.check(ask(slots={"headline": "Pertanggungjawabannyasemuanyasekarang"}))
    assert "Pertanggungjawabannyasemuanyasekarang" in problem.what


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"template": "anouncement"}, ("template",)),
        ({"brand": "nusa-raja"}, ("brand",)),
        ({"size": "800x600"}, ("size",)),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(
    studio: Studio, ask: Ask, change: dict[str, str], path: tuple[str]
) -> None:
    (fault,) = studio.faults(ask(**change))
    assert fault.path == path
    assert any(known in fault.error.hint for known in ("announcement", "nusa-raya", "1080x1350"))


def test_a_character_that_the_typeface_lacks_is_named(studio: Studio, ask: Ask) -> None:
    (fault,) = studio.faults(ask(slots={"headline": "Terima kasih 謝"}))
    assert (fault.code, fault.path) == ("card-character-unknown", ("slots", "headline"))
    assert "謝" in fault.error.message


def test_a_qr_code_is_read_back_from_the_finished_card(studio: Studio, ask: Ask) -> None:
    import zxingcpp

    link = "https://ayosehat.kemkes.go.id/cuci-tangan"
    card = studio.render(ask(link=link))
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(card.data)))
    assert found.text == link


def test_a_link_too_long_for_a_readable_code_is_refused(studio: Studio, ask: Ask) -> None:
    (fault,) = studio.faults(ask(link="https://kemkes.go.id/" + "panjang/" * 30))
    assert (fault.path, fault.code) == (("link",), "card-link")


def test_an_unreadable_code_is_never_let_out(studio: Studio, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prokes_social.rendering.codes.read", lambda picture: set())
    with pytest.raises(CardError, match="can't be read"):
        studio.render(ask(link="https://kemkes.go.id"))


def test_a_kit_brings_its_own_icons(studio: Studio, ask: Ask) -> None:
    own = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M4 4h16v16H4z"/></svg>'
    kit = studio.brands["nusa-raya"]
    kit = kit.model_copy(update={"files": {**kit.files, "icons/gotong-royong.svg": own}})
    assert (
        Studio(studio.templates, {"nusa-raya": kit}).check(ask(slots={"headline": "a", "icon": "gotong-royong"})) == []
    )
    assert studio.check(ask(slots={"headline": "a", "icon": "gotong-royong"})) != []


def test_marked_words_take_the_accent_and_lose_their_stars(studio: Studio, ask: Ask) -> None:
    from prokes_social.rendering.marks import Line

    marks = studio.marks(ask(slots={"headline": "Jaga *keluarga kita*, yuk"}))
    accent = studio.brands["nusa-raya"].colors["accent"]
    lines = [mark for mark in marks if isinstance(mark, Line) and mark.slot == "headline"]
    assert " ".join(line.text for line in lines) == "Jaga keluarga kita, yuk"
    assert " ".join(line.text for line in lines if line.color == accent) == "keluarga kita,"


def test_a_template_dropped_into_a_folder_works_at_once(tmp_path: Path, ask: Ask) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "salam.yaml").write_text(
        """
label: {id: Salam, en: Greeting}
slots: {name: {required: true, label: {id: Nama, en: Name}}}
sizes:
  1080x1080:
    layers:
      - {rect: brand.accent}
      - {text: "Halo, {name}", font: display, size: [40, 120], lines: 3, color: brand.on_accent}
samples: {short: {slots: {name: Ibu Sari}}}
""",
        encoding="utf-8",
    )
    studio = open_studio(tmp_path, ASSETS)
    card = studio.render(ask("salam", "1080x1080", slots={"name": "Bapak Budi"}))
    assert Image.open(BytesIO(card.data)).size == (1080, 1080)


def test_a_request_is_not_changed_by_drawing_it(studio: Studio, ask: Ask) -> None:
    request = ask("checklist", slots={"headline": "3M", "rows": ROWS})
    before = replace(request, slots={"headline": "3M", "rows": [dict(row) for row in ROWS]})
    assert studio.render(request).request == before


def test_only_official_cards_carry_the_emblem_unless_the_kit_says_otherwise(studio: Studio, ask: Ask) -> None:
    from prokes_social.rendering.marks import Picture

    def emblems(personal: tuple[str, ...], kit: dict[str, bool]) -> int:
        template = studio.templates["announcement"].model_copy(update={"personal": personal})
        brand = studio.brands["nusa-raya"].model_copy(update=kit)
        marks = Studio({"announcement": template}, {"nusa-raya": brand}).marks(ask())
        return sum(isinstance(mark, Picture) and mark.name == "logo" for mark in marks)

    assert emblems((), {}) == 1
    assert emblems(("headline",), {}) == 0
    assert emblems(("headline",), {"emblem_on_personal": True}) == 1


def test_a_code_is_dark_on_light_in_a_dark_brand_too(studio: Studio, ask: Ask) -> None:
    from prokes_social.model.brand import luminance
    from prokes_social.rendering.marks import Code

    for size in ("1080x1350", "1600x900"):
        marks = studio.marks(ask(brand="nusa-raya-dark", link="https://kemkes.go.id", size=size))
        [code] = [mark for mark in marks if isinstance(mark, Code)]
        assert luminance(code.color) < 0.05
        assert code.ground is None or luminance(code.ground) > 0.7
        assert studio.render(ask(brand="nusa-raya-dark", link="https://kemkes.go.id", size=size))
