"""5,000 people of a table and their photographs; a JPEG of each by two processes of `prokes card staff`, then again.

Beside them one bare encode of such a picture; the memory is the largest that one of the drawing processes ever had.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from benchmarks._timing import best_of
from benchmarks.personal_cards import _names, _photos
from prokes_social.app import workspace

PEOPLE, PHOTOS, PROCESSES, UNITS = 5000, 200, 2, 40
#: MB that one process may take.
MOST = 120
PROKES = [sys.executable, "-c", "from prokes_social.cli import main; main()"]


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "kantor"
        workspace.make(home, {})
        _hire(home)
        told, memory = _draw(home)
        assert told["drawn"] == PEOPLE, told
        rate, encode = told["drawn"] / told["seconds"], _encode(home)
        yield (
            f"{PEOPLE:,} cards by {PROCESSES} processes: {told['seconds']:.1f} s, {rate:.0f} cards a second,"
            f" {PROCESSES / rate / encode:.1f} × one bare encode ({encode * 1000:.1f} ms) each"
        )
        yield f"memory of one process at most {memory:.0f} MB (aim: {MOST} MB)"
        again, _memory = _draw(home)
        assert again["kept"] == PEOPLE, again
        yield f"the same command again: {again['seconds']:.1f} s, all kept"


def _hire(home: Path) -> None:
    photos = home / "assets" / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    for number, photo in enumerate(_photos(PHOTOS)):
        (photos / f"{number}.jpg").write_bytes(photo)
    names = enumerate(islice(_names(Random(3)), PEOPLE))
    rows = [f"{name};Unit Kerja {number % UNITS};{number % PHOTOS}.jpg\n" for number, name in names]
    (home / "pegawai.csv").write_text("".join(["nama;unit;foto\n", *rows]), encoding="utf-8")


def _draw(home: Path) -> tuple[dict[str, Any], float]:
    words = (
        "card staff campaigns/agen-disiplin-prokes.yaml --message cuci-tangan --people pegawai.csv"
        f" --size 1080x1080 --out cards --processes {PROCESSES} --json"
    )
    with (
        (home / "told.json").open("w+") as told,
        subprocess.Popen([*PROKES, *words.split()], cwd=home, stdout=told, stderr=subprocess.DEVNULL) as process,
    ):
        memory = 0.0
        while process.poll() is None:
            memory = max(memory, *_memory_of_children(process.pid), 0.0)
            time.sleep(0.2)
        assert process.returncode == 0, process.returncode
        told.seek(0)
        return json.load(told), memory


def _memory_of_children(pid: int) -> Iterator[float]:
    """MB that each ever had, as Linux tells; the maximum in `getrusage` begins with the parent's."""
    with suppress(OSError):  # it ends just now
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for status in (Path(f"/proc/{child}/status").read_text() for child in children):
            yield from (int(line.split()[1]) * 1024 / 1e6 for line in status.splitlines() if line.startswith("VmHWM"))


def _encode(home: Path) -> float:
    """Seconds of Pillow's own encode of one of the cards."""
    image = Image.open(next((home / "cards").rglob("*.jpg"))).convert("RGB")
    return best_of(20, lambda: image.save(BytesIO(), "JPEG", quality=90))
