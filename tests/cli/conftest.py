"""The command line as a person runs it: words in; exit code, stdout and stderr out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prokes_social.cli import main


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> Ran:
        capsys.readouterr()
        code = 0
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


@pytest.fixture
def workspace(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh workspace, and we stand in it."""
    folder = tmp_path / "kantor"
    assert run("init", folder).code == 0
    monkeypatch.chdir(folder)
    return folder


CREDENTIALS = {
    "consumer_key": "k",
    "consumer_secret": "s",
    "access_token": "1-kenari-rahasia",
    "access_token_secret": "kenari-rahasia-juga",
}


@pytest.fixture
def credentials(workspace: Path) -> Path:
    path = workspace / "x.json"
    path.write_text(json.dumps(CREDENTIALS))
    return path
