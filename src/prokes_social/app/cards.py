"""Cards: the studio of a workspace, and contact sheets to look at."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from prokes_social.app.workspace import bundled
from prokes_social.loading.brands import load_brands
from prokes_social.loading.templates import load_templates
from prokes_social.model.card import CardRequest
from prokes_social.rendering import Studio, contact_sheet, sample_requests


def asset_folders(home: Path | None = None) -> list[Path]:
    """Where templates and brand kits are looked for; a workspace's own come before those that are shipped."""
    own = [home / "assets"] if home else []
    return [folder for folder in (*own, bundled("assets")) if folder.is_dir()]


def open_studio(folders: Sequence[Path]) -> Studio:
    """Raises ContentError with the problems of all templates and brand kits."""
    return Studio(
        templates={name: loaded.value for name, loaded in load_templates(folders).items()},
        brands={name: loaded.value for name, loaded in load_brands(folders).items()},
    )


def write_sheets(studio: Studio, out: Path) -> Iterator[Path]:
    """One picture a template and brand: every size, with its short, long and extreme texts."""
    out.mkdir(parents=True, exist_ok=True)
    for (template, brand), requests in groupby(sample_requests(studio), key=_template_and_brand):
        path = out / f"{template}-{brand}.png"
        path.write_bytes(contact_sheet([studio.render(request) for request in requests]))
        yield path


def _template_and_brand(request: CardRequest) -> tuple[str, str]:
    return request.template, request.brand
