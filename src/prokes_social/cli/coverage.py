"""`prokes coverage`: vaccination by unit, in counts; taken in, looked at, on cards and on paper."""

import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._options import OneOf, SizeType, brand_names
from prokes_social.cli._output import json_option, opened, print_json, print_table, say
from prokes_social.errors import ContentError, SettingsError
from prokes_social.i18n import _, format_date, format_number, n_

if TYPE_CHECKING:
    from prokes_social.app.coverage import Intake
    from prokes_social.model.coverage import CoverageChange, CoverageRow
    from prokes_social.model.platform import Size

#: Changes that a screen shows; JSON holds all of them.
MOST = 40


@click.group(help=_("Vaccination coverage by unit: counts of people, never people."))
def command() -> None:
    pass


@command.command(help=_("Write an empty XLSX to fill in, with the units that there are."))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=_("Such as cakupan.xlsx."))
@click.option("--force", is_flag=True, help=_("Replace a file that is there."))
def template(out: Path, force: bool) -> None:
    if out.exists() and not force:
        raise SettingsError(
            _("{file} is there already.", file=out), hint=_("Name another file, or add --force to replace it.")
        )
    with opened() as app:
        data = app.coverage.template()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)
    click.echo(out)
    say(_("Fill it in, then look at it with `prokes coverage import {file} --dry-run`.", file=out))


# --- taking a table in ---


@command.command("import", help=_("Take in the table FILE, XLSX or CSV; one row for each unit."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help=_("Only check the table; nothing is kept."))
@click.option("--new-units", is_flag=True, help=_("Add units that are not known yet."))
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]),
              help=_("The day the data are of, where the table names none."))  # fmt: skip
@click.option("--source", default="", help=_("Where the figures come from, where the table names it not."))
@click.option("--by", default=getpass.getuser, show_default=_("your login name"), help=_("Who takes it in."))
@json_option
def import_(
    file: Path, dry_run: bool, new_units: bool, day: datetime | None, source: str, by: str, as_json: bool
) -> None:  # fmt: skip
    from prokes_social.problem import has_errors

    with opened() as app:
        intake = app.coverage.preview(
            file, new_units=new_units, data_on=day.date() if day else None, source=source
        )  # fmt: skip
        wrong = has_errors(intake.reading.problems)
        taken = not dry_run and not wrong and not intake.is_known
        names = {unit.id: unit.name for unit in (*app.units.all(), *intake.reading.new_units)}
        if taken:
            app.coverage.take_in(intake, by=by)
    if as_json:
        print_json({**_intake_json(intake, file), "taken_in": taken})
    else:
        _show_intake(intake, names)
    if wrong:
        raise SystemExit(ContentError.exit_code)
    if not as_json:
        _conclude(intake, taken=taken)


def _show_intake(intake: "Intake", names: dict[str, str]) -> None:
    from prokes_social.checking.formats import as_text
    from prokes_social.problem import Severity

    problems = intake.reading.problems
    if problems:
        say(as_text(problems))
    errors = [each for each in problems if each.severity is Severity.ERROR]
    if errors:
        say(n_("{count} cell has to be mended; nothing was taken in.",
               "{count} cells have to be mended; nothing was taken in.", len(errors)))  # fmt: skip
        return
    if intake.reading.totals:
        say(n_("{count} row of sums was checked.", "{count} rows of sums were checked.", intake.reading.totals))
    for unit in intake.reading.new_units:
        _line("+", "green", _("unit {name} ({id})", name=unit.name, id=unit.id))
    for change in intake.changes[:MOST]:
        _line(*_change(change, names.get(change.unit_id, change.unit_id)))
    if len(intake.changes) > MOST:
        click.echo("  " + n_("… and {count} more", "… and {count} more", len(intake.changes) - MOST))


def _line(mark: str, color: str, text: str) -> None:
    click.echo(click.style(f"  {mark} ", fg=color) + text)


def _change(change: "CoverageChange", name: str) -> tuple[str, str, str]:
    if change.after is None:
        return "-", "red", _("{unit}: is not in this table", unit=name)
    said = _counts(change.after)
    if change.before is None:
        return "+", "green", f"{name}: {said}"
    return "~", "yellow", f"{name}: {_counts(change.before)} → {said}"


def _counts(row: "CoverageRow") -> str:
    """`40 / 35 / – of 50`."""
    counts = (row.first, row.second, row.booster)
    told = " / ".join("–" if count is None else format_number(count) for count in counts)
    return _("{part} of {all}", part=told, all=format_number(row.group))


def _conclude(intake: "Intake", *, taken: bool) -> None:
    table = intake.reading.table
    assert table is not None  # noqa: S101 - a table with errors ended before
    said = n_("{count} unit", "{count} units", len(table.rows))
    if intake.is_known:
        say(_("This very table was taken in already; nothing was changed."))
    elif taken:
        say(_("✓ {units}, data of {day}; source: {source}.", units=said, day=format_date(table.data_on),
              source=table.source))  # fmt: skip
    else:
        say(_("{units} read; nothing was kept, this was only a look.", units=said))


