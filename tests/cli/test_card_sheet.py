"""`prokes card sheet` and `card render --debug`: what a designer looks at."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Run
from tests.cli.test_commands import CAMPAIGN

TEMPLATE = """\
label: {id: Salam hangat, en: Warm greeting}
slots:
  headline: {required: true, label: {id: Judul, en: Headline}}
sizes:
  1080x1080:
    layers:
      - {rect: brand.primary}
      - {text: "{headline}", font: display, size: [60, 120], lines: 3, color: brand.on_primary}
  1200x630:
    layers:
      - {rect: brand.primary}
      - {text: "{headline}", font: display, size: [60, 120], lines: 3, color: brand.on_primary}
samples:
  pendek: {slots: {headline: Halo}}
  panjang: {slots: {headline: Halo semua warga}}
"""


@pytest.fixture
def template(workspace: Path) -> Path:
    """Dropped into a workspace, without a word of Python."""
    path = workspace / "assets" / "templates" / "salam.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def sheet(run: Run, *words: str) -> list[str]:
    ran = run("card", "sheet", "--template", "salam", "--brand", "nusa-raya", "--out", "lembar", *words)
    assert ran.code == 0, ran.err
    return ran.out.split()


def test_a_new_template_is_in_the_help_and_on_a_sheet(run: Run, template: Path) -> None:
    assert "salam" in run("card", "sheet", "--help").out
    assert sheet(run) == ["lembar/salam-nusa-raya.png", "lembar/index.html"]
    image = Image.open("lembar/salam-nusa-raya.png")
    assert image.format == "PNG" and image.width > 1000


def test_a_broken_template_is_refused_with_its_place(run: Run, template: Path) -> None:
    template.write_text(TEMPLATE.replace("font: display", "font: besar", 1), encoding="utf-8")
    ran = run("card", "sheet", "--out", "lembar")
    assert ran.code == 3
    assert "salam.yaml:8:36" in ran.err and "^" in ran.err


CARD = 'template: announcement\n      slots: {headline: Cuci tangan 20 detik, source: "WHO"}'


@pytest.fixture
def campaign(run: Run, template: Path, credentials: Path) -> Path:
    """One message with a card of the new template, in a size that X shows, on its way to an account."""
    template.write_text(TEMPLATE.replace("1200x630", "1080x1350"), encoding="utf-8")
    words = ("--platform", "x", "--unit", "u", "--credentials", credentials)
    assert run("account", "add", "x-kab", *words).code == 0
    assert CARD in CAMPAIGN
    file = template.parents[2] / "campaigns" / "cuci.yaml"
    file.write_text(CAMPAIGN.replace(CARD, "template: salam\n      slots: {headline: Halo warga}"), encoding="utf-8")
    return file


def test_a_new_template_passes_the_checks_and_is_drawn(run: Run, campaign: Path) -> None:
    ran = run("campaign", "check", campaign)
    assert (ran.code, "[card-" in ran.out) == (0, False), ran.out
    assert run("card", "render", campaign, "--out", "kartu").code == 0
    assert {Image.open(path).size for path in Path("kartu").iterdir()} == {(1080, 1080), (1080, 1350)}


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ("{}", "cuci.yaml:22:14: kesalahan [card-slot-missing]"),
        ("{headline: Halo, body: Yuk}", "cuci.yaml:22:37: kesalahan [card-slot-unknown]"),
        (f"{{headline: {'Halo warga ' * 40}}}", "cuci.yaml:22:25: kesalahan [card-text-too-long]"),
    ],
)
def test_what_a_new_template_asks_for_is_checked(run: Run, campaign: Path, slots: str, said: str) -> None:
    campaign.write_text(campaign.read_text("utf-8").replace("{headline: Halo warga}", slots), encoding="utf-8")
    ran = run("campaign", "check", campaign)
    assert ran.code == 3
    assert said in ran.out


def test_what_a_new_template_draws_is_looked_at_as_well(run: Run, campaign: Path, template: Path) -> None:
    """Light on light: no word of the file says so, only the drawn card."""
    pale = template.read_text("utf-8").replace("{rect: brand.primary}", "{rect: brand.primary_soft}")
    template.write_text(pale, encoding="utf-8")
    assert "[card-low-contrast]" in run("campaign", "check", campaign).out


def test_a_broken_template_is_told_by_the_checks_with_its_place(run: Run, campaign: Path, template: Path) -> None:
    template.write_text(TEMPLATE.replace("font: display", "font: besar", 1), encoding="utf-8")
    ran = run("campaign", "check", campaign)
    assert ran.code == 3
    assert "salam.yaml:8:36" in ran.out + ran.err


def test_the_page_leads_to_every_card_at_full_size_and_at_phone_width(run: Run, template: Path) -> None:
    sheet(run)
    page = Path("lembar/index.html").read_text("utf-8")
    assert "Salam hangat" in page and "salam-nusa-raya.png" in page
    linked = set(re.findall(r'href="(cards/[^"]+)"', page))
    assert linked == {f"cards/{path.name}" for path in Path("lembar/cards").iterdir()}
    assert len(linked) == 2 * 2 * 2
    widths = {Image.open(Path("lembar") / name).width for name in linked}
    assert widths == {1080, 1200, 360}
    assert "http" not in page  # opened from a disk, without a network


def test_each_cell_on_the_page_lies_over_its_card(run: Run, template: Path) -> None:
    sheet(run, "--size", "1080x1080")
    page = Path("lembar/index.html").read_text("utf-8")
    image = Image.open("lembar/salam-nusa-raya.png").convert("RGB")
    places = re.findall(r"left: ([\d.]+)%; top: ([\d.]+)%; width: ([\d.]+)%; height: ([\d.]+)%", page)
    assert len(places) == 2
    for left, top, width, height in (map(float, place) for place in places):
        middle = (int((left + width / 2) * image.width / 100), int((top + height * 0.9) * image.height / 100))
        assert image.getpixel(middle) == (15, 92, 86)  # the brand's own green, below the words


def test_one_size_can_be_asked_for(run: Run, template: Path) -> None:
    sheet(run, "--size", "1200x630")
    assert len(list(Path("lembar/cards").glob("*-1200x630*"))) == 2 * 2
    assert not list(Path("lembar/cards").glob("*1080x1080*"))
    ran = run("card", "sheet", "--size", "99x99", "--out", "lembar")
    assert ran.code == 2


@pytest.mark.parametrize("option", [("--template", "salim"), ("--brand", "nusa")])
def test_an_unknown_name_is_answered_with_those_there_are(run: Run, template: Path, option: tuple[str, str]) -> None:
    ran = run("card", "sheet", *option)
    assert ran.code == 2
    assert {"--template": "announcement", "--brand": "tanjung-asri"}[option[0]] in ran.err


def test_a_sample_that_does_not_fit_is_told_and_the_others_are_drawn(run: Run, template: Path) -> None:
    template.write_text(TEMPLATE.replace("Halo semua warga", "Halo semua warga " * 20), encoding="utf-8")
    ran = run("card", "sheet", "--template", "salam", "--brand", "nusa-raya", "--out", "lembar")
    assert ran.code == 3
    assert "salam, nusa-raya, panjang, 1080x1080" in ran.err
    assert "lembar/index.html" in ran.out
    assert Path("lembar/cards/salam-nusa-raya-pendek-1080x1080.jpg").exists()
    assert "panjang" in Path("lembar/index.html").read_text("utf-8")


def test_guides_are_drawn_on_the_sheet_when_asked_for(run: Run, template: Path) -> None:
    sheet(run)
    plain = Path("lembar/salam-nusa-raya.png").read_bytes()
    sheet(run, "--debug")
    assert Path("lembar/salam-nusa-raya.png").read_bytes() != plain


def test_outside_of_a_workspace_the_shipped_templates_are_shown(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(
        "card", "sheet", "--template", "announcement", "--brand", "tanjung-asri", "--size", "1080x1080", "--out", "x"
    )
    assert ran.code == 0, ran.err
    assert Path("x/announcement-tanjung-asri.png").exists()


def test_a_card_can_be_drawn_with_its_guides_beside_it(run: Run, workspace: Path) -> None:
    campaign = workspace / "campaigns" / "cuci.yaml"
    campaign.write_text(CAMPAIGN, encoding="utf-8")
    words = ("card", "render", campaign, "--size", "1080x1080", "--out", "kartu", "--json")
    [plain] = run(*words).json
    [row] = run(*words, "--debug").json
    assert row["digest"] == plain["digest"]
    assert Path(row["file"]).read_bytes() == Path(plain["file"]).read_bytes()
    overlay = Image.open(BytesIO(Path(row["debug"]).read_bytes()))
    assert overlay.size == (1080, 1080) and row["debug"].endswith("-debug.png")
