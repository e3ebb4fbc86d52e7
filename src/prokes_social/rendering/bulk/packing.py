"""Finished cards in, one archive a unit out; nothing is compressed, because JPEGs don't become smaller."""

import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal

Kind = Literal["zip", "tar"]


def pack(out: Path, files: Iterable[str], kind: Kind, share: str) -> list[Path]:
    """`dinas-kesehatan.zip` beside the folder of the same name; shares of the work have archives of their own."""
    return [_packed(out, unit, list(cards), kind, share) for unit, cards in groupby(sorted(files), key=_unit)]


def _unit(file: str) -> str:
    return file.partition("/")[0]


def _packed(out: Path, unit: str, files: Sequence[str], kind: Kind, share: str) -> Path:
    path = out / f"{unit}{'' if share == 'all' else f'-{share}'}.{kind}"
    part = path.with_name(f".{path.name}.part")
    try:
        (_zip if kind == "zip" else _tar)(part, _placed(out, files))
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return path


def _placed(out: Path, files: Sequence[str]) -> Iterator[tuple[Path, str]]:
    return ((out / file, file) for file in files)


def _zip(part: Path, files: Iterable[tuple[Path, str]]) -> None:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for path, name in files:
            archive.write(path, name)


def _tar(part: Path, files: Iterable[tuple[Path, str]]) -> None:
    with tarfile.open(part, "w") as archive:
        for path, name in files:
            archive.add(path, name, filter=_without_owner)


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Who drew the cards on which machine is nobody's business."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
