"""Folders of a workspace in, the studio that draws its cards out."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from prokes_social.app.workspace import bundled
from prokes_social.loading.brands import load_brands
from prokes_social.loading.photos import read_photo
from prokes_social.loading.templates import load_templates
from prokes_social.rendering import Studio


def asset_folders(home: Path | None = None) -> list[Path]:
    """Where templates and brand kits are looked for; a workspace's own come before those that are shipped."""
    own = [home / "assets"] if home else []
    return [folder for folder in (*own, bundled("assets")) if folder.is_dir()]


def open_studio(folders: Sequence[Path]) -> Studio:
    """Photographs are looked for below `photos/` of each folder. Raises ContentError with the problems of all files."""
    return Studio(
        templates={name: loaded.value for name, loaded in load_templates(folders).items()},
        brands={name: loaded.value for name, loaded in load_brands(folders).items()},
        photos=partial(read_photo, [folder / "photos" for folder in folders]),
    )
