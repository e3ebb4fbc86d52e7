"""The card studio, through the browser: every template is filled in, seen, mended and downloaded; pictures are safe."""

import re
import zipfile
from collections.abc import Callable
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from prokes_social.app import App
from prokes_social.model.user import Role
from tests.web.desk.conftest import Desk

SLOTS = {"s.": "1", "s.headline": "Ingat 3M", "s.rows.0.title": "Cuci tangan", "s.rows.0.icon": "wash-hands"}


@pytest.fixture
def studio(desk: Callable[..., Desk]) -> Desk:
    return desk(Role.EDITOR)


def picture(kind: str = "JPEG", size: tuple[int, int] = (600, 400), **more: object) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, (20, 90, 80)).save(file, kind, **more)
    return file.getvalue()


def address_of_card(page: str) -> str:
    found = re.search(r'<img class="card" src="([^"]+)"', page)
    assert found, "no card is shown"
    return unescape(found[1])


def upload(studio: Desk, data: bytes, name: str = "foto.jpg", kind: str = "image/jpeg"):  # type: ignore[no-untyped-def]
    return studio.post("/studio/pictures", files={"file": (name, data, kind)})


def test_the_sheet_shows_every_template_with_a_picture_that_browsers_keep(app: App, studio: Desk) -> None:
    page = studio.get("/studio?size=1080x1080").text
    assert all(str(template.label) in page for template in app.studio.templates.values())
    pictures = [unescape(each) for each in re.findall(r'<img src="(/studio/samples/[^"]+)"', page)]
    assert len(pictures) == len(app.studio.templates)
    answer = studio.get(pictures[0])
    assert answer.content.startswith(b"\xff\xd8") and "immutable" in answer.headers["cache-control"]
    other = studio.get(re.sub(r"samples/[0-9a-f]+", "samples/" + "0" * 20, pictures[0]))
    assert other.headers["cache-control"] == "no-store"


def test_every_template_opens_with_a_card_of_its_own_sample(app: App, studio: Desk) -> None:
    for name in app.studio.templates:
        page = studio.get(f"/studio/{name}?size=1200x630")
        assert page.status_code == 200, name
        assert studio.get(address_of_card(page.text)).status_code == 200, name
        assert len(page.content) < 200_000


def test_what_is_typed_stands_on_the_card_and_in_the_form(studio: Desk) -> None:
    first = address_of_card(studio.get("/studio/checklist", params=SLOTS).text)
    page = studio.get("/studio/checklist", params={**SLOTS, "s.headline": "Ingat 5M"}).text
    assert "Ingat 5M" in page and address_of_card(page) != first
    shown, other = studio.get(address_of_card(page)), studio.get(first)
    assert shown.content != other.content and "immutable" in shown.headers["cache-control"]


def test_a_fault_stands_beside_its_slot(studio: Desk) -> None:
    page = studio.get("/studio/checklist", params={**SLOTS, "s.headline": "", "s.rows.0.icon": "topeng-besi"}).text
    assert '<img class="card"' not in page
    for place, word in (("p-s-headline", "headline"), ("p-s-rows-0-icon", "topeng-besi")):
        said = page.partition(f'id="{place}"')[2].partition("</div>")[0]
        assert 'class="wrong"' in said and word in said.lower()
    assert 'id="f-s-headline"' in page and 'aria-invalid="true"' in page


def test_a_text_that_does_not_fit_is_said_at_its_slot_and_only_for_the_sizes_it_concerns(studio: Desk) -> None:
    long = "Mari menjaga keluarga dan tetangga kita dengan vaksinasi lengkap di puskesmas terdekat " * 3
    page = studio.get("/studio/announcement", params={"s.": "1", "s.headline": long}).text
    assert 'class="wrong"' in page.partition('id="p-s-headline"')[2].partition("</div>")[0]
    for length in range(60, 400, 12):
        page = studio.get("/studio/announcement", params={"s.": "1", "s.headline": long[:length]}).text
        if "banner mind" in page:
            assert '<img class="card"' in page
            return
    pytest.fail("no headline fits one size and not another")


def test_the_card_is_downloaded_in_each_kind_and_all_sizes_at_once(app: App, studio: Desk) -> None:
    asked = {**SLOTS, "size": "1080x1080", "alt": "Kartu <b>ingat</b>"}
    for kind, name in (("jpg", "JPEG"), ("png", "PNG")):
        answer = studio.get(f"/studio/checklist/card.{kind}", params={**asked, "save": "1"})
        image = Image.open(BytesIO(answer.content))
        assert (image.format, image.size) == (name, (1080, 1080))
        assert f"checklist-1080x1080.{kind}" in answer.headers["content-disposition"]
    packed = zipfile.ZipFile(BytesIO(studio.get("/studio/checklist/cards.zip", params=asked).content))
    assert len(packed.namelist()) == len(app.studio.templates["checklist"].sizes) + 1
    assert packed.read("alt.txt").decode() == "Kartu <b>ingat</b>\n"


def test_an_alternative_text_is_proposed_from_the_card(studio: Desk) -> None:
    page = unescape(studio.get("/studio/checklist", params=SLOTS).text)
    assert "“Ingat 3M”" in page.partition('id="p-alt"')[2].partition("</small>")[0]


