"""`prokes brand`: look at brand kits before cards are drawn with them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import json_option, print_json, print_table, say
from prokes_social.errors import ContentError, SettingsError
from prokes_social.i18n import _, n_

if TYPE_CHECKING:
    from prokes_social.app.brands import BrandCheck, CheckedBrand


@click.group(help=_("Brand kits: check colours, pictures and typefaces."))
def command() -> None:
    pass


@command.command(help=_("Measure the colours of every brand kit, or of NAME, and look for its pictures and typefaces."))
@click.argument("name", required=False)
@json_option
def check(name: str | None, as_json: bool) -> None:
    from prokes_social.app.brands import check_brands
    from prokes_social.app.cards import asset_folders
    from prokes_social.problem import has_errors

    found = check_brands(asset_folders(_home()), name)
    if as_json:
        print_json(_as_json(found))
    else:
        _show(found)
    say(_summary(found))
    if has_errors(found.problems):
        raise SystemExit(ContentError.exit_code)


def _home() -> Path | None:
    """Outside of a workspace the kits that are shipped are looked at."""
    from prokes_social.settings import find_home

    try:
        return find_home(os.environ, Path.cwd())
    except SettingsError:
        return None


def _show(found: "BrandCheck") -> None:
    from prokes_social.checking.formats import as_text

    for brand in found.brands:
        click.echo(click.style(f"{brand.name} · {brand.kit.name}", bold=True))
        click.echo(brand.file)
        _show_pairs(brand)
        for style, typeface, is_found in brand.typefaces:
            said = _("found") if is_found else _("missing")
            click.echo(f"{style}: {typeface} – {said}")
        click.echo()
    if found.problems:
        click.echo(as_text(found.problems))


def _show_pairs(brand: "CheckedBrand") -> None:
    rows = [
        [pair.text, pair.ground, f"{pair.measured:.1f}:1", f"{pair.least:g}:1",
         _("ok") if pair.is_legible else _("too low")]
        for pair in brand.kit.pairs()
    ]  # fmt: skip
    print_table([_("text"), _("ground"), _("contrast"), _("needed"), ""], rows, right=(2, 3))


def _summary(found: "BrandCheck") -> str:
    if not found.problems:
        return n_("{count} brand kit, no problems.", "{count} brand kits, no problems.", len(found.brands))
    return n_("{count} problem to put right.", "{count} problems to put right.", len(found.problems))


def _as_json(found: "BrandCheck") -> dict[str, Any]:
    return {
        "brands": [
            {
                "name": brand.name,
                "title": brand.kit.name,
                "variant_of": brand.kit.variant_of,
                "file": brand.file,
                "pairs": [{**pair._asdict(), "ok": pair.is_legible} for pair in brand.kit.pairs()],
                "typefaces": [{"style": s, "typeface": t, "found": is_found} for s, t, is_found in brand.typefaces],
            }
            for brand in found.brands
        ],
        "problems": [problem.as_json() for problem in found.problems],
    }
