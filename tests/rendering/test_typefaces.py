from itertools import pairwise, product

import pytest
from PIL import Image, ImageFont, features

from prokes_social.errors import AssetMissing
from prokes_social.model.brand import Typeface
from prokes_social.rendering import Studio
from prokes_social.rendering.typefaces import Face, face_of, font_bytes

LETTERS = "ATVWYLaeorst.,-:19"


@pytest.fixture(params=[500, 800])
def face(request: pytest.FixtureRequest, studio: Studio) -> Face:
    return face_of(Typeface(family="plus-jakarta-sans", weight=request.param), studio.brands["nusa-raya"])


@pytest.mark.skipif(not features.check("raqm"), reason="RAQM is not on this machine: nothing to compare with")
@pytest.mark.parametrize("weight", [200, 500, 650, 800])
def test_kerning_is_what_harfbuzz_makes_of_it(
    studio: Studio, weight: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    typeface = Typeface(family="plus-jakarta-sans", weight=weight)
    kit = studio.brands["nusa-raya"]
    file = tmp_path_factory.mktemp("font") / "font.ttf"
    file.write_bytes(font_bytes(typeface, kit))
    raqm = ImageFont.truetype(str(file), 1000, layout_engine=ImageFont.Layout.RAQM)
    raqm.set_variation_by_axes([weight])
    ours = face_of(typeface, kit)
    for left, right in product(LETTERS, repeat=2):
        expected = raqm.getlength(left + right, features=["-liga", "-calt"]) / 1000
        assert ours.width(left + right) == pytest.approx(expected, abs=0.0011), left + right


def test_kerned_pairs_are_narrower_than_their_letters(face: Face) -> None:
    assert face.width("To") < face.width("T") + face.width("o") - 0.02


def test_a_glyph_moves_with_its_phase_by_less_than_a_pixel(face: Face) -> None:
    centres = []
    for phase in range(4):
        mask, x, _y = face.mask("l", 40, phase)
        centres.append(x + centre(mask))
    steps = [after - before for before, after in pairwise(centres)]
    assert steps == pytest.approx([0.25, 0.25, 0.25], abs=0.06)


def centre(mask: Image.Image) -> float:
    columns = [sum(mask.getpixel((x, y)) for y in range(mask.height)) for x in range(mask.width)]  # type: ignore[misc]
    return sum(x * ink for x, ink in enumerate(columns)) / sum(columns)


def test_a_typeface_that_is_not_installed_says_how_to_get_it(studio: Studio) -> None:
    with pytest.raises(AssetMissing) as raised:
        face_of(Typeface(family="comic-neue"), studio.brands["nusa-raya"])
    assert "fontpkg-comic-neue" in raised.value.hint
