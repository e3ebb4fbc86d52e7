"""`prokes staff links|renew`: a unit's list to tap through, and the end of the links that one person was given."""

from pathlib import Path

import click

from prokes_social.cli._output import json_option, opened, print_json, say
from prokes_social.i18n import _, n_


@click.command(help=_("Write a list of the personal links of UNIT: a page to tap through on a phone, and XLSX."))
@click.argument("unit")
@click.option("--wave", type=int, help=_("Only those whom this wave asked."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("tautan"), show_default=True)
@json_option
def links(unit: str, wave: int | None, out: Path, as_json: bool) -> None:
    with opened() as app:
        written = app.inviting.write_links(unit, out, wave_id=wave)
    if as_json:
        print_json({"files": [str(file) for file in written.files], "people": len(written.invitees),
                    "unreachable": written.unreachable})  # fmt: skip
    for file in written.files:
        say(f"✓ {file}")
    say(n_("{count} person. Their links are secret: send them one by one.",
           "{count} people. Their links are secret: send them one by one.", len(written.invitees)))  # fmt: skip
    if written.unreachable:
        say(n_("{count} has no phone number or e-mail in the directory.",
               "{count} have no phone number or e-mail in the directory.", written.unreachable))  # fmt: skip


@click.command(help=_("End every link that PERSON was given, after a lost phone or a link passed on."))
@click.argument("person")
@click.option("--yes", is_flag=True, help=_("Don't ask; PERSON must then be a number, a link or the whole name."))
def renew(person: str, yes: bool) -> None:
    with opened() as app:
        member = app.privacy.find(person, exactly=yes)
        if not yes:
            text = _("End every link that {name} ({unit}) was given?", name=member.name, unit=member.unit.name)
            click.confirm(text, abort=True, err=True)
        app.sharing.end_links(member)
    say(_("✓ {name}: the links given out before open nothing now.", name=member.name))
    say(_("Write the list with the new link and send it: `prokes staff links {unit}`.", unit=member.unit.id))