def _intake_json(intake: "Intake", file: Path) -> dict[str, Any]:
    """The JSON that `prokes coverage import` promises."""
    table = intake.reading.table
    return {
        "file": str(file),
        "data_on": table.data_on.isoformat() if table else None,
        "source": table.source if table else None,
        "rows": len(table.rows) if table else 0,
        "known": intake.is_known,
        "new_units": [unit.id for unit in intake.reading.new_units] if table else [],
        "changed": [change.unit_id for change in intake.changes],
        "problems": [each.as_json() for each in intake.reading.problems],
    }


# --- what is made of it ---


@command.command(help=_("How the units stand, with exact figures: for the office itself, not for publishing."))
@click.option("--public", is_flag=True, help=_("What everybody may know: bounds near 0 and 100 %, no small units."))
@json_option
def show(public: bool, as_json: bool) -> None:
    from prokes_social.reporting.coverage import files, wording

    with opened() as app:
        found = app.coverage.evaluation(public=public)
    if as_json:
        print_json(files.as_json(found))
        return
    doses = [str(dose.label) for dose in found.told_doses]
    print_table(
        ["#", _("unit"), _("target group"), *doses, _("coverage"), "±", _("target")],
        [
            [str(each.rank or ""), each.name, format_number(each.group),
             *(wording.count(each.doses.get(dose)) for dose in found.told_doses), wording.share(each),
             wording.change(each.change), "✓" if each.reached else ""]
            for each in found.units
        ],
        right=(0, *range(2, 5 + len(doses))),
    )  # fmt: skip
    say(wording.lead(found))
    for note in wording.notes(found):
        say(note)


@command.command(help=_("Draw cards: one a unit, the ranking, and who has reached the target; for everybody to see."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("coverage-cards"),
              show_default=True)  # fmt: skip
@click.option("--unit", help=_("Only the card of this unit: its id or name."))
@click.option("--inside", is_flag=True, help=_("With exact figures and small units: not for publishing."))
@click.option("--size", "sizes", multiple=True, type=SizeType(), help=_("Only this size, such as 1080x1350."))
@click.option("--brand", type=OneOf(brand_names), help=_("The brand kit; else the one of coverage.brand."))
@click.option("--kicker", default="", help=_("The line above the title, such as “Vaksinasi tenaga kesehatan”."))
@json_option
def cards(
    out: Path, unit: str | None, inside: bool, sizes: "tuple[Size, ...]", brand: str | None, kicker: str, as_json: bool
) -> None:  # fmt: skip
    from prokes_social.app.coverage import CardOrder

    order = CardOrder(out=out, public=not inside, unit=unit, sizes=sizes, brand=brand, kicker=kicker)
    with opened() as app:
        drawn = app.coverage.cards(order, (lambda path: None) if as_json else click.echo)
    if as_json:
        print_json([{"file": str(each.path), "alt_text": each.alt_text} for each in drawn])
        return
    said = n_("{count} card; alt.json holds the texts for screen readers.",
              "{count} cards; alt.json holds their texts for screen readers.", len(drawn))  # fmt: skip
    say(said)
    if inside:
        say(click.style(_("These cards are for the office itself: don't publish them."), fg="yellow", bold=True))


@command.command(
    help=_("Write the evaluation report: letterhead, essentials, all units; exact, for the office itself.")
)
@click.option("--format", "forms", default="pdf", show_default=True, help=_("Formats, such as pdf,xlsx,csv,json."))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("reports"), show_default=True)
@click.option("--public", is_flag=True, help=_("What everybody may know: bounds near 0 and 100 %, no small units."))
@click.option("--number", default="", help=_("The letter's number, printed on the PDF."))
@click.option("--brand", type=OneOf(brand_names), help=_("The brand kit; else the one of coverage.brand."))
@json_option
def report(forms: str, out: Path, public: bool, number: str, brand: str | None, as_json: bool) -> None:
    with opened() as app:
        paths = app.coverage.report(_chosen(forms), out=out, public=public, number=number, brand=brand)
    if as_json:
        print_json([str(path) for path in paths])
        return
    for path in paths:
        click.echo(path)


def _chosen(text: str) -> list[str]:
    from prokes_social.reporting.coverage import files

    chosen = [name.strip() for name in text.split(",") if name.strip()]
    unknown = sorted(set(chosen) - set(files.names()))
    if unknown or not chosen:
        raise SettingsError(
            _("There is no report format “{name}”.", name=", ".join(unknown)),
            hint=_("Choose from {names}.", names=", ".join(files.names())),
        )
    return chosen
