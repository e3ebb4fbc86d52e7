"""Start the sandbox from a shell: options in, a server until Ctrl-C out."""

import argparse
import json
from pathlib import Path
from typing import Any

from prokes_social.sandbox import make_world, serve


def main() -> None:
    options = _parser().parse_args()
    world = make_world(
        accounts=_read(options.accounts),
        settings=_read(options.settings) or {},
        ledger=options.ledger,
    )
    serve(options.host, options.port, world=world, state_file=options.state_file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m prokes_social.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state-file", type=Path, help="gets {url, pid} as JSON once the server listens")
    parser.add_argument("--ledger", type=Path, help="gets a line of JSON for each public post, at once")
    parser.add_argument("--accounts", type=Path, help="JSON with accounts, in place of the built-in ones")
    parser.add_argument("--settings", type=Path, help="JSON with settings")
    return parser


def _read(path: Path | None) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path else None


if __name__ == "__main__":
    main()
