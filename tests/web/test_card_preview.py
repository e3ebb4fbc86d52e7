"""`prokes card preview` as a designer uses it: the real command, the real server, files edited beside it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from tests.cli.conftest import Run, run

__all__ = ["run"]

TEMPLATE = """\
label: {id: Salam hangat, en: Warm greeting}
slots:
  headline: {required: true, label: {id: Judul, en: Headline}}
  photo: {kind: photo, label: {id: Foto, en: Photo}}
parts:
  headline: {text: "{headline}", font: display, size: [60, 120], lines: 3, color: brand.on_primary}
sizes:
  1080x1080:
    layers:
      - {rect: brand.primary}
      - {use: headline}
  1600x900:
    layers:
      - {rect: brand.primary}
      - {use: headline}
samples:
  pendek:
    slots: {headline: Halo semua}
"""
BRAND = 'extends: nusa-raya\nname: Uji\ncolors: {primary: "#0F5C56"}\n'
CAMPAIGN = """\
id: salam
title: Salam dari dinas
purpose: Menyapa warga
owner: Dinas
brand: nusa-raya
starts_on: 2027-01-04
ends_on: 2027-01-31
messages:
  - id: halo
    text: Halo semua.
    card:
      template: salam
      slots: {headline: Halo semua}
      alt: Kartu salam untuk warga.
  - {id: tanpa-kartu, text: Tanpa kartu.}
