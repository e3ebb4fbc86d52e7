"""Folders and the name of a photograph in, its bytes out; never from anywhere else."""

from collections.abc import Sequence
from pathlib import Path

from prokes_social.errors import AssetMissing
from prokes_social.i18n import _

_MOST = 20_000_001  #: bytes


def read_photo(folders: Sequence[Path], name: str) -> bytes:
    """Raises AssetMissing, also for a name that leads out of the folders."""
    with find_photo(folders, name).open("rb") as file:
        # A little more than what is refused later with its size, and never the whole of a disk image.
        return file.read(_MOST)


def find_photo(folders: Sequence[Path], name: str) -> Path:
    """The first of the folders that has it wins. Raises AssetMissing, also for a name that leads out of them."""
    for folder in folders:
        try:
            path = (folder / name).resolve()
            if any(part.startswith(".") for part in Path(name).parts):  # such as .prokes, which holds other people's
                break
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return path
        except (OSError, ValueError):  # no file can have such a name
            continue
    raise AssetMissing(
        _("there is no photo {name}", name=name),
        hint=_("put it into assets/photos of the workspace, and name it without the folder"),
    )
