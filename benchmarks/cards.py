"""A card in each template, cold and compiled, beside one bare Pillow encode of the same picture."""

import time
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from benchmarks._timing import best_of
from prokes_social.app.cards import asset_folders, open_studio
from prokes_social.rendering import sample_requests


def run() -> Iterator[str]:
    studio = open_studio(asset_folders())
    for request in sample_requests(studio):
        if str(request.size) != "1080x1350" or not request.alt_text.endswith(", long"):
            continue
        started = time.perf_counter()
        card = studio.render(request)
        cold = time.perf_counter() - started
        warm = best_of(5, lambda request=request: studio.render(request))
        image = Image.open(BytesIO(card.data)).convert("RGB")
        encode = best_of(5, lambda image=image: image.save(BytesIO(), "JPEG", quality=90))
        yield (
            f"{request.template} in {request.brand}: {cold * 1000:.0f} ms first, {warm * 1000:.0f} ms after,"
            f" {warm / encode:.1f} × one bare encode ({encode * 1000:.1f} ms), {len(card.data) / 1000:.0f} kB"
        )
