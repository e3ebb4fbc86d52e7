"""`prokes coverage`: vaccination by unit, in counts."""

import getpass
from datetime import datetime
from pathlib import Path

import click

from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.i18n import _, format_date, format_number, n_


@click.group(help=_("Vaccination coverage by unit: counts of people, never people."))
def command() -> None:
    pass


@command.command(help=_("Write an empty table for coverage."))
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help=_("The CSV file to write."))
def template(out: Path) -> None:
    from prokes_social.app.coverage import TEMPLATE

    if out.exists():
        raise click.UsageError(_("{file} is there already; name another one.", file=out))
    with out.open("x", encoding="utf-8-sig") as file:
        file.write(TEMPLATE)
    say(_("✓ {file} is written.", file=out))


@command.command("import", help=_("Take in the table FILE, XLSX or CSV; one row for each unit."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help=_("Only check the table; nothing is kept."))
@click.option("--new-units", is_flag=True, help=_("Add units that are not known yet."))
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]),
              help=_("The day the data are of, where the table names none."))  # fmt: skip
@click.option("--source", default="", help=_("Where the figures come from, where the table names it not."))
def import_(file: Path, dry_run: bool, new_units: bool, day: datetime | None, source: str) -> None:
    with opened() as app:
        reading = app.coverage.take_in(
            file, dry_run=dry_run, new_units=new_units, data_on=day.date() if day else None, source=source,
            by=getpass.getuser(),
        )  # fmt: skip
    for problem in reading.problems:
        say(f"! {problem.what} {problem.remedy}")
    count = len(reading.table.rows) if reading.table else 0
    said = n_("{count} unit read.", "{count} units read.", count)
    say(f"{said} " + _("Nothing was kept.") if dry_run else f"✓ {said}")


@command.command(help=_("How the units stand, with exact figures: for the office itself, not for publishing."))
@json_option
def show(as_json: bool) -> None:
    with opened() as app:
        found = app.coverage.evaluation()
    if as_json:
        print_json({
            "data_on": found.data_on.isoformat(), "source": found.source, "measure": found.measure.value,
            "before_on": found.before_on.isoformat() if found.before_on else None, "target": float(found.target),
            "group": found.group, "given": found.given, "percent": float(found.percent),
            "units": [
                {"id": each.unit_id, "name": each.name, "rank": each.rank, "group": each.group, "given": each.given,
                 "percent": float(each.percent), "reached": each.reached,
                 "change": float(each.change) if each.change is not None else None}
                for each in found.units
            ],
        })  # fmt: skip
        return
    print_table(
        ["#", _("unit"), _("people"), str(found.measure.label), "%", "±"],
        [
            [str(each.rank), each.name, format_number(each.group), format_number(each.given),
             f"{each.percent}{' ✓' if each.reached else ''}", f"{each.change:+}" if each.change is not None else "–"]
            for each in found.units
        ],
        right=(0, 2, 3, 4, 5),
    )  # fmt: skip
    say(_("Together {percent} %, target {target} %. Data of {day}; source: {source}.", percent=found.percent,
          target=found.target, day=format_date(found.data_on), source=found.source))  # fmt: skip
