import shutil
from pathlib import Path

import pytest

from prokes_social.errors import ContentError
from prokes_social.i18n import use_language
from prokes_social.loading.brands import load_brands
from prokes_social.problem import Problem

ASSETS = Path(__file__).parents[2] / "assets"

CHILD = """\
extends: nusa-raya
name: Kabupaten Uji
colors:
  primary: "#3A2A86"
footer: {region: Kabupaten Uji}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped kits, and one of our own below `brands/uji`."""
    use_language("en")
    shutil.copytree(ASSETS / "brands", tmp_path / "brands")
    save(tmp_path, CHILD)
    return tmp_path


def save(folder: Path, text: str) -> None:
    (folder / "brands" / "uji").mkdir(exist_ok=True)
    (folder / "brands" / "uji" / "brand.yaml").write_text(text, encoding="utf-8")


def problem_of(folder: Path, text: str) -> Problem:
    save(folder, text)
    with pytest.raises(ContentError) as raised:
        load_brands([folder])
    return raised.value.problems[0]


def test_a_regency_names_only_what_differs_from_its_province(folder: Path) -> None:
    kits = {name: loaded.value for name, loaded in load_brands([folder]).items()}
    child, parent = kits["uji"], kits["nusa-raya"]
    assert child.colors["primary"] == (0x3A, 0x2A, 0x86)
    assert child.colors["accent"] == parent.colors["accent"]
    assert (child.footer.region, child.footer.institution) == ("Kabupaten Uji", parent.footer.institution)
    assert child.files["logo.svg"] == parent.files["logo.svg"]


def test_a_kit_brings_its_own_picture_under_the_same_name(folder: Path) -> None:
    logo = (ASSETS / "brands/tanjung-asri/logo.svg").read_bytes()
    (folder / "brands/uji/logo.svg").write_bytes(logo)
    save(folder, CHILD + "images: {logo: logo.svg}\n")
    assert load_brands([folder])["uji"].value.files["logo.svg"] == logo


def test_kits_of_an_earlier_folder_hide_their_namesakes(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(folder / "brands/nusa-raya", own / "brands/nusa-raya")
    path = own / "brands/nusa-raya/brand.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("119 ext 9", "1500-567"), encoding="utf-8")
    kits = load_brands([own, folder])
    assert kits["nusa-raya"].value.footer.hotline == "1500-567"
    assert kits["uji"].value.footer.hotline == "1500-567", "and is what others build on"


def test_colours_that_people_cannot_read_are_refused_where_they_stand(folder: Path) -> None:
    problem = problem_of(folder, CHILD.replace("#3A2A86", "#8FA0EA"))
    assert problem.code == "brand-contrast"
    assert "on_primary on primary" in problem.what and "4.5:1" in problem.what
    assert problem.place and problem.place.line == 4


def test_a_kit_to_build_on_must_exist(folder: Path) -> None:
    problem = problem_of(folder, CHILD.replace("nusa-raya", "nusa-jaya"))
    assert (problem.code, problem.place and problem.place.line) == ("brand-extends", 1)
    assert "nusa-raya" in problem.remedy


def test_kits_that_build_on_each_other_are_refused(folder: Path) -> None:
    assert problem_of(folder, CHILD.replace("nusa-raya", "uji")).code == "brand-extends"


def test_a_kit_that_stands_alone_must_be_complete(folder: Path) -> None:
    problem = problem_of(folder, 'name: Uji\ncolors: {primary: "#3A2A86"}\nfooter: {institution: Dinas}\n')
    assert problem.code == "brand-incomplete"


@pytest.mark.parametrize("file", ["../nusa-raya/logo.svg", "/etc/passwd", "a/b/logo.svg", "logo"])
def test_files_stay_inside_the_kits_folder(folder: Path, file: str) -> None:
    problem = problem_of(folder, CHILD + f'images: {{logo: "{file}"}}\n')
    assert problem.place and problem.place.line == 6


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "brands/uji/logo.svg").symlink_to(folder / "brands/nusa-raya/logo.svg")
    assert problem_of(folder, CHILD + "images: {logo: logo.svg}\n").code == "brand-file"


