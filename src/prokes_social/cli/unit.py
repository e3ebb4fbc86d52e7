"""`prokes unit`: the parts of the organisation."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.i18n import _, format_number, n_

if TYPE_CHECKING:
    from prokes_social.app.units import UnitRow


@click.group(help=_("Units (OPD): the tree that staff and accounts belong to."))
def command() -> None:
    pass


@command.command("list", help=_("All units that are there, each below the one above it."))
@json_option
def list_(as_json: bool) -> None:
    with opened() as app:
        rows = app.units.tree()
    if as_json:
        print_json([_row(row) for row in rows])
    elif rows:
        columns = [_("unit"), _("id"), _("zone"), _("people"), _("accounts")]
        print_table(columns, [_cells(row) for row in rows], right=(3, 4))
    else:
        say(_("No units yet. Fill in the sheet “Unit” of `prokes staff template --out pegawai.xlsx`."))


@command.command("import", help=_("Take in the units of FILE: columns id, nama, induk and zona; XLSX or CSV."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_(file: Path) -> None:
    with opened() as app:
        changed = app.units.take_in(file)
    for unit in changed:
        click.echo(f"✓ {unit.id}: {unit.name}")
    if not changed:
        say(_("Everything was as the list says; nothing was changed."))


@command.command(help=_("Give UNIT another name; its id, people and history stay."))
@click.argument("unit")
@click.argument("name")
def rename(unit: str, name: str) -> None:
    with opened() as app:
        before = app.units.find(unit)
        after = app.units.rename(before, name)
    say(_("✓ {id}: {before} → {after}", id=after.id, before=before.name, after=after.name))


@command.command(help=_("Put UNIT below another one, or to the top with --top."))
@click.argument("unit")
@click.option("--under", help=_("The unit above it: its id or name."))
@click.option("--top", is_flag=True, help=_("No unit stands above it."))
def move(unit: str, under: str | None, top: bool) -> None:
    if bool(under) == top:
        raise click.UsageError(_("Say either --under UNIT or --top."))
    with opened() as app:
        parent = app.units.find(under) if under else None
        moved = app.units.move(app.units.find(unit), parent)
    say(_("✓ {name} stands below {parent}.", name=moved.name, parent=parent.name) if parent
        else _("✓ {name} stands at the top.", name=moved.name))  # fmt: skip


@command.command(help=_("End UNIT; with --into its people and the units below it go to another one."))
@click.argument("unit")
@click.option("--into", help=_("Where they go: a unit's id or name."))
@click.option("--yes", is_flag=True, help=_("Don't ask."))
def dissolve(unit: str, into: str | None, yes: bool) -> None:
    with opened() as app:
        ending, other = app.units.find(unit), app.units.find(into) if into else None
        if not yes:
            click.confirm(_("End {unit} for good?", unit=ending.name), abort=True, err=True)
        done = app.units.dissolve(ending, other)
    say(_("✓ {unit} was dissolved; what was counted there stays counted there.", unit=ending.name))
    if done.into and done.people:
        say(n_("{count} person is in {unit} now.", "{count} people are in {unit} now.", done.people,
               unit=done.into.name))  # fmt: skip
    if done.into and done.children:
        say(n_("{count} unit stands below {unit} now.", "{count} units stand below {unit} now.", done.children,
               unit=done.into.name))  # fmt: skip
    if done.accounts:
        say(n_("{count} account still carries its name; `prokes account list` shows it.",
               "{count} accounts still carry its name; `prokes account list` shows them.", done.accounts))  # fmt: skip


def _cells(row: "UnitRow") -> list[str]:
    people, accounts = (format_number(each) if each else "–" for each in (row.people, row.accounts))
    return ["  " * row.depth + row.unit.name, row.unit.id, row.unit.zone, people, accounts]


def _row(row: "UnitRow") -> dict[str, Any]:
    """The JSON that `prokes unit list` promises."""
    return {
        "id": row.unit.id,
        "name": row.unit.name,
        "parent": row.unit.parent,
        "zone": row.unit.zone,
        "people": row.people,
        "accounts": row.accounts,
    }
