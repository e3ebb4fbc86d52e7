"""Folders of a workspace in, the studio that draws its cards out."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from prokes_social.app.workspace import bundled
from prokes_social.loading.brands import load_brands
from prokes_social.loading.photos import read_photo
from prokes_social.loading.templates import load_templates
from prokes_social.rendering import Studio

#: How a card names a photograph of the directory: by its digest, which nobody guesses.
STAFF_PHOTO = re.compile(r"staff/[0-9a-f]{64}\.jpg")


def asset_folders(home: Path | None = None) -> list[Path]:
    """Where templates and brand kits are looked for; a workspace's own come before those that are shipped."""
    own = [home / "assets"] if home else []
    return [folder for folder in (*own, bundled("assets")) if folder.is_dir()]


def photo_folders(folders: Sequence[Path]) -> list[Path]:
    """Where photographs are looked for: `photos/` of each asset folder, then as a path from the workspace's folder."""
    return [*(folder / "photos" for folder in folders), *(folder.parent for folder in folders[:1])]


def open_studio(folders: Sequence[Path], staff_photos: Path | None = None) -> Studio:
    """Photographs are looked for below `photos/` of each folder, those named `staff/…` in a folder of their own.

    Raises ContentError with the problems of all files.
    """
    return Studio(
        templates={name: loaded.value for name, loaded in load_templates(folders).items()},
        brands={name: loaded.value for name, loaded in load_brands(folders).items()},
        photos=partial(_read_photo, photo_folders(folders), staff_photos),
    )


def _read_photo(folders: Sequence[Path], staff_photos: Path | None, name: str) -> bytes:
    """Raises AssetMissing."""
    if staff_photos is not None and STAFF_PHOTO.fullmatch(name):
        return read_photo([staff_photos.parent], name)
    return read_photo(folders, name)
