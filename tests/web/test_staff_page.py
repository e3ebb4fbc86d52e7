"""The phone page over HTTP: every route, every bad link, what is noted, headers, and the budget in bytes."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from prokes_social.model.staff import Purpose
from prokes_social.model.wave import Step, WaveStatus
from prokes_social.sharing.places import all_places
from prokes_social.store import consents, waves
from prokes_social.web.proof import address_of_post
from prokes_social.web.staff import MOST_BYTES, build_phone
from tests.web.staff_office import PHONE, StaffOffice, staffed

PUBLIC = "https://prokes.nusaraya.go.id"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StaffOffice]:
    with staffed(tmp_path / "kantor", PROKES_PUBLIC_URL=PUBLIC) as opened:
        yield opened


@pytest.fixture
def phone(office: StaffOffice) -> TestClient:
    return TestClient(build_phone(office.app), base_url=PUBLIC, follow_redirects=False, headers={"User-Agent": PHONE})


def seen(answer: Any) -> str:
    """What stands on a page, without tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


# --- reading ---


def test_whoever_never_answered_is_asked_with_the_wording_and_two_equal_buttons(
    office: StaffOffice, phone: TestClient
) -> None:
    answer = phone.get(f"/s/{office.link(office.dewi)}")
    assert answer.status_code == 200
    assert "Halo, Dewi Anggraini" in seen(answer)
    assert str(Purpose.LINK.remark) in seen(answer)
    buttons = re.findall(r'<button class="([^"]*)" name="given" value="(yes|no)">([^<]+)', answer.text)
    assert [(kind.strip(), value, words) for kind, value, words in buttons] == [
        ("button", "yes", "Ya, saya mau"), ("button", "no", "Tidak, terima kasih"),
    ]  # fmt: skip
    assert "<img" not in answer.text


def test_whoever_agreed_sees_their_card_captions_and_places(office: StaffOffice, phone: TestClient) -> None:
    answer = phone.get(f"/s/{office.link(office.budi)}")
    invitation = office.invitation(office.budi)
    assert "Halo, Budi Santoso, S.Kep." in seen(answer)
    for caption in invitation.wave.content.captions:
        assert " ".join(caption.split()) in seen(answer)
    [picture] = re.findall(r"<img[^>]+>", answer.text)
    assert f'alt="{invitation.wave.content.alt_text}"' in picture
    assert 'width="1080" height="1350"' in picture
    assert re.findall(r'name="place" value="(\w+)"', answer.text) == [
        "whatsapp",
        "facebook",
        "telegram",
        "threads",
        "x",
    ]


def test_people_see_how_often_their_own_links_were_opened_and_nobody_elses(
    office: StaffOffice, phone: TestClient
) -> None:
    code = office.invitation(office.budi).offer.code
    assert "sudah dibuka" not in seen(phone.get(f"/s/{office.link(office.budi)}"))
    for agent in (PHONE, PHONE, "WhatsApp/2.23"):
        phone.get(f"/r/{code}-w", headers={"User-Agent": agent})
    assert "Tautan Anda sudah dibuka 2 kali" in seen(phone.get(f"/s/{office.link(office.budi)}"))
    assert "sudah dibuka" not in seen(phone.get(f"/s/{office.link(office.ayu)}"))


def test_reading_notes_nothing(office: StaffOffice, phone: TestClient) -> None:
    base = f"/s/{office.link(office.budi)}"
    invitation = office.invitation(office.budi)
    for path in ("", f"/{invitation.offer.id}/1080x1350.jpg", f"/{invitation.offer.id}/said", "/twibbon", "/consent"):
        for method in ("GET", "HEAD"):
            phone.request(method, base + path)
    assert office.steps(office.budi) == set()


