"""How long a person waits for a command that starts cold, beside Python alone."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks._timing import best_of
from prokes_social.app import workspace

ROUNDS = 10
CAMPAIGN = "campaigns/agen-disiplin-prokes.yaml"
PROKES = [sys.executable, "-c", "from prokes_social.cli import main; main()"]
#: With the seconds that each may take.
COMMANDS = (
    ("prokes --help", ["--help"], 0.3),
    (
        "prokes card render of one card",
        ["card", "render", CAMPAIGN, "--message", "cuci-tangan", "--size", "1080x1080", "--out", "cards"],
        1.0,
    ),
)


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "kantor"
        workspace.make(home, {})
        python = _cold([sys.executable, "-c", "pass"], home)
        yield f"python alone {python * 1000:.0f} ms"
        for name, words, aim in COMMANDS:
            took = _cold([*PROKES, *words], home)
            yield f"{name} {took * 1000:.0f} ms, {took / python:.0f} × python alone (aim: under {aim * 1000:.0f} ms)"


def _cold(words: Sequence[str], home: Path) -> float:
    return best_of(ROUNDS, lambda: subprocess.run(words, cwd=home, check=True, capture_output=True))