def test_tone_and_brand_are_chosen_and_unknown_ones_fall_back(studio: Desk) -> None:
    cards = {
        (brand, tone): studio.get(
            f"/studio/checklist/card.jpg?s.headline=A&s.rows.0.title=B&brand={brand}&tone={tone}"
        ).content
        for brand in ("nusa-raya", "tanjung-asri", "<script>")
        for tone in ("plain", "dark", "{{7*7}}")
    }
    assert len({cards[brand, tone] for brand in ("nusa-raya", "tanjung-asri") for tone in ("plain", "dark")}) == 4
    assert cards["<script>", "{{7*7}}"] == cards["nusa-raya", "plain"]


@pytest.mark.parametrize(
    "value", ["", "x" * 4_000, "<script>alert(1)</script>", "{{7*7}}", "\x00\ufffe", "🦠" * 50, "' or 1=1 --"]
)
def test_no_value_breaks_the_page_or_comes_out_as_more_than_text(studio: Desk, value: str) -> None:
    fields = dict.fromkeys(
        (
            "s.headline",
            "s.rows.0.title",
            "s.rows.0.icon",
            "s.rows.99.title",
            "s.photo",
            "link",
            "alt",
            "size",
            "brand",
            "tone",
            "sample",
            "s.nothing",
        ),
        value,
    )
    answer = studio.get("/studio/checklist", params={"s.": "1", **fields})
    assert answer.status_code == 200 and len(answer.content) < 200_000
    assert "<script>alert" not in answer.text and ">49<" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/studio/tidak-ada",
        "/studio/tidak-ada/card.jpg",
        "/studio/checklist/card.svg",
        "/studio/tidak-ada/cards.zip",
        "/studio/samples/0/checklist/tidak-ada?size=1080x1080",
        "/studio/samples/0/checklist/short?size=1x1",
        "/studio/pictures/0/tidak-ada.jpg",
        "/studio/pictures/0/..%2f..%2fprokes.toml",
        "/studio/pictures/0/.prokes",
    ],
)
def test_what_is_not_there_is_not_found(studio: Desk, path: str) -> None:
    answer = studio.get(path)
    assert answer.status_code == 404 and "organisation" not in answer.text


def test_no_picture_of_a_card_leads_out_of_the_folder_of_pictures(studio: Desk) -> None:
    for name in ("../../prokes.toml", "/etc/passwd", ".prokes/key", "staff/" + "0" * 64 + ".jpg"):
        page = studio.get("/studio/quote", params={"s.quote": "A", "s.speaker": "B", "s.portrait": name}).text
        assert '<img class="card"' not in page and 'class="wrong"' in page


# --- pictures ---


def test_an_uploaded_picture_is_saved_anew_upright_and_without_what_its_file_said(app: App, studio: Desk) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Kamera rahasia"  # turned by a quarter; the maker
    answer = upload(studio, picture(size=(600, 400), exif=exif))
    assert answer.headers["location"] == "/studio/pictures"
    name = app.drafts.pictures()[0].name
    kept = Image.open(app.settings.home / "assets" / "photos" / name)
    assert (kept.format, kept.size) == ("JPEG", (400, 600)) and not kept.getexif()
    assert "Kamera" not in (app.settings.home / "assets" / "photos" / name).read_bytes().decode("latin-1")
    assert re.fullmatch(r"[0-9a-f]{32}\.jpg", name)
    page = studio.get("/studio/pictures").text
    shown = re.search(rf'src="(/studio/pictures/[0-9a-f]+/{name})"', page)
    assert shown and "immutable" in studio.get(shown[1]).headers["cache-control"]
    assert app.audit.newest(most=1)[0].act == "picture.keep"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "gambar.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "gambar.png"),
        (b"<html><script>alert(1)</script></html>", "<script>alert(1)</script>.jpg"),
        (picture("GIF"), "gambar.jpg"), (picture("BMP"), "gambar.jpg"), (b"\xff\xd8\xff" + b"x" * 500, "gambar.jpg"),
        (b"", "kosong.jpg"), (picture("PNG")[:60], "putus.png"), (picture("PNG", (8, 8)), "kecil.png"),
        (picture("PNG", (9000, 6000)), "raksasa.png"), (picture() + b"x" * 20_000_000, "berat.jpg"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_whatever_it_calls_itself(app: App, studio: Desk, data: bytes, name: str) -> None:
    before = app.drafts.pictures()
    answer = upload(studio, data, name)
    assert answer.status_code == 422 and 'class="wrong"' in answer.text
    assert "<script>alert" not in answer.text
    assert app.drafts.pictures() == before


def test_a_picture_uploaded_beside_a_slot_comes_back_with_everything_typed(studio: Desk) -> None:
    typed = {"template": "quote", "s.": "1", "s.quote": "Jaga diri & sesama", "s.speaker": "Ratna", "s.photo": ""}
    answer = studio.post(
        "/studio/pictures?slot=portrait", typed, files={"file.portrait": ("a.png", picture("PNG"), "image/png")}
    )
    assert answer.status_code == 303
    page = studio.get(answer.headers["location"]).text
    assert "Jaga diri &amp; sesama" in page and address_of_card(page)
    wrong = studio.post("/studio/pictures?slot=portrait", typed, files={"file.portrait": ("a.png", b"x", "image/png")})
    assert wrong.status_code == 422 and "Jaga diri &amp; sesama" in wrong.text
    assert 'class="wrong"' in wrong.text.partition('id="p-s-portrait"')[2].partition("</fieldset>")[0]


def test_the_token_of_the_session_never_gets_into_an_address(studio: Desk) -> None:
    page = studio.get("/studio/quote").text
    form = page.partition('id="draft"')[2].partition("</form>")[0]
    assert 'type="hidden" name="csrf"' not in form and 'formmethod="post"' in form