def test_the_card_is_the_persons_own_in_each_size_and_light(office: StaffOffice, phone: TestClient) -> None:
    offer = office.invitation(office.budi).offer
    for size in ((1080, 1350), (1080, 1920)):
        answer = phone.get(f"/s/{office.link(office.budi)}/{offer.id}/{size[0]}x{size[1]}.jpg")
        assert answer.headers["content-type"] == "image/jpeg"
        assert Image.open(BytesIO(answer.content)).size == size
        assert len(answer.content) < 200_000
        assert answer.headers["cache-control"].startswith("private")
    saved = phone.get(f"/s/{office.link(office.budi)}/{offer.id}/1080x1350.jpg?v=1&save")
    assert saved.headers["content-disposition"].startswith("attachment; filename=")


def test_pages_styles_and_scripts_stay_within_the_budget(office: StaffOffice, phone: TestClient) -> None:
    for path in ("", "/twibbon"):
        page = phone.get(f"/s/{office.link(office.ayu)}{path}")
        parts = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        assert len(parts) == 2
        total = len(page.content) + sum(len(phone.get(part).content) for part in parts)
        assert total < 40_000, path


def test_a_page_has_no_script_or_style_within_and_says_so(office: StaffOffice, phone: TestClient) -> None:
    for path in (f"/s/{office.link(office.budi)}", f"/s/{office.link(office.ayu)}/twibbon", "/s/salah"):
        answer = phone.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert not re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=|javascript:", answer.text)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "no-store" in answer.headers["cache-control"]


def test_scripts_speak_the_language_of_browsers_of_2018(phone: TestClient) -> None:
    for name in ("staff.js", "staff_twibbon.js"):
        code = re.sub(r"//.*|/\*.*?\*/", "", phone.get(f"/static/{name}").text)
        assert not re.search(r"\?\.[a-z(\[]|\?\?|\.at\(|replaceAll|\.flat\(|Object\.fromEntries|catch \{", code), name
    style = phone.get("/static/staff.css").text
    assert not re.search(r":has\(|:is\(|:where\(|(?<![-\w])gap:|inset:|clamp\(|min\(|max\(", style)
    assert phone.get("/static/..%2Fstaff.py").status_code == 404


def test_text_is_dark_enough_for_daylight(phone: TestClient) -> None:
    style = phone.get("/static/staff.css").text
    colors = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", style))
    grounds = ["#ffffff", colors["ground"], colors["good"], colors["mind"]]
    for name in ("ink", "soft", "go"):
        for ground in grounds:
            assert contrast(colors[name], ground) >= 7, (name, ground)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- links that open nothing ---


def test_guessed_ended_and_foreign_links_get_one_friendly_page_that_reveals_nothing(
    office: StaffOffice, phone: TestClient
) -> None:
    good, offer = office.link(office.budi), office.invitation(office.budi).offer
    ended = office.link(office.dewi)
    office.app.sharing.end_links(office.dewi)
    number, version, signature = good.split("-", 2)
    bad = [
        ended, "salah", "%00", "1", "1-1-", f"{number}-{version}-{'A' * 24}", f"{office.ayu.id}-1-{signature}",
        f"{number}-2-{signature}", "٣-1-x", "x" * 3000, f"{good}x", "../etc",
    ]  # fmt: skip
    first = phone.get("/s/salah")
    for link in bad:
        for path in ("", f"/{offer.id}/1080x1350.jpg", "/twibbon", "/apa/saja/di/sini"):
            answer = phone.get(f"/s/{link}{path}")
            assert answer.status_code == 404, link
            assert "Budi" not in answer.text
            if link != "../etc":
                assert answer.text == first.text
        for path in ("/consent", f"/{offer.id}/said", f"/{offer.id}/share"):
            assert phone.post(f"/s/{link}{path}", data={"purpose": "link", "given": "no"}).status_code == 404
    assert "koordinator di unit Anda" in seen(first)
    assert office.steps(office.budi) == set() and office.page(office.budi).agreed


