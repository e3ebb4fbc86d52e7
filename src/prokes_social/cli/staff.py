"""`prokes staff`: the people who share, and what they may ask of whoever keeps their data."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.cli._staff_import import import_
from prokes_social.cli._staff_links import links, renew
from prokes_social.cli._staff_privacy import export, forget, withdraw
from prokes_social.i18n import _, n_

if TYPE_CHECKING:
    from prokes_social.model.staff import StaffMember


@click.group(help=_("Staff: who is in the directory, and what they may ask of whoever keeps their data."))
def command() -> None:
    pass


for _each in (import_, links, renew, export, withdraw, forget):
    command.add_command(_each)


@command.command(help=_("Write an empty XLSX to fill in, with the units that there are."))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=_("Such as pegawai.xlsx."))
@click.option("--force", is_flag=True, help=_("Replace a file that is there."))
def template(out: Path, force: bool) -> None:
    from prokes_social.errors import SettingsError

    if out.exists() and not force:
        raise SettingsError(
            _("{file} is there already.", file=out), hint=_("Name another file, or add --force to replace it.")
        )
    with opened() as app:
        data = app.staff.template()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)
    click.echo(out)
    say(_("Fill it in, then look at it with `prokes staff import {file} --dry-run`.", file=out))


@command.command("list", help=_("Who is here, by unit and name."))
@click.option("--unit", help=_("Only this unit: its id or name."))
@json_option
def list_(unit: str | None, as_json: bool) -> None:
    with opened() as app:
        members = app.staff.listing(unit)
    if as_json:
        print_json([_row(member) for member in members])
    elif members:
        columns = [_("number"), _("name"), _("unit"), _("leads"), _("contact"), _("language"), _("photo")]
        print_table(columns, [_cells(member) for member in members], right=(0,))
        say(n_("{count} person.", "{count} people.", len(members)))
    else:
        say(_("Nobody yet. Begin with `prokes staff template --out pegawai.xlsx`."))


@command.command(help=_("PERSON works in another unit from now on; what they were asked stays counted where it was."))
@click.argument("person")
@click.option("--to", "unit", required=True, help=_("The unit: its id or name."))
def move(person: str, unit: str) -> None:
    with opened() as app:
        member, to = app.staff.find(person), app.units.find(unit)
        app.staff.move(member, to)
    say(_("✓ {name}: {before} → {after}", name=member.name, before=member.unit.name, after=to.name))


@command.command(help=_("PERSON works here no more: nobody asks them, and their link opens nothing."))
@click.argument("person")
@click.option("--yes", is_flag=True, help=_("Don't ask."))
def leave(person: str, yes: bool) -> None:
    with opened() as app:
        member = app.staff.find(person)
        if not yes:
            text = _("{name} ({unit}) works here no more?", name=member.name, unit=member.unit.name)
            click.confirm(text, abort=True, err=True)
        newly = app.staff.leave(member)
    said = _("✓ {name} is asked no more.") if newly else _("{name} had left before.")
    say(said.format(name=member.name))
    say(_("To remove what is kept of them too: `prokes staff forget {number}`.", number=member.id))


def _cells(member: "StaffMember") -> list[str]:
    leads, photo = (_("yes") if each else "–" for each in (member.leader, member.photo))
    languages = ", ".join(member.languages)
    return [str(member.id), member.name, member.unit.name, leads, member.contact or "–", languages, photo]


def _row(member: "StaffMember") -> dict[str, Any]:
    """The JSON that `prokes staff list` promises."""
    return {
        "id": member.id,
        "name": member.name,
        "unit": member.unit.id,
        "leader": member.leader,
        "contact": member.contact,
        "languages": list(member.languages),
        "has_photo": bool(member.photo),
    }