def test_a_missing_file_is_named(folder: Path) -> None:
    problem = problem_of(folder, CHILD + "images: {logo: lambang.svg}\n")
    assert problem.code == "brand-file" and "lambang.svg" in problem.what


@pytest.mark.parametrize("reach", ['<image href="https://example.org/x.png"/>', "<script/>", "<!DOCTYPE svg>"])
def test_an_svg_that_reaches_outside_is_refused(folder: Path, reach: str) -> None:
    (folder / "brands/uji/logo.svg").write_text(f'<svg viewBox="0 0 1 1">{reach}</svg>', encoding="utf-8")
    assert problem_of(folder, CHILD + "images: {logo: logo.svg}\n").code == "brand-file"


def test_a_colour_that_is_none_is_pointed_at(folder: Path) -> None:
    problem = problem_of(folder, CHILD.replace("#3A2A86", "ungu"))
    assert problem.place and problem.place.line == 4


def test_a_colour_and_a_style_are_refused_in_the_language_of_the_office(folder: Path) -> None:
    use_language("id")
    problem = problem_of(folder, CHILD.replace("#3A2A86", "ungu"))
    assert "Warna ditulis sebagai #RRGGBB" in problem.what
    problem = problem_of(folder, CHILD + "typefaces: {judul: {family: plus-jakarta-sans}}\n")
    assert "display, title, text, label" in problem.remedy
    assert "Input" not in problem.what + problem.remedy


DARK = """\
variants:
  dark:
    colors: {paper: "#081B19", surface: "#112B28", primary_soft: "#174740", accent_soft: "#3A2B0D",
             ink: "#EDF7F4", ink_soft: "#AECAC4", accent_text: "#FFCB66", primary_text: "#7FDCCB"}
"""


def test_a_variant_is_a_kit_that_names_only_what_differs(folder: Path) -> None:
    save(folder, CHILD + DARK)
    kits = {name: loaded.value for name, loaded in load_brands([folder]).items()}
    plain, dark = kits["uji"], kits["uji-dark"]
    assert (dark.variant_of, plain.variant_of) == ("uji", None)
    assert dark.colors["paper"] == (8, 27, 25)
    assert dark.colors["primary"] == plain.colors["primary"]
    assert (dark.footer, dark.typefaces, dark.radius) == (plain.footer, plain.typefaces, plain.radius)


def test_a_variant_is_not_inherited_since_its_colours_may_not_fit(folder: Path) -> None:
    assert "uji-dark" not in load_brands([folder])
    assert "nusa-raya-dark" in load_brands([folder])


def test_a_variant_brings_a_logo_of_its_own(folder: Path) -> None:
    own = (ASSETS / "brands/tanjung-asri/logo.svg").read_bytes()
    (folder / "brands/uji/logo-dark.svg").write_bytes(own)
    save(folder, CHILD + DARK + "    images: {logo: logo-dark.svg}\n")
    kits = load_brands([folder])
    assert kits["uji-dark"].value.images["logo"] == "logo-dark.svg"
    assert kits["uji-dark"].value.files["logo-dark.svg"] == own
    assert kits["uji"].value.images["logo"] == "logo.svg"


def test_an_illegible_variant_is_refused_in_its_own_lines(folder: Path) -> None:
    problem = problem_of(folder, CHILD + DARK.replace("#EDF7F4", "#33504C"))
    assert problem.code == "brand-contrast"
    assert problem.place and problem.place.line == 9


def test_the_main_colour_is_read_on_paper_where_a_kit_names_no_other(folder: Path) -> None:
    kit = load_brands([folder])["uji"].value
    assert kit.colors["primary_text"] == kit.colors["primary"]


def test_personal_cards_carry_no_emblem_unless_the_kit_says_so(folder: Path) -> None:
    assert not load_brands([folder])["uji"].value.emblem_on_personal
    save(folder, CHILD + "emblem_on_personal: true\n")
    assert load_brands([folder])["uji"].value.emblem_on_personal
