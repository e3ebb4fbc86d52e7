"""Links that people share lead on or to the public page; people's visits are counted, programs' are not."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select

from prokes_social.app import App, workspace
from prokes_social.model.card import CardRequest
from prokes_social.model.platform import Size
from prokes_social.model.staff import Purpose
from prokes_social.model.wave import WaveStatus
from prokes_social.settings import load_settings
from prokes_social.sharing.places import all_places
from prokes_social.store import consents, offers, waves
from prokes_social.store.tables import click, share_step
from prokes_social.web import build
from tests.conftest import SetClock
from tests.factories import add_person, put_wave

PHONE = (
    "Mozilla/5.0 (Linux; Android 10; SM-A107F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)
LINK = "https://dinkes.nusaraya.go.id/5m?a=1&b=%20x#cara"
NAME = "Dra. Hj. Siti Rahmawati, M.Si."
ALT = 'Kartu "janji" pegawai <b>Nusa Raya</b>'
CAPTION = "Cuci tangan 20 detik, yuk. Sabun & air mengalir sudah cukup.\n\nMana <kebiasaan> keluarga Anda? #AgenProkes"
PLEDGE = {"pledge": "Saya cuci tangan *20 detik* sebelum memeluk anak-anak.", "campaign": "#SalingJaga"}
ANNOUNCEMENT = {"headline": "Cuci tangan 20 detik", "source": "WHO, kebersihan tangan"}
SIZES = (Size(1080, 1350), Size(1200, 630))


@dataclass
class Site:
    app: App
    client: TestClient

    def share(self, *, person: str = NAME, message: str = "cuci-tangan", **more: Any) -> str:
        """A person shares a message; its code."""
        member = add_person(self.app.store, person)
        wave = put_wave(self.app.store, status=WaveStatus.OPEN, message=message, **more)
        with self.app.store.write() as tx:
            offers.add(tx, wave.id, [(member.id, member.unit.id)], now=self.app.clock.now())
            return next(each.code for each in offers.of_wave(tx, wave.id) if each.person_id == member.id)

    def share_card(
        self, template: str = "pledge", slots: Mapping[str, str] = PLEDGE, sizes: tuple[Size, ...] = SIZES, **more: Any
    ) -> str:
        request = CardRequest(template=template, brand="nusa-raya", size=sizes[0], slots=slots, alt_text=ALT, link=LINK)
        return self.share(
            **{"card": request, "alt_text": ALT, "sizes": sizes, "captions": (CAPTION,), "link": LINK,
               "card_digest": self.app.shared_digest(request), **more}
        )  # fmt: skip

    def clicks(self) -> dict[str, tuple[int, int]]:
        """Clicks and visitors by place."""
        with self.app.store.read() as tx:
            rows = tx.execute(select(click)).all()
        places = {row.place for row in rows}
        return {
            place: (sum(row.count for row in rows if row.place == place), sum(row.place == place for row in rows))
            for place in places
        }

    def withdraw(self, code: str) -> None:
        with self.app.store.write() as tx:
            offer = offers.by_codes(tx, [code])[0]
            waves.cancel(tx, offer.wave_id, reason="withdrawn")

    def stop(self, code: str) -> None:
        """The person stops sharing."""
        with self.app.store.write() as tx:
            person_id = offers.by_codes(tx, [code])[0].person_id
            assert person_id
            consents.record(
                tx, person_id, Purpose.LINK, given=False, wording="tidak", by="person", now=self.app.clock.now()
            )


@pytest.fixture
def site(tmp_path: Path, clock: SetClock) -> Iterator[Site]:
    workspace.make(tmp_path, {})
    (tmp_path / "prokes.toml").write_text('[organisation]\nname = "Provinsi Nusa Raya"\nunit = "Dinas Kesehatan"\n')
    settings = load_settings({"PROKES_HOME": str(tmp_path), "PROKES_PUBLIC_URL": "https://sehat.nusaraya.go.id"})
    app = App(settings, clock)
    with TestClient(build(app), follow_redirects=False, headers={"User-Agent": PHONE}) as client:
        yield Site(app, client)
    app.close()


@contextmanager
def served(app: App) -> Iterator[str]:
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(build(app), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=5)


def metas(page: str) -> dict[str, str]:
    return {
        name: unescape(said) for name, said in re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', page)
    }


# --- the redirect ---


def test_a_tracked_link_leads_on_with_utm_parameters_and_keeps_the_links_own(site: Site) -> None:
    code = site.share(link=LINK)
    answer = site.client.get(f"/r/{code}-w")
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["location"])
    assert (parts.netloc, parts.path, parts.fragment) == ("dinkes.nusaraya.go.id", "/5m", "cara")
    assert parts.query.startswith("a=1&b=%20x&")
    assert parse_qs(parts.query) == {
        "a": ["1"], "b": [" x"], "utm_source": ["whatsapp"], "utm_medium": ["pegawai"], "utm_campaign": ["agen"],
        "utm_content": ["cuci-tangan"],
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert site.clicks() == {"whatsapp": (1, 1)}


def test_what_the_link_says_itself_in_utm_parameters_stays(site: Site) -> None:
    code = site.share(link="https://dinkes.nusaraya.go.id/?utm_campaign=lain")
    given = parse_qs(urlsplit(site.client.get(f"/r/{code}-x").headers["location"]).query)
    assert (given["utm_campaign"], given["utm_source"]) == (["lain"], ["x"])


def test_each_place_is_counted_by_its_name(site: Site) -> None:
    code = site.share()
    for tag in (*(place.tag for place in all_places()), "q", "l", "n"):
        site.client.get(f"/r/{code}-{tag}")
    site.client.get(f"/r/{code.upper()}-Q")
    site.client.get(f"/r/{code}")
    site.client.get(f"/k/{code}-9.")
    expected = {place.name: (1, 1) for place in all_places()}
    assert site.clicks() == {**expected, "qr": (2, 1), "link": (2, 1), "share": (1, 1), "other": (1, 1)}


def test_a_message_without_a_link_leads_to_the_public_page_and_is_counted_once(site: Site) -> None:
    code = site.share(link=None)
    answer = site.client.get(f"/r/{code}-q")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/k/{code}-q")
    assert site.client.get(answer.headers["location"]).status_code == 200
    assert site.clicks() == {"qr": (1, 1)}


# --- the public page ---


def test_the_public_page_shows_card_caption_source_and_the_way_on(site: Site) -> None:
    code = site.share_card("announcement", ANNOUNCEMENT)
    answer = site.client.get(f"/k/{code}-f")
    page = answer.text
    assert answer.status_code == 200
    assert "Cuci tangan 20 detik, yuk. Sabun &amp; air mengalir sudah cukup." in page
    assert "Sumber: WHO, kebersihan tangan" in page
    assert "Apa ini?" in page
    assert "Provinsi Nusa Raya" in page
    assert f'src="/k/{code}.jpg" width="1080" height="1350"' in page
    assert re.search(r'href="https://dinkes\.nusaraya\.go\.id/5m\?a=1[^"]*utm_source=facebook[^"]*#cara"', page)
    assert site.clicks() == {"facebook": (1, 1)}


def test_previews_find_everything_in_the_tags_with_whole_addresses(site: Site) -> None:
    code = site.share_card()
    tags = metas(site.client.get(f"/k/{code}-f", headers={"User-Agent": "facebookexternalhit/1.1"}).text)
    assert tags["og:url"] == f"https://sehat.nusaraya.go.id/k/{code}-f"
    assert tags["og:image"] == tags["twitter:image"] == f"https://sehat.nusaraya.go.id/k/{code}.1200x630.jpg"
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "630")
    assert tags["og:image:alt"] == tags["twitter:image:alt"] == ALT
    assert tags["og:title"] == tags["twitter:title"] == "Cuci tangan 20 detik, yuk"
    assert tags["og:description"] == CAPTION
    assert tags["twitter:card"] == "summary_large_image"
    assert tags["og:site_name"] == "Provinsi Nusa Raya"
    assert tags["robots"] == "noindex"
    picture = site.client.get(urlsplit(tags["og:image"]).path)
    assert Image.open(BytesIO(picture.content)).size == (1200, 630)


def test_a_tall_card_alone_is_its_own_preview(site: Site) -> None:
    code = site.share_card(sizes=(Size(1080, 1350),))
    tags = metas(site.client.get(f"/k/{code}-w").text)
    assert (tags["og:image:width"], tags["og:image:height"], tags["twitter:card"]) == ("1080", "1350", "summary")


def test_a_card_that_changed_after_approval_is_not_shown_but_the_words_are(site: Site) -> None:
    code = site.share_card(card_digest="as-it-was")
    answer = site.client.get(f"/k/{code}-w")
    assert answer.status_code == 200
    assert "Cuci tangan 20 detik" in answer.text
    assert ".jpg" not in answer.text
    assert site.client.get(f"/k/{code}.jpg").status_code == 404


def test_the_card_is_light_and_may_be_cached(site: Site) -> None:
    code = site.share_card()
    answer = site.client.get(f"/k/{code}.jpg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(BytesIO(answer.content)).size == (1080, 1350)
    assert len(answer.content) < 200_000
    assert answer.headers["cache-control"].startswith("public, max-age=")
    again = site.client.get(f"/k/{code}.jpg", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert site.client.get(f"/k/{code}.99x99.jpg").status_code == 404
    assert site.clicks() == {}


def test_the_page_has_no_script_loads_nothing_foreign_and_is_small(site: Site) -> None:
    answer = site.client.get(f"/k/{site.share_card()}-w")
    page = answer.text
    assert "<script" not in page
    assert " on" not in re.findall(r"<[a-z]+([^>]*)>", page)
    assert not re.findall(r'(?:src|<link[^>]*href)="(?:https?:)?//', page)
    assert "<kebiasaan>" not in page
    assert "<b>" not in page
    assert len(answer.content) < 12_000
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "no-store"


def test_the_page_tells_nothing_of_the_person(site: Site) -> None:
    code = site.share_card()
    page = site.client.get(f"/k/{code}-w").text
    member = site.app.sharing.shared(code)
    assert member
    assert member.offer.person_id
    for secret in ("Siti", "Rahmawati", "/s/", "Diskominfo"):
        assert secret not in page


def test_without_a_public_address_nothing_is_said_that_a_request_made_up(tmp_path: Path, clock: SetClock) -> None:
    workspace.make(tmp_path, {})
    app = App(load_settings({"PROKES_HOME": str(tmp_path)}), clock)
    with TestClient(build(app), headers={"User-Agent": PHONE, "Host": "penipu.example"}) as client:
        page = client.get(f"/k/{Site(app, client).share_card()}-w")
    app.close()
    assert page.status_code == 200
    assert "penipu" not in page.text
    assert "og:image" not in page.text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1000, 700), (1366, 768)])
def test_it_looks_right_on_a_phone_and_on_a_desk(site: Site, browser: Any, width: int, height: int) -> None:
    code = site.share_card()
    with served(site.app) as url:
        page = browser.new_page(viewport={"width": width, "height": height}, java_script_enabled=False)
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text))
        page.goto(f"{url}/k/{code}-w")
        picture, button, about = (page.locator(each).bounding_box() for each in ("img", ".button", ".about"))
        assert page.locator("body").bounding_box()["width"] == width
        page.close()
    assert troubles == []
    for box in (picture, button, about):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert picture["width"] / picture["height"] == pytest.approx(1080 / 1350, abs=0.01)
    assert button["height"] >= 48
    if width == 360:
        assert (picture["x"], picture["width"]) == (0, 360)
        assert button["y"] > picture["y"] + picture["height"]
    else:
        assert picture["y"] + picture["height"] <= height
        assert button["x"] > picture["x"] + picture["width"]
    assert site.clicks() == {}  # a headless browser is no person


# --- what is no longer, or never was ---


@pytest.mark.parametrize("text", ["zzzzzzzzzz-w", "pendek", "a" * 500, "%00", "abc'--", "ǆabcdefghi-w", "%F0%9F%A7%BC"])
def test_an_unknown_link_is_answered_kindly(site: Site, text: str) -> None:
    site.share()
    for door in ("r", "k"):
        answer = site.client.get(f"/{door}/{text}")
        assert answer.status_code == 404
        assert "Tautan ini tidak menuju ke mana-mana" in answer.text
    assert site.client.get(f"/k/{text}.jpg").status_code == 404
    assert site.clicks() == {}


def test_a_withdrawn_message_is_gone_and_so_is_its_card(site: Site) -> None:
    code = site.share_card()
    site.withdraw(code)
    for address in (f"/k/{code}-w", f"/r/{code}-q"):
        answer = site.client.get(address)
        assert answer.status_code == 410
        assert "Pesan ini sudah tidak dibagikan" in answer.text
        assert "Cuci tangan" not in answer.text
        assert ".jpg" not in answer.text
    assert site.client.get(f"/k/{code}.jpg").status_code == 410
    assert site.clicks() == {}


def test_whoever_stops_sharing_is_shown_and_counted_no_more_while_the_message_leads_on(site: Site) -> None:
    code = site.share_card()
    site.client.get(f"/r/{code}-q")
    site.stop(code)
    assert site.client.get(f"/k/{code}-w").status_code == 410
    assert site.client.get(f"/k/{code}.jpg").status_code == 410
    assert site.client.get(f"/r/{code}-q").status_code == 302
    assert site.clicks() == {"qr": (1, 1)}


# --- who counts ---


def test_one_person_who_clicks_twice_is_two_clicks_and_one_visitor(site: Site) -> None:
    code = site.share()
    for _time in range(2):
        site.client.get(f"/r/{code}-w")
    assert site.clicks() == {"whatsapp": (2, 1)}
    site.client.get(f"/r/{code}-w", headers={"User-Agent": PHONE.replace("SM-A107F", "Redmi 9A")})
    assert site.clicks() == {"whatsapp": (3, 2)}


def test_asking_for_headers_and_loading_ahead_is_not_counted(site: Site) -> None:
    code = site.share()
    assert site.client.head(f"/r/{code}-w").status_code == 302
    assert site.client.head(f"/k/{code}-w").status_code == 200
    assert site.client.get(f"/k/{code}-w", headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 200
    assert site.clicks() == {}


PREVIEWS = (
    "WhatsApp/2.23.20.0 A", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "TelegramBot (like TwitterBot)", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "python-requests/2.32",
)  # fmt: skip


@pytest.mark.parametrize("each_opens", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_ten_preview_bots_open_a_thousand_links_and_nothing_is_counted(site: Site, each_opens: int) -> None:
    people = [add_person(site.app.store, f"Pegawai {n}") for n in range(1000)]
    wave = put_wave(site.app.store, status=WaveStatus.OPEN)
    with site.app.store.write() as tx:
        offers.add(tx, wave.id, [(each.id, each.unit.id) for each in people], now=site.app.clock.now())
        codes = [each.code for each in offers.of_wave(tx, wave.id)]
    service = build(site.app)

    async def open_all() -> set[int]:
        statuses = set()
        for number, bot in enumerate(PREVIEWS):
            first = number * each_opens % len(codes)
            opened = enumerate(codes[first : first + each_opens])
            asked = (ask(service, f"/{'rk'[n % 2]}/{code}-w", {"user-agent": bot}) for n, code in opened)
            statuses |= set(await asyncio.gather(*asked))
        return statuses

    assert asyncio.run(open_all()) == {200, 302}
    with site.app.store.read() as tx:
        assert tx.execute(select(share_step)).all() == []
    assert site.clicks() == {}
    for _time in range(2):
        site.client.get(f"/r/{codes[0]}-w")
    assert site.clicks() == {"whatsapp": (2, 1)}


async def ask(service: Any, path: str, headers: Mapping[str, str]) -> int:
    """One GET without a socket; its status."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("10.0.0.9", 1),
        "server": ("x", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await service(scope, receive, send)
    return int(statuses[0])
