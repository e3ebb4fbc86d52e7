"""`prokes brand check`: what an office learns about its kit before the first card."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Run


@pytest.fixture
def kit(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROKES_LANG", "en")
    return workspace / "assets" / "brands" / "nusa-raya" / "brand.yaml"


def change(kit: Path, before: str, after: str) -> None:
    text = kit.read_text(encoding="utf-8")
    assert before in text
    kit.write_text(text.replace(before, after, 1), encoding="utf-8")


def logo(kind: str, ground: tuple[int, int, int, int]) -> bytes:
    file = BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, (200, 240), ground[: len(mode)]).save(file, kind)
    return file.getvalue()


def test_the_kits_that_are_shipped_are_sound(run: Run, kit: Path) -> None:
    ran = run("brand", "check")
    assert ran.code == 0
    assert "Provinsi Nusa Raya" in ran.out and "too low" not in ran.out and "missing" not in ran.out
    assert "4 brand kits, no problems." in ran.err


def test_outside_a_workspace_the_shipped_kits_are_looked_at(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("brand", "check", "tanjung-asri").code == 0


def test_a_colour_that_cannot_be_read_is_measured_and_placed(run: Run, kit: Path) -> None:
    change(kit, 'ink_soft: "#4B625F"', 'ink_soft: "#9DB0AD"')
    ran = run("brand", "check", "nusa-raya", "--json")
    assert ran.code == 3
    pairs = {(pair["text"], pair["ground"]): pair for pair in ran.json["brands"][0]["pairs"]}
    assert not pairs["ink_soft", "paper"]["ok"] and pairs["ink", "paper"]["ok"]
    problem = next(each for each in ran.json["problems"] if "ink_soft on paper" in each["what"])
    line = kit.read_text(encoding="utf-8").splitlines().index('  ink_soft: "#9DB0AD"') + 1
    assert (problem["line"], problem["column"]) == (line, 13)


def test_one_run_names_the_kit_and_its_variants_and_no_others(run: Run, kit: Path) -> None:
    assert [each["name"] for each in run("brand", "check", "nusa-raya", "--json").json["brands"]] == [
        "nusa-raya", "nusa-raya-dark",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "ground", "is_refused"),
    [("JPEG", (255, 255, 255, 255), True), ("PNG", (255, 255, 255, 255), True), ("PNG", (0, 90, 80, 0), False)],
)
def test_a_logo_needs_a_transparent_ground(
    run: Run, kit: Path, kind: str, ground: tuple[int, int, int, int], is_refused: bool
) -> None:
    name = f"logo-baru.{'jpg' if kind == 'JPEG' else 'png'}"
    (kit.parent / name).write_bytes(logo(kind, ground))
    change(kit, "logo: logo.svg", f"logo: {name}")
    ran = run("brand", "check", "nusa-raya", "--json")
    assert [each["code"] for each in ran.json["problems"]] == (["brand-logo"] if is_refused else [])
    assert ran.code == (3 if is_refused else 0)


def test_a_logo_that_is_no_picture_is_said_to_be_none(run: Run, kit: Path) -> None:
    (kit.parent / "logo-baru.png").write_bytes(b"bukan gambar")
    change(kit, "logo: logo.svg", "logo: logo-baru.png")
    ran = run("brand", "check", "nusa-raya")
    assert ran.code == 3 and "can't be read as a picture" in ran.out


def test_every_missing_file_and_typeface_is_named_at_once(run: Run, kit: Path) -> None:
    change(kit, "motif: motif.svg", "motif: hilang.svg")
    change(kit, "scene: scene.svg", "scene: hilang-juga.svg")
    change(kit, "text: {family: plus-jakarta-sans", "text: {family: comic-neue")
    ran = run("brand", "check", "nusa-raya")
    assert ran.code == 3
    assert "hilang.svg" in ran.out and "hilang-juga.svg" in ran.out and "fontpkg-comic-neue" in ran.out
    assert "comic-neue 500 – missing" in ran.out


def test_an_unknown_kit_is_refused_with_those_there_are(run: Run, kit: Path) -> None:
    ran = run("brand", "check", "nusa")
    assert ran.code == 3
    assert "nusa-raya" in ran.err