"""


@dataclass
class Designer:
    """Who edits files beside a running preview."""

    url: str
    folder: Path
    process: "subprocess.Popen[str]"

    @property
    def template(self) -> Path:
        return self.folder / "assets" / "templates" / "salam.yaml"

    def page(self) -> str:
        answer = requests.get(self.url, timeout=20)
        assert answer.status_code == 200
        return answer.text

    def version(self) -> str:
        return str(requests.get(f"{self.url}version", timeout=20).json()["version"])

    def edit(self, old: str, new: str, file: Path | None = None) -> None:
        file = file or self.template
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def cards(self) -> list[str]:
        return re.findall(r'src="(/cards/[^"]+)"', self.page())

    def get(self, address: str) -> requests.Response:
        return requests.get(self.url + address.lstrip("/"), timeout=20)


@contextmanager
def previewing(folder: Path, *words: str, language: str = "id") -> Iterator[Designer]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PROKES_")}
    command = [sys.executable, "-c", "from prokes_social.cli import main; main()", "card", "preview", *words]
    with subprocess.Popen(
        command, cwd=folder, env=environment | {"PROKES_LANG": language}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout
        url = process.stdout.readline().strip()
        try:
            assert url.startswith("http://127.0.0.1:"), process.stderr.read() if process.stderr else ""
            yield Designer(url, folder, process)
        finally:
            process.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("templates/salam.yaml", TEMPLATE), ("brands/uji/brand.yaml", BRAND)):
        file = tmp_path / "assets" / name
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "assets" / "photos").mkdir()
    return tmp_path


@pytest.fixture
def designer(folder: Path) -> Iterator[Designer]:
    with previewing(folder, "assets/templates/salam.yaml", "--brand", "uji", "--brand", "nusa-raya") as designer:
        yield designer


def test_the_page_shows_every_size_and_brand_of_the_samples(designer: Designer) -> None:
    page = designer.page()
    assert len(designer.cards()) == 4
    assert "Salam hangat" in page and "pendek" in page
    assert page.count("1080 × 1080") == 3 and page.count("1600 × 900") == 3  # a choice of size, and two brands
    assert "<h2>uji</h2>" in page and "<h2>nusa-raya</h2>" in page


@pytest.mark.slow
def test_the_page_carries_no_script_or_style_of_its_own_and_may_load_only_ours(designer: Designer) -> None:
    answer = designer.get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=", answer.text)
    for name in ("preview.js", "preview.css"):
        assert designer.get(f"/static/{name}").status_code == 200
    assert designer.get("/static/..%2Fpreview.py").status_code == 404


@pytest.mark.slow
def test_a_card_is_the_real_file_and_its_weight_is_told_without_it(designer: Designer) -> None:
    [address, *_others] = designer.cards()
    card = designer.get(address)
    assert Image.open(BytesIO(card.content)).size == (1080, 1080)
    head = requests.head(designer.url + address.lstrip("/"), timeout=20)
    assert int(head.headers["content-length"]) == len(card.content)


@pytest.mark.slow
def test_guides_are_drawn_over_a_copy(designer: Designer) -> None:
    [address, *_others] = designer.cards()
    before = designer.get(address).content
    outlined = Image.open(BytesIO(designer.get(f"{address}?lines").content))
    assert outlined.format == "PNG" and outlined.size == (1080, 1080)
    assert designer.get(address).content == before


def test_an_edit_makes_new_cards_and_the_old_addresses_are_gone(designer: Designer) -> None:
    [old, *_others] = designer.cards()
    before = designer.get(old).content
    designer.edit("Halo semua", "Halo dunia")
    [new, *_others] = designer.cards()
    assert new != old
    assert designer.get(new).content != before
    assert designer.get(old).status_code == 404


def test_a_mistake_is_shown_with_its_place_and_a_caret_and_the_server_lives_on(designer: Designer) -> None:
    designer.edit("size: [60, 120]", "size: [besar, 120]")
    page = unescape(designer.page())
    assert designer.cards() == []
    assert "assets/templates/salam.yaml:6:56" in page
    assert re.search(r"6 \|.*besar.*\n +\| +\^", page)
    designer.edit("size: [besar, 120]", "size: [60, 120]")
    assert len(designer.cards()) == 4


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "label: [", "\x00\xff", "sizes: {1080x1080: {layers: [{use: x}]}}"])
def test_half_written_files_never_stop_it(designer: Designer, text: str) -> None:
    designer.template.write_text(text, encoding="latin-1")
    assert "problem" in designer.page()
    designer.template.unlink()
    assert "problem" in designer.page()
    designer.template.write_text(TEMPLATE, encoding="utf-8")
    assert len(designer.cards()) == 4


@pytest.mark.slow
def test_a_colour_that_no_kit_has_is_told_in_the_place_of_the_card(designer: Designer) -> None:
    designer.edit("color: brand.on_primary", "color: brand.on_primery")
    assert "on_primery" in designer.page()


@pytest.mark.slow
def test_a_text_that_does_not_fit_is_told_in_the_place_of_its_card(designer: Designer) -> None:
    designer.edit("headline: Halo semua", "headline: " + "Halo semua warga " * 30)
    page = designer.page()
    assert designer.cards() == []
    assert "assets/templates/salam.yaml:18:" in page


@pytest.mark.slow
@pytest.mark.parametrize("name", ["brands/uji/brand.yaml", "photos/baru.jpg", "templates/salam.yaml"])
def test_templates_brand_kits_and_photos_are_watched(designer: Designer, name: str) -> None:
    before = designer.version()
    assert designer.version() == before
    with (designer.folder / "assets" / name).open("a") as file:
        file.write("\n")
    assert designer.version() != before


@pytest.mark.slow
def test_a_brand_kit_with_a_mistake_is_shown_beside_the_cards_of_the_others(designer: Designer) -> None:
    designer.edit("#0F5C56", "hijau", designer.folder / "assets" / "brands" / "uji" / "brand.yaml")
    assert "assets/brands/uji/brand.yaml:3:19" in designer.page()
    assert len(designer.cards()) == 2


def test_a_campaign_file_shows_the_cards_of_its_messages(folder: Path) -> None:
    file = folder / "salam-kampanye.yaml"
    file.write_text(CAMPAIGN, encoding="utf-8")
    (folder / "prokes.toml").write_text("", encoding="utf-8")
    with previewing(folder, str(file)) as designer:
        assert len(designer.cards()) == 2
        assert "Salam dari dinas" in designer.page() and "Kartu salam untuk warga." in designer.page()
        designer.edit("template: salam", "template: salim", file)
        assert "salam-kampanye.yaml:12:17" in designer.page()
        designer.edit("starts_on: 2027-01-04", "starts_on: besok", file)
        assert "salam-kampanye.yaml:6:12" in designer.page()
        assert designer.cards() == []


@pytest.mark.slow
def test_the_page_speaks_the_language_of_the_shell(folder: Path) -> None:
    with previewing(folder, "assets/templates/salam.yaml", language="en") as designer:
        assert "Warm greeting" in designer.page() and 'lang="en"' in designer.page()


def test_other_names_of_this_machine_get_nothing(designer: Designer) -> None:
    answer = requests.get(designer.url, headers={"Host": "kartu.example.com"}, timeout=20)
    assert answer.status_code == 400


def test_ctrl_c_ends_it_in_order(designer: Designer) -> None:
    designer.page()
    designer.process.send_signal(signal.SIGINT)
    assert designer.process.wait(timeout=10) == 0


def test_an_unknown_template_is_answered_with_those_that_come_close(run: Run) -> None:
    ran = run("card", "preview", "anouncement")
    assert ran.code == 2
    assert "announcement" in ran.err


def test_a_port_that_is_taken_is_an_error_with_a_remedy(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = run("card", "preview", "announcement", "--port", taken.getsockname()[1])
    assert ran.code == 2
    assert "--port" in ran.err


# --- in a browser ---


#: What the first card shows now; null while there is none. Asked in the page, where no element is swapped meanwhile.
PIXELS = """() => {
    const img = document.querySelector("figure img");
    if (!img?.complete || !img.naturalWidth) return null;
    const canvas = document.createElement("canvas");
    canvas.getContext("2d").drawImage(img, 0, 0, 300, 150);
    return canvas.toDataURL();
}"""


@pytest.mark.browser
def test_the_picture_changes_in_the_browser_without_a_reload(designer: Designer, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    said: list[str] = []
    # A picture that was asked for just before its template broke is not there any more.
    page.on("console", lambda message: "404" in message.text or said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(designer.url)
    page.wait_for_selector(".weight:not(:empty)")
    page.evaluate("window.notReloaded = true")
    first = page.locator("figure img").first
    before = page.evaluate(PIXELS)

    designer.edit("Halo semua", "Sampai jumpa")
    until(lambda: page.evaluate(PIXELS) not in (before, None))
    designer.edit("size: [60, 120]", "size: [besar, 120]")
    page.wait_for_selector(".problem pre")
    assert page.locator("figure").count() == 0
    designer.edit("size: [besar, 120]", "size: [60, 120]")
    page.wait_for_selector("figure img")

    page.check("#lines")
    page.wait_for_selector("figure img[src$='?lines']")
    first.click()
    # Asked until it is so: the picture that was there already gives way to the wanted one.
    until(lambda: page.evaluate("document.querySelector('dialog[open] img')?.naturalWidth > 0"))
    page.keyboard.press("ArrowRight")
    assert "1600 × 900" in page.locator("#caption").inner_text()
    assert page.evaluate("window.notReloaded")
    assert said == []


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)