def test_another_persons_invitation_is_out_of_reach(office: StaffOffice, phone: TestClient) -> None:
    mine, theirs = office.link(office.budi), office.invitation(office.ayu).offer
    assert phone.get(f"/s/{mine}/{theirs.id}/1080x1350.jpg").status_code == 404
    for what in ("said", "declined", "share", "undo", "opened"):
        answer = phone.post(f"/s/{mine}/{theirs.id}/{what}", data={"place": "x"})
        assert answer.headers["location"] == f"/s/{mine}?ok=closed"
    assert office.steps(office.ayu) == set()


@pytest.mark.parametrize("size", ["1080x1080", "1x1", "99999999x1", "a", "1080x1350.png", "..%2F..%2Fkey"])
def test_only_the_sizes_that_are_offered_are_drawn(office: StaffOffice, phone: TestClient, size: str) -> None:
    offer = office.invitation(office.budi).offer
    assert phone.get(f"/s/{office.link(office.budi)}/{offer.id}/{size}.jpg").status_code in (303, 404)


# --- taps ---


def tap(phone: TestClient, office: StaffOffice, what: str, member: Any = None, **fields: str) -> str:
    """Where the tap leads, the person's own address left out."""
    member = member or office.budi
    base = f"/s/{office.link(member)}"
    number = office.invitation(member).offer.id
    answer = phone.post(f"{base}/{number}/{what}", data=fields)
    assert answer.status_code == 303
    return str(answer.headers["location"]).replace(base, "").replace(f"a={number}&", "")


