"""The phone page in a real browser of a phone's size: with JavaScript, without it, and without a network."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from prokes_social.model.wave import Step
from tests.web.staff_office import PHONE, StaffOffice, served, staffed

pytestmark = pytest.mark.browser

#: What a phone offers and this machine does not; what it is given is kept for the test.
SHARE = """
window.given = [];
navigator.canShare = (what) => what.files.every((file) => file.type.startsWith("image/"));
navigator.share = async (what) => { window.given.push(...what.files); };
Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { window.copied = text; }}});
"""
SIZE = {"width": 360, "height": 740}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StaffOffice]:
    with staffed(tmp_path / "kantor") as opened:
        yield opened


@pytest.fixture
def url(office: StaffOffice) -> Iterator[str]:
    with served(office) as address:
        yield address


def hold(browser: Any, *, script: bool = True, share: bool = True, width: int = 360) -> Any:
    """A phone; addresses outside are answered with an empty page."""
    context = browser.new_context(
        viewport={**SIZE, "width": width}, user_agent=PHONE, is_mobile=True, has_touch=True, java_script_enabled=script,
        device_scale_factor=2, locale="id-ID",
    )  # fmt: skip
    context.route(lambda address: "127.0.0.1" not in address, lambda route: route.fulfill(body="di luar"))
    if share:
        context.add_init_script(SHARE)
    return context


def until(page: Any, office: StaffOffice, member: Any, expected: set[Step]) -> None:
    """Steps are noted after the tap, by requests of their own."""
    for _turn in range(100):
        if office.steps(member) == expected:
            return
        page.wait_for_timeout(50)
    assert office.steps(member) == expected


def test_see_the_card_choose_words_share_confirm_undo_and_stop(office: StaffOffice, url: str, browser: Any) -> None:
    page = hold(browser).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{url}/s/{office.link(office.budi)}")
    assert "Halo, Budi Santoso, S.Kep." in page.inner_text("h1")
    until(page, office, office.budi, {Step.OPENED})
    assert page.evaluate("document.querySelector('figure img').naturalWidth") == 1080

    page.get_by_label("Saya cuci tangan dulu").check()
    assert page.input_value("textarea").startswith("Saya cuci tangan dulu")
    page.get_by_role("button", name="Bagikan", exact=True).tap()
    page.wait_for_function("window.given.length")
    code = office.invitation(office.budi).offer.code
    assert page.evaluate("window.copied").endswith(f"/k/{code}-n")
    assert page.evaluate("window.copied").startswith("Saya cuci tangan dulu")
    shared = page.evaluate("window.given[0].arrayBuffer().then((bytes) => Array.from(new Uint8Array(bytes)))")
    card = office.app.sharing.card(office.invitation(office.budi), office.invitation(office.budi).wave.content.sizes[0])
    assert bytes(shared) == card
    assert page.evaluate("window.given[0].type") == "image/jpeg"
    until(page, office, office.budi, {Step.OPENED, Step.SHEET})

    page.fill("[name=proof]", "https://www.instagram.com/p/abc/")
    page.get_by_role("button", name="Saya sudah membagikan").tap()
    page.wait_for_selector("text=dengan alamat unggahan Anda")
    assert office.steps(office.budi) == {Step.OPENED, Step.SHEET, Step.SAID, Step.PROOF}
    page.get_by_role("button", name="Batalkan jawaban saya").tap()
    page.wait_for_selector("text=Anda bisa memilih lagi")
    assert office.steps(office.budi) == {Step.OPENED, Step.SHEET}

    page.get_by_text("Pilihan saya").tap()
    page.get_by_role("button", name="Berhenti").tap()
    page.wait_for_selector("text=Selesai. Anda tidak diajak lagi.")
    assert office.page(office.budi).agreed is False
    assert page.locator("img").count() == 0
    page.get_by_role("button", name="Ya, saya mau").tap()
    page.wait_for_selector("figure img")
    assert said == []


def test_everything_but_the_share_sheet_works_without_javascript(office: StaffOffice, url: str, browser: Any) -> None:
    context = hold(browser, script=False, share=False)
    page = context.new_page()
    page.goto(f"{url}/s/{office.link(office.budi)}")
    assert not page.get_by_role("button", name="Bagikan", exact=True).is_visible()
    assert not page.get_by_role("button", name="Salin teks").is_visible()
    with page.expect_download() as loading:
        page.get_by_role("link", name="Simpan gambar").tap()
    assert Image.open(loading.value.path()).size == (1080, 1350)
    assert office.steps(office.budi) == set()

    page.get_by_label("Dua puluh detik saja").check()
    with context.expect_event("request", lambda request: "wa.me" in request.url) as asking:
        page.get_by_role("button", name="WhatsApp").tap()
    assert asking.value.url.startswith("https://wa.me/?text=Dua%20puluh%20detik%20saja")
    assert "referer" not in asking.value.headers
    assert office.steps(office.budi) == {Step.OPENED, Step.SHEET}

    page.get_by_role("button", name="Saya sudah membagikan").tap()
    page.wait_for_selector("text=Tercatat: Anda sudah membagikan.")
    assert Step.SAID in office.steps(office.budi)
    page.get_by_role("button", name="Batalkan jawaban saya").tap()
    page.get_by_role("button", name="Tidak kali ini").tap()
    page.wait_for_selector("text=Hanya Anda yang melihatnya")
    page.get_by_role("button", name="Ubah jawaban saya").tap()
    page.get_by_text("Pilihan saya").tap()
    page.get_by_role("button", name="Berhenti").tap()
    page.wait_for_selector("text=Selesai. Anda tidak diajak lagi.")
    assert office.page(office.budi).agreed is False


def test_buttons_that_the_phone_can_t_honour_are_not_shown(office: StaffOffice, url: str, browser: Any) -> None:
    page = hold(browser, share=False).new_page()
    page.add_init_script("navigator.share = async () => {}; navigator.canShare = () => false;")
    page.goto(f"{url}/s/{office.link(office.budi)}")
    page.wait_for_load_state("networkidle")
    assert not page.get_by_role("button", name="Bagikan", exact=True).is_visible()
    assert page.get_by_role("button", name="Salin teks").is_visible()


def test_two_quick_taps_are_one_answer(office: StaffOffice, url: str, browser: Any) -> None:
    page = hold(browser).new_page()
    page.goto(f"{url}/s/{office.link(office.budi)}")
    until(page, office, office.budi, {Step.OPENED})
    asked: list[str] = []
    page.on("request", lambda request: request.method == "POST" and asked.append(request.url))
    page.get_by_role("button", name="Saya sudah membagikan").dblclick()
    page.wait_for_selector("text=Tercatat: Anda sudah membagikan.")
    assert len(asked) == 1
    assert office.steps(office.budi) == {Step.OPENED, Step.SAID}


def test_without_a_network_the_tap_says_so_and_keeps_what_was_typed(
    office: StaffOffice, url: str, browser: Any
) -> None:
    context = hold(browser)
    page = context.new_page()
    page.goto(f"{url}/s/{office.link(office.budi)}")
    until(page, office, office.budi, {Step.OPENED})
    page.fill("textarea", "Kata-kata saya sendiri")
    page.fill("[name=proof]", "https://x.com/budi/status/1")
    context.set_offline(True)
    page.get_by_role("button", name="Saya sudah membagikan").tap()
    page.wait_for_selector("text=Belum terkirim")
    assert page.input_value("[name=proof]") == "https://x.com/budi/status/1"
    assert page.input_value("textarea") == "Kata-kata saya sendiri"
    page.get_by_role("button", name="WhatsApp").tap()
    page.wait_for_timeout(200)
    assert len(context.pages) == 1
    context.set_offline(False)
    page.reload()
    assert page.input_value("[name=proof]") == "https://x.com/budi/status/1"
    assert page.input_value("textarea") == "Kata-kata saya sendiri"
    page.get_by_role("button", name="Saya sudah membagikan").tap()
    page.wait_for_selector("text=dengan alamat unggahan Anda")
    assert office.invitation(office.budi).offer.proof == "https://x.com/budi/status/1"


def test_an_answer_that_was_lost_on_its_way_back_may_be_given_again(
    office: StaffOffice, url: str, browser: Any
) -> None:
    page = hold(browser).new_page()
    page.goto(f"{url}/s/{office.link(office.budi)}")
    until(page, office, office.budi, {Step.OPENED})

    def lose(route: Any) -> None:
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    page.route("**/said", lose, times=1)
    page.get_by_role("button", name="Saya sudah membagikan").tap()
    page.wait_for_selector("text=Belum terkirim")
    assert office.steps(office.budi) == {Step.OPENED, Step.SAID}
    page.get_by_role("button", name="Saya sudah membagikan").tap()
    page.wait_for_selector("text=Tercatat: Anda sudah membagikan.")
    assert office.steps(office.budi) == {Step.OPENED, Step.SAID}


@pytest.mark.parametrize("width", [320, 360, 412])
def test_nothing_sticks_out_every_target_is_thumb_sized_and_nothing_shifts(
    office: StaffOffice, url: str, browser: Any, width: int
) -> None:
    page = hold(browser, width=width).new_page()
    page.add_init_script(
        "window.shifted = 0; new PerformanceObserver((list) => list.getEntries().forEach((e) => shifted += e.value))"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    for member, path in ((office.budi, ""), (office.dewi, ""), (office.citra, ""), (office.ayu, "/twibbon")):
        page.goto(f"{url}/s/{office.link(member)}{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        small = page.evaluate(
            """Array.from(document.querySelectorAll(
                "button, .button, label.choice, summary, .sizes a, input[type=text]"))
            .filter((each) => each.offsetParent && (each.offsetHeight < 48 || each.offsetWidth < 48))
            .map((each) => each.outerHTML)"""
        )
        assert small == []
        assert page.evaluate("window.shifted") < 0.1, member.name


# --- the frame ---


def photo(size: tuple[int, int], *, orientation: int = 1) -> bytes:
    """Red above and blue below, as it was held; stored as a phone stores it that was held otherwise."""
    image = Image.new("RGB", size, "blue")
    ImageDraw.Draw(image).rectangle((0, 0, size[0], size[1] // 2), fill="red")
    if orientation == 3:
        image = image.rotate(180)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def pick(page: Any, data: bytes, name: str = "foto.jpg", kind: str = "image/jpeg") -> None:
    page.set_input_files("input[type=file]", {"name": name, "mimeType": kind, "buffer": data})


def colors(page: Any) -> list[list[int]]:
    """Of the canvas, near the top and near the bottom of the hole."""
    found: list[list[int]] = page.evaluate(
        """[200, 700].map((y) => Array.from(
            document.querySelector("canvas").getContext("2d").getImageData(500, y, 1, 1).data).slice(0, 3))"""
    )
    return found


@pytest.fixture
def twibbon(office: StaffOffice, url: str, browser: Any) -> Any:
    page = hold(browser).new_page()
    page.goto(f"{url}/s/{office.link(office.ayu)}")
    page.get_by_role("link", name="Pasang foto saya di bingkai").tap()
    page.wait_for_selector(".tool:not([hidden])")
    return page


@pytest.mark.parametrize("orientation", [1, 3])
def test_the_photo_lies_upright_in_the_frame_and_never_leaves_the_phone(
    office: StaffOffice, twibbon: Any, orientation: int
) -> None:
    sent: list[tuple[str, bytes]] = []
    twibbon.on("request", lambda request: sent.append((request.url, request.post_data_buffer or b"")))
    pick(twibbon, photo((900, 1200), orientation=orientation))
    twibbon.wait_for_selector("[data-save]:not([aria-disabled])")
    (above, below) = colors(twibbon)
    assert above[0] > 200 > 60 > above[2] and below[2] > 200 > 60 > below[0]
    twibbon.wait_for_selector("[data-share]:visible")
    twibbon.get_by_role("button", name="Bagikan", exact=True).tap()
    twibbon.wait_for_function("window.given.length")
    until(twibbon, office, office.ayu, {Step.OPENED, Step.SHEET})
    with twibbon.expect_download() as loading:
        twibbon.get_by_role("link", name="Simpan gambar").tap()
    made = Path(loading.value.path()).read_bytes()
    assert Image.open(BytesIO(made)).size == (1080, 1350) and len(made) < 200_000
    assert [(address.rpartition("/")[2], body) for address, body in sent if not address.startswith("blob:")] == [
        ("share", b"place=share")
    ]


def test_the_photo_is_moved_and_enlarged_by_keys_buttons_and_fingers(twibbon: Any) -> None:
    pick(twibbon, photo((900, 1200)))
    twibbon.wait_for_selector("[data-save]:not([aria-disabled])")
    before = twibbon.evaluate("document.querySelector('canvas').toDataURL()")
    for act in (
        lambda: twibbon.locator("canvas").press("+"),
        lambda: twibbon.locator("canvas").press("ArrowDown"),
        lambda: twibbon.get_by_role("button", name="Ke atas").tap(),
        lambda: twibbon.locator("input[type=range]").fill("250"),
        lambda: drag(twibbon),
    ):
        act()
        after = twibbon.evaluate("document.querySelector('canvas').toDataURL()")
        assert after != before
        before = after
    twibbon.locator("input[type=range]").fill("100")
    assert colors(twibbon)[0][0] > 200  # the hole stays covered


def drag(page: Any) -> None:
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 60)
    page.mouse.up()


def test_what_is_no_photo_or_too_large_is_refused_kindly(twibbon: Any) -> None:
    pick(twibbon, b"ini catatan rapat, bukan foto\n" * 50)
    twibbon.wait_for_selector("text=bukan gambar yang dapat ditampilkan")
    file = BytesIO()
    Image.new("L", (10_000, 10_000)).save(file, "JPEG", quality=10)
    pick(twibbon, file.getvalue())
    twibbon.wait_for_selector("text=terlalu besar untuk ponsel")
    pick(twibbon, photo((60, 60)))
    twibbon.wait_for_selector("text=terlalu kecil")
    assert not twibbon.locator("canvas").is_visible()
    pick(twibbon, photo((900, 1200)))
    twibbon.wait_for_selector("canvas:visible")


def test_without_javascript_the_frame_says_what_to_do_instead(office: StaffOffice, url: str, browser: Any) -> None:
    page = hold(browser, script=False, share=False).new_page()
    page.goto(f"{url}/s/{office.link(office.ayu)}/twibbon")
    assert page.get_by_text("memerlukan JavaScript").is_visible()
    page.get_by_role("link", name="Kembali ke halaman saya").tap()
    page.wait_for_selector("figure img")
