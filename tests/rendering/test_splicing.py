"""A file put together from parts is the file that encoding the whole picture gives."""

import shutil
import subprocess
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import numpy
import pytest
from PIL import Image, ImageDraw

from prokes_social.rendering.splicing import SplicedJpeg, SplicedPng, covers_most, spliced

Box = tuple[int, int, int, int]
KINDS = ("jpeg", "jpeg-444", "png")
#: A thousand over the kinds; all of them with the drills, some of them always.
CASES = 1000


def picture(chance: Random) -> Image.Image:
    """Flat areas and noise, of any size: odd ones end in the middle of a block."""
    size = (chance.randint(20, 1300), chance.randint(20, 500))
    image = Image.effect_noise(size, chance.randint(0, 60)).convert("RGB")
    image.paste((chance.randint(0, 255), 80, 40), (0, 0, size[0] // 2, size[1] // 2))
    return image


def somewhere(chance: Random, size: tuple[int, int]) -> Box:
    left, top = chance.randint(-20, size[0] - 1), chance.randint(-20, size[1] - 1)
    return left, top, min(left + chance.randint(1, 400), size[0]), min(top + chance.randint(1, 200), size[1])


def with_changes(base: Image.Image, boxes: list[Box], chance: Random) -> Image.Image:
    changed = base.copy()
    for left, top, right, bottom in boxes:
        color = tuple(chance.randint(0, 255) for _channel in range(3))
        ImageDraw.Draw(changed).rectangle((left, top, right - 1, bottom - 1), fill=color)
    return changed


def compare(seed: int) -> tuple[bytes, Image.Image]:
    """One random case: the spliced file must equal the whole one; the file and the picture it should show."""
    chance = Random(seed)
    base, kind = picture(chance), KINDS[seed % 3]
    file = SplicedPng(base) if kind == "png" else SplicedJpeg(base, kind, chance.choice((90, 84, 60)))
    boxes = [somewhere(chance, base.size) for _box in range(chance.randint(1, 3))]
    changed = with_changes(base, boxes, chance)
    data = file.replaced((area, changed.crop(area)) for area in file.areas(boxes))
    assert data == file.anew(changed).whole(), f"seed {seed}: {kind} {base.size} {boxes}"
    assert Image.open(BytesIO(data)).size == base.size
    return data, changed


@pytest.mark.parametrize("seed", range(60))
def test_a_spliced_file_is_the_file_of_the_whole_picture(seed: int) -> None:
    compare(seed)


@pytest.mark.slow
def test_a_spliced_file_is_the_file_of_the_whole_picture_a_thousand_times() -> None:
    for seed in range(60, CASES):
        compare(seed)


@pytest.mark.parametrize("seed", range(2, 60, 9))
def test_a_spliced_png_shows_every_pixel(seed: int) -> None:
    data, changed = compare(seed)
    assert numpy.array_equal(numpy.asarray(Image.open(BytesIO(data))), numpy.asarray(changed))


@pytest.mark.parametrize("kind", ["jpeg", "jpeg-444"])
def test_markers_change_no_pixel(kind: str) -> None:
    base = picture(Random(4))
    plain = BytesIO()
    base.save(plain, "JPEG", quality=90, subsampling={"jpeg": "4:2:0", "jpeg-444": "4:4:4"}[kind])
    marked = SplicedJpeg(base, kind, 90).whole()  # type: ignore[arg-type]
    assert numpy.array_equal(numpy.asarray(Image.open(BytesIO(marked))), numpy.asarray(Image.open(plain)))
    assert len(marked) < 1.02 * len(plain.getvalue()) + 200


@pytest.mark.parametrize("size", [(1080, 1350), (1080, 1080), (1600, 900), (1080, 1920), (1200, 630)])
@pytest.mark.parametrize("kind", ["jpeg", "jpeg-444"])
def test_each_size_of_card_is_cut_within_its_rows(size: tuple[int, int], kind: str) -> None:
    file = SplicedJpeg(Image.new("RGB", size), kind, 90)  # type: ignore[arg-type]
    [(left, top, right, bottom)] = file.areas([(100, 100, 110, 110)])
    assert right - left <= size[0] / 2 + 16
    assert bottom - top <= 32


@pytest.mark.skipif(shutil.which("djpeg") is None, reason="djpeg is not installed")
@pytest.mark.parametrize("seed", range(0, 30, 3))
def test_another_decoder_sees_the_same_pixels(seed: int, tmp_path: Path) -> None:
    data, _changed = compare(seed)
    (tmp_path / "card.jpg").write_bytes(data)
    # The accurate transform and plain upsampling are the default of both.
    shown = subprocess.run(["djpeg", "-ppm", str(tmp_path / "card.jpg")], capture_output=True, check=True).stdout
    theirs = numpy.asarray(Image.open(BytesIO(shown)))
    assert numpy.array_equal(theirs, numpy.asarray(Image.open(BytesIO(data)).convert("RGB")))


def test_areas_that_meet_become_one() -> None:
    file = SplicedJpeg(Image.new("RGB", (1080, 1080)), "jpeg", 90)
    assert len(file.areas([(0, 0, 20, 20), (10, 10, 40, 40)])) == 1
    assert len(file.areas([(0, 0, 20, 20), (0, 500, 20, 520)])) == 2
    assert file.areas([(5, 5, 5, 9), (-30, 5, -10, 9), (5, 1080, 9, 1100)]) == [], "nothing of these is in the picture"


def test_much_that_differs_is_drawn_as_a_whole() -> None:
    assert covers_most([(0, 0, 1080, 700)], (1080, 1080))
    assert not covers_most([(0, 0, 1080, 300)], (1080, 1080))


def test_a_heavy_picture_gets_a_lower_quality() -> None:
    noise = Image.effect_noise((1080, 1080), 80).convert("RGB")
    assert len(spliced(noise, "jpeg").whole()) < len(SplicedJpeg(noise, "jpeg", 90).whole())


#: The pixels of a file as the browser decodes it.
DECODED = """async data => {
    const image = new Image();
    image.src = "data:image/jpeg;base64," + data;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const brush = canvas.getContext("2d");
    brush.drawImage(image, 0, 0);
    const pixels = brush.getImageData(0, 0, canvas.width, canvas.height).data;
    let hash = 2166136261; // FNV-1a
    for (const level of pixels) hash = Math.imul(hash ^ level, 16777619);
    return `${canvas.width} × ${canvas.height}: ${hash}`;
}"""


@pytest.mark.browser
def test_a_browser_sees_the_same_pixels_as_in_a_file_without_markers(browser: Any) -> None:
    page = browser.new_page()
    for seed in range(12):
        chance = Random(seed)
        base, kind = picture(chance), KINDS[seed % 2]
        box = somewhere(chance, base.size)
        changed = with_changes(base, [box], chance)
        file = SplicedJpeg(base, kind, 90)  # type: ignore[arg-type]
        spliced_file = file.replaced((area, changed.crop(area)) for area in file.areas([box]))
        plain = BytesIO()
        changed.save(plain, "JPEG", quality=90, subsampling={"jpeg": "4:2:0", "jpeg-444": "4:4:4"}[kind])
        shown = [page.evaluate(DECODED, b64encode(data).decode()) for data in (spliced_file, plain.getvalue())]
        assert shown[0] == shown[1], seed