def test_saying_yes_opens_what_is_going_on_and_keeps_the_wording(office: StaffOffice, phone: TestClient) -> None:
    base = f"/s/{office.link(office.dewi)}"
    for _tap in range(2):
        answer = phone.post(f"{base}/consent", data={"purpose": "link", "given": "yes"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{base}?ok=link-yes")
    assert "Selamat bergabung!" in seen(phone.get(f"{base}?ok=link-yes"))
    assert len(office.page(office.dewi).invitations) == 1
    with office.app.store.read() as tx:
        [said] = consents.history(tx, office.dewi.id)
    assert (said.given, said.by, said.wording) == (True, "person", Purpose.LINK.remark.id)


def test_saying_no_is_final_until_they_come_back(office: StaffOffice, phone: TestClient) -> None:
    base = f"/s/{office.link(office.dewi)}"
    phone.post(f"{base}/consent", data={"purpose": "link", "given": "no"})
    page = phone.get(base)
    assert "Anda tidak diajak lagi" in seen(page) and "Ya, saya mau" in seen(page)
    assert office.page(office.dewi).agreed is False


def test_stopping_ends_everything_at_once_and_leaves_a_way_back(office: StaffOffice, phone: TestClient) -> None:
    base, offer = f"/s/{office.link(office.budi)}", office.invitation(office.budi).offer
    assert "Berhenti" in seen(phone.get(base))
    phone.post(f"{base}/consent", data={"purpose": "link", "given": "no"})
    assert "<img" not in phone.get(base).text
    assert phone.get(f"{base}/{offer.id}/1080x1350.jpg").status_code == 404
    phone.post(f"{base}/consent", data={"purpose": "link", "given": "yes"})
    assert "<img" in phone.get(base).text


def test_opened_is_noted_by_the_script_for_people_alone(office: StaffOffice, phone: TestClient) -> None:
    address = f"/s/{office.link(office.budi)}/{office.invitation(office.budi).offer.id}/opened"
    for agent in (
        "WhatsApp/2.23.20.0 A",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 HeadlessChrome/120.0",
    ):
        phone.post(address, headers={"User-Agent": agent})
    assert office.steps(office.budi) == set()
    for _time in range(2):
        assert phone.post(address).status_code == 204
    assert office.steps(office.budi) == {Step.OPENED}


def test_each_place_opens_with_the_words_and_the_public_page_and_never_the_secret_link(
    office: StaffOffice, phone: TestClient
) -> None:
    code = office.invitation(office.budi).offer.code
    for place in all_places():
        target = tap(phone, office, "share", place=place.name, caption="1", words="")
        assert target == place.address(
            office.invitation(office.budi).wave.content.captions[1], f"{PUBLIC}/k/{code}-{place.tag}"
        )
        assert "/s/" not in unescape(target)
    assert office.steps(office.budi) == {Step.OPENED, Step.SHEET}


def test_own_words_are_shared_where_the_box_was_changed(office: StaffOffice, phone: TestClient) -> None:
    captions = office.invitation(office.budi).wave.content.captions
    typed = captions[0].replace("\n", "\r\n")  # as browsers send it
    unchanged = tap(phone, office, "share", place="telegram", caption="2", words=typed)
    assert "keluarga%20lebih%20tenang" in unchanged
    own = tap(phone, office, "share", place="telegram", caption="2", words="Kata saya & teman <b>")
    assert "text=Kata%20saya%20%26%20teman%20%3Cb%3E" in own
    for number in ("99", "-1", "x", "²"):
        assert tap(phone, office, "share", place="telegram", caption=number, words="").startswith("https://t.me/")


def test_an_unknown_place_notes_nothing(office: StaffOffice, phone: TestClient) -> None:
    tap(phone, office, "share", place="https://jahat.example")
    assert office.steps(office.budi) == set()


def test_said_proof_declined_and_undone_are_each_one_tap_and_repeating_changes_nothing(
    office: StaffOffice, phone: TestClient
) -> None:
    for _tap in range(2):
        assert tap(phone, office, "said") == "?ok=said"
    assert office.steps(office.budi) == {Step.OPENED, Step.SAID}
    assert tap(phone, office, "said", proof="https://www.facebook.com/budi/posts/1?fbclid=abc#x") == "?ok=proof"
    assert office.invitation(office.budi).offer.proof == "https://www.facebook.com/budi/posts/1"
    for _tap in range(2):
        assert tap(phone, office, "undo") == "?ok=undone"
    assert office.steps(office.budi) == {Step.OPENED}
    assert office.invitation(office.budi).offer.proof == ""
    for _tap in range(2):
        assert tap(phone, office, "declined") == "?ok=declined"
    assert office.steps(office.budi) == {Step.OPENED, Step.DECLINED}
    assert tap(phone, office, "said") == "?ok=said"
    assert office.steps(office.budi) == {Step.OPENED, Step.SAID}


def test_an_address_that_can_t_be_read_is_said_kindly_and_kept_in_the_box(
    office: StaffOffice, phone: TestClient
) -> None:
    target = tap(phone, office, "said", proof='sudah di status WA "saya"')
    page = phone.get(f"/s/{office.link(office.budi)}{target}&a={office.invitation(office.budi).offer.id}")
    assert "alamatnya belum terbaca" in seen(page)
    assert 'value="sudah di status WA &#34;saya&#34;"' in page.text
    assert office.steps(office.budi) == {Step.OPENED, Step.SAID}


def test_a_confirmation_that_the_page_belies_is_not_shown(office: StaffOffice, phone: TestClient) -> None:
    for kind in ("said", "proof", "declined", "link-no", "photo-yes", "<script>"):
        assert 'role="status" tabindex="-1" hidden' in phone.get(f"/s/{office.link(office.budi)}?ok={kind}").text


def test_a_message_that_was_withdrawn_meanwhile_is_told_kindly(office: StaffOffice, phone: TestClient) -> None:
    invitation = office.invitation(office.budi)
    with office.app.store.write() as tx:
        waves.cancel(tx, invitation.wave.id, reason="")
    answer = phone.post(f"/s/{office.link(office.budi)}/{invitation.offer.id}/said", data={})
    assert answer.headers["location"].endswith("?ok=closed")
    page = phone.get(answer.headers["location"])
    assert "Ajakan itu sudah berakhir" in seen(page) and "belum ada yang perlu dibagikan" in seen(page)
    with office.app.store.read() as tx:
        found = waves.get(tx, invitation.wave.id)
    assert found and found.status is WaveStatus.CANCELLED


def test_the_language_is_the_persons_choice_and_stays(office: StaffOffice, phone: TestClient) -> None:
    base = f"/s/{office.link(office.budi)}"
    assert '<html lang="id">' in phone.get(base).text
    phone.post(f"{base}/language", data={"language": "en"})
    assert '<html lang="en">' in phone.get(base).text and "Hello, Budi" in seen(phone.get(base))
    phone.post(f"{base}/language", data={"language": "xx"})
    assert '<html lang="en">' in phone.get(base).text
    assert office.page(office.budi).member.languages == ("en", "id")


def test_the_photo_is_asked_for_on_its_own_and_only_where_there_is_one(office: StaffOffice, phone: TestClient) -> None:
    base = f"/s/{office.link(office.budi)}"
    assert str(Purpose.PHOTO.remark) not in seen(phone.get(base))
    phone.post(f"{base}/consent", data={"purpose": "photo", "given": "yes"})
    assert office.page(office.budi).consents[Purpose.PHOTO] is True
    phone.post(f"{base}/consent", data={"purpose": "post", "given": "yes"})
    assert Purpose.POST not in office.page(office.budi).consents


# --- taps that are not ours ---


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://jahat.example"}],
)
def test_a_tap_from_another_site_changes_nothing(
    office: StaffOffice, phone: TestClient, headers: dict[str, str]
) -> None:
    address = f"/s/{office.link(office.budi)}/{office.invitation(office.budi).offer.id}/said"
    assert phone.post(address, headers=headers).status_code == 403
    assert office.steps(office.budi) == set()


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": PUBLIC}, {"Origin": "null"}, {}])
def test_a_tap_from_our_own_page_counts_in_old_and_new_browsers(
    office: StaffOffice, phone: TestClient, headers: dict[str, str]
) -> None:
    address = f"/s/{office.link(office.budi)}/{office.invitation(office.budi).offer.id}/said"
    assert phone.post(address, headers=headers).status_code == 303
    assert Step.SAID in office.steps(office.budi)


def test_a_form_that_is_too_large_or_spoiled_changes_nothing(office: StaffOffice, phone: TestClient) -> None:
    address = f"/s/{office.link(office.budi)}/{office.invitation(office.budi).offer.id}/said"
    assert phone.post(address, content=b"proof=" + b"x" * MOST_BYTES).status_code == 403
    assert phone.post(address, content=b"&".join(b"a=1" for _n in range(100))).status_code == 403
    assert office.steps(office.budi) == set()


# --- posting by hand ---


def test_who_looks_after_an_account_sees_its_card_without_their_name_and_gives_the_address(
    office: StaffOffice, phone: TestClient
) -> None:
    base, invitation = f"/s/{office.link(office.citra)}", office.invitation(office.citra)
    page = phone.get(base)
    assert "ig-dinas" in seen(page) and "Buka aplikasi" in seen(page)
    assert "readonly" in page.text and 'name="proof"' in page.text and "required" in page.text
    assert "Tidak kali ini" not in seen(page)
    card = phone.get(f"{base}/{invitation.offer.id}/{invitation.wave.content.sizes[0]}.jpg")
    assert card.status_code == 200
    assert card.content == office.app.sharing.card(invitation, invitation.wave.content.sizes[0])
    assert office.app.sharing._on_card(invitation).keys() == {"link"}
    assert tap(phone, office, "share", office.citra) == "https://instagram.com/"
    assert tap(phone, office, "said", office.citra, proof="instagram.com/p/abc/?igsh=1") == "?ok=proof"
    assert office.invitation(office.citra).offer.proof == "https://instagram.com/p/abc/"


# --- the frame for a photo ---


def test_the_frame_is_transparent_where_the_photo_belongs_and_carries_the_name(
    office: StaffOffice, phone: TestClient
) -> None:
    base, offer = f"/s/{office.link(office.ayu)}", office.invitation(office.ayu).offer
    assert f"{base}/twibbon?a={offer.id}" in phone.get(base).text
    assert f"/{offer.id}/1080x1350.webp" in phone.get(f"{base}/twibbon").text
    answer = phone.get(f"{base}/{offer.id}/1080x1350.webp")
    frame = Image.open(BytesIO(answer.content))
    assert (frame.size, frame.mode) == ((1080, 1350), "RGBA")
    left, top, right, bottom = map(int, answer.headers["x-hole"].split())
    assert frame.getpixel(((left + right) // 2, top + (bottom - top) // 3))[3] == 0
    assert frame.getpixel((10, 10))[3] == 255 and frame.getpixel((540, 1300))[3] == 255
    assert len(answer.content) < 200_000
    office.app.sharing.answer(office.page(office.ayu), Purpose.LINK, given=False)
    assert phone.get(f"{base}/{offer.id}/1080x1350.webp").status_code == 404


def test_a_card_without_room_for_a_photo_has_no_frame(office: StaffOffice, phone: TestClient) -> None:
    base, offer = f"/s/{office.link(office.budi)}", office.invitation(office.budi).offer
    assert phone.get(f"{base}/twibbon").headers["location"] == base
    assert phone.get(f"{base}/{offer.id}/1080x1350.webp").status_code == 410


def test_a_template_that_changed_after_approval_draws_nothing(office: StaffOffice, phone: TestClient) -> None:
    invitation = office.invitation(office.ayu)
    templates = office.app.studio.templates
    templates["twibbon"] = templates["twibbon"].model_copy(update={"picture": "png"})
    office.app.studio._boards.clear()
    for ending in ("jpg", "webp"):
        answer = phone.get(f"/s/{office.link(office.ayu)}/{invitation.offer.id}/1080x1350.{ending}")
        assert answer.status_code == 410 and "sedang diperbaiki" in answer.text
    assert [alarm.kind.value for alarm in office.app.decisions.alarms()] == ["card-changed"]


# --- mounted under a path, and the addresses of posts ---


def test_the_page_works_under_a_path_of_its_own(office: StaffOffice) -> None:
    from fastapi import FastAPI

    outer = FastAPI()
    outer.mount("/hp", build_phone(office.app))
    phone = TestClient(outer, base_url=PUBLIC, follow_redirects=False)
    page = phone.get(f"/hp/s/{office.link(office.budi)}")
    for address in re.findall(r'(?:href|src|action)="(/[^"]+)"', page.text):
        assert address.startswith("/hp/"), address
    [style] = re.findall(r'href="([^"]+staff\.css[^"]*)"', page.text)
    assert phone.get(style).status_code == 200


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://x.com/budi/status/1", "https://x.com/budi/status/1"),
        ("  HTTPS://WWW.Facebook.com/Budi/posts/1?fbclid=2&id=3#top ", "https://www.facebook.com/Budi/posts/1?id=3"),
        ("instagram.com/p/abc", "https://instagram.com/p/abc"),
        ("http://blog.nusaraya.go.id", "http://blog.nusaraya.go.id/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://x.com/a", None),
        ("https://orang@x.com/", None),
        ("https://127.0.0.1/", None),
        ("https://localhost/", None),
        ("https://prokes.nusaraya.go.id/s/1-1-abc", None),
        ("https://x.com:abc/", None),
        ("https://[::1", None),
        ('https://x.com/"><script>', None),
        ("sudah di status", None),
        ("https://x.com/" + "a" * 500, None),
        ("", None),
    ],
)
def test_addresses_of_posts_are_tidied_or_refused(typed: str, kept: str | None) -> None:
    assert address_of_post(typed, "prokes.nusaraya.go.id") == kept
