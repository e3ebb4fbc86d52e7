"""Photographs from anybody: clean and upright, or refused with a remedy."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from prokes_social.errors import AssetMissing, CardError
from prokes_social.i18n import use_language
from prokes_social.rendering.photos import PhotoStore, cut, normalised

SIZE, MIDDLE = (120, 120), (0.5, 0.5)


@pytest.fixture(autouse=True)
def _english() -> None:
    use_language("en")


def saved(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def halves(mode: str = "RGB", size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, (220, 30, 30))
    image.paste((30, 30, 220), (size[0] // 2, 0, *size))
    return image.convert(mode)


def is_red(pixel: Any) -> bool:
    return bool(pixel[0] > 150 and pixel[2] < 100)


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
def test_every_kind_of_jpeg_becomes_plain_rgb(mode: str) -> None:
    clean = cut(saved(halves(mode)), "a", SIZE, MIDDLE)
    assert (clean.mode, clean.size) == ("RGB", SIZE)
    if mode != "L":
        assert is_red(clean.getpixel((10, 60)))
        assert not is_red(clean.getpixel((110, 60)))


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA", "1", "I;16"])
def test_every_kind_of_png_becomes_plain_rgb(mode: str) -> None:
    image = Image.new("I;16", (300, 300), 40_000) if mode == "I;16" else halves(mode)
    clean = cut(saved(image, "PNG"), "a", SIZE, MIDDLE)
    assert clean.mode == "RGB"
    if mode == "I;16":
        assert clean.getpixel((60, 60)) == (156, 156, 156)


def test_what_is_transparent_lies_on_white() -> None:
    assert cut(saved(Image.new("RGBA", (200, 200), (0, 0, 0, 0)), "PNG"), "a", SIZE, MIDDLE).getpixel((5, 5)) == (
        255, 255, 255
    )  # fmt: skip


def test_a_photo_held_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to show
    clean = cut(saved(halves(), exif=exif), "a", SIZE, MIDDLE)
    assert is_red(clean.getpixel((60, 10)))
    assert not is_red(clean.getpixel((60, 110)))


def test_the_focus_stays_in_sight() -> None:
    photo = saved(halves(size=(800, 200)))
    assert is_red(cut(photo, "a", SIZE, (0.0, 0.5)).getpixel((110, 60)))
    assert not is_red(cut(photo, "a", SIZE, (1.0, 0.5)).getpixel((10, 60)))


@pytest.mark.parametrize("side", [224, 350, 236, 1000])
def test_rounding_never_leads_out_of_the_photo(side: int) -> None:
    assert cut(saved(halves(size=(900, 1100))), "a", (side, side), (0.5, 0.3)).size == (side, side)


def test_a_normalised_photo_is_small_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (6.0, 12.0, 0.0)}
    clean = Image.open(BytesIO(normalised(saved(halves(size=(4000, 3000)), exif=exif), "a", (300, 480))))
    assert clean.size == (640, 480)
    assert not clean.getexif()
    assert "icc_profile" not in clean.info


SPOILED = {
    "one pixel": saved(Image.new("RGB", (1, 1))),
    "an SVG named .jpg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a script named .jpg": b"#!/bin/sh\nrm -rf /\n",
    "nothing": b"",
    "truncated": saved(halves(size=(900, 900)))[:3000],
    "a bomb": saved(Image.new("1", (9000, 9000)), "PNG"),
    "animated": saved(halves(), "WEBP", save_all=True, append_images=[Image.new("RGB", (400, 300))]),
    "a GIF": saved(halves(), "GIF"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_is_no_good_photo_is_refused_with_its_name_and_a_remedy(what: str) -> None:
    with pytest.raises(CardError) as refused:
        cut(SPOILED[what], "siti.jpg", SIZE, MIDDLE)
    assert "siti.jpg" in refused.value.message
    assert refused.value.hint


def test_a_photo_that_is_too_heavy_is_refused_before_it_is_opened() -> None:
    with pytest.raises(CardError, match="20 MB"):
        cut(b"\xff\xd8" + bytes(20_000_001), "a", SIZE, MIDDLE)


def test_a_photo_is_kept_once_and_found_by_its_name(tmp_path: Path) -> None:
    store = PhotoStore(tmp_path / "photos", (480, 480))
    name = store.add(saved(halves(size=(2000, 1500))), "siti.jpg")
    assert store.add(saved(halves(size=(2000, 1500))), "lain.jpg") == name
    assert max(Image.open(BytesIO(store(name))).size) == 640
    assert len(list((tmp_path / "photos").iterdir())) == 1


def test_no_name_leads_out_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "rahasia").write_text("x")
    with pytest.raises(AssetMissing):
        PhotoStore(tmp_path / "photos")("../rahasia")
