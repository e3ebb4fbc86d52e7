"""A report and a format's name in, files out. One module a format, found by looking into this folder.

A format has `name`, `suffix`, `media_type`, `label` and `write(report)`, which gives the bytes of one or more files by
the ending of their names: `{".html": b"…"}`, or `{"-accounts.csv": b"…", …}`.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol, cast

from prokes_social.errors import ContentError, StoreError
from prokes_social.i18n import Bilingual, _, speaking

if TYPE_CHECKING:
    from prokes_social.model.report import Report


class Format(Protocol):
    """What every module of this folder offers."""

    name: str
    suffix: str
    media_type: str
    label: Bilingual

    def write(self, report: "Report") -> Mapping[str, bytes]: ...


def names() -> tuple[str, ...]:
    """Every format there is; cheap, because none is imported for it."""
    return tuple(sorted(found.name for found in iter_modules(__path__) if not found.name.startswith("_")))


def get(name: str) -> Format:
    """Raises ContentError for a name that is no format."""
    if name not in names():
        raise ContentError(
            _("There is no report format “{name}”.", name=name),
            hint=_("Choose one of: {names}.", names=", ".join(names())),
        )
    return cast("Format", import_module(f"{__name__}.{name}"))


def render(report: "Report", name: str) -> dict[str, bytes]:
    """The files of one format by name, in the report's own language whatever is spoken around."""
    with speaking(report.language):
        written = get(name).write(report)
    return {report.subject.campaign + ending: data for ending, data in written.items()}


def write(report: "Report", name: str, folder: Path) -> list[Path]:
    """Write one format into `folder`; the files' paths. Raises StoreError where the disk refuses."""
    return [_write(folder / file, data) for file, data in render(report, name).items()]


def _write(path: Path, data: bytes) -> Path:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(
            _("The report can't be written to {file}: {reason}.", file=path, reason=error.strerror),
            hint=_("Close the file if it is open, choose another folder with --out, or free the disk."),
        ) from error
    return path
