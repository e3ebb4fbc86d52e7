"""How long a person waits for `prokes --help`, beside Python alone."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks._timing import best_of


def run() -> Iterator[str]:
    python = best_of(10, lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    words = [sys.executable, "-c", "from prokes_social.cli import main; main(['--help'])"]
    help_ = best_of(10, lambda: subprocess.run(words, check=True, capture_output=True))
    yield f"prokes --help {help_ * 1000:.0f} ms (aim: under 300), python alone {python * 1000:.0f} ms"
