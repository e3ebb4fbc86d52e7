"""`prokes staff import`: the office's list, shown as what it would change and taken in."""

import getpass
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prokes_social.cli._output import console, json_option, opened, print_json, say
from prokes_social.errors import ContentError, SettingsError
from prokes_social.i18n import _, format_number, n_

if TYPE_CHECKING:
    from prokes_social.app.staff import Preview
    from prokes_social.model.account import Unit
    from prokes_social.model.staff_list import Change, Known
    from prokes_social.problem import Problem

    OnProgress = Callable[[int, int], None]

#: People of each kind that are named; the others are counted.
SHOWN = 12
#: Problems that a screen shows; JSON holds all of them.
MOST = 100
#: Seconds between two lines of progress in a pipe.
EVERY = 5.0
#: Steps of a bar: more often costs more than it tells.
_STEPS = 200


@click.command("import", help=_("Take in the office's list FILE (XLSX or CSV), after showing what it would change."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help=_("Only show what would change."))
@click.option("--skip-errors", is_flag=True, help=_("Take in the rows without errors, and leave the others out."))
@click.option(
    "--left-out", type=click.Choice(("stays", "marks-left")), default="stays", show_default=True,
    help=_("What becomes of people who are not in FILE: nothing, or they count as gone."),
)  # fmt: skip
@click.option("--by", default=getpass.getuser, show_default=_("your login name"), help=_("Who keeps the signed forms."))
@click.option("--yes", is_flag=True, help=_("Don't ask."))
@json_option
def import_(
    file: Path, dry_run: bool, skip_errors: bool, left_out: str, by: str, yes: bool, as_json: bool
) -> None:  # fmt: skip
    with opened() as app:
        with _watching(_("rows read")) as on_row:
            preview = app.staff.preview(file, on_row)
        errors = _errors(preview)
        mark_left = left_out == "marks-left"
        _refuse_guesses(preview, errors, mark_left=mark_left)
        if not as_json:
            _show(preview, app.units.all(), mark_left=mark_left)
        taken = (
            not dry_run
            and not (errors and not skip_errors)
            and _is_wanted(preview, mark_left, yes=yes, ask=not as_json)
        )
        if taken:
            with _watching(_("rows written")) as on_progress:
                app.staff.take_in(preview, by=by, mark_left=mark_left, on_progress=on_progress)
        if as_json:
            print_json({**_as_json(preview, file), "taken_in": taken})
    _conclude(preview, errors, taken=taken, told=as_json, skipped=skip_errors)


# --- what it is allowed to do ---


def _errors(preview: "Preview") -> "list[Problem]":
    from prokes_social.problem import Severity

    return [each for each in preview.problems if each.severity is Severity.ERROR]


def _refuse_guesses(preview: "Preview", errors: "Sequence[Problem]", *, mark_left: bool) -> None:
    if errors and mark_left:
        raise SettingsError(
            n_("{count} cell is wrong, so nobody knows who is missing from the list.",
               "{count} cells are wrong, so nobody knows who is missing from the list.", len(errors)),
            hint=_("Run the command without --left-out, mend what it lists, then mark who left."),
        )  # fmt: skip
    if mark_left and not preview.listed.entries:
        raise SettingsError(
            _("The list is empty: everybody would count as gone."), hint=_("Fill it in, or leave out --left-out.")
        )


def _is_wanted(preview: "Preview", mark_left: bool, *, yes: bool, ask: bool) -> bool:
    if not preview.plan.changes_anything and not (mark_left and preview.plan.missing):
        return True  # nothing to ask about; photographs may have to be put back
    if yes:
        return True
    if not ask or not sys.stdin.isatty():
        raise SettingsError(_("Nothing was taken in: nobody is here to say yes."), hint=_("Scripts add --yes."))
    click.confirm(_("Take this in?"), abort=True, err=True)
    return True


# --- what it shows ---


def _show(preview: "Preview", units: "Sequence[Unit]", *, mark_left: bool) -> None:
    from prokes_social.model.staff_list import Kind

    plan = preview.plan
    names = {unit.id: unit.name for unit in (*units, *plan.units)}
    warnings = [each for each in preview.problems if each not in _errors(preview)]
    _print_problems(warnings)
    for unit in plan.units:
        known = any(each.id == unit.id for each in units)
        _line(
            "~" if known else "+", "yellow" if known else "green", _("unit {name} ({id})", name=unit.name, id=unit.id)
        )
    _block(_("new"), "+", "green", [_named(each.after, names) for each in plan.of(Kind.NEW)])
    _block(_("changed"), "~", "yellow", [_changed(each, names) for each in plan.of(Kind.CHANGED)])
    _block(_("moved to another unit"), "→", "cyan", [_changed(each, names) for each in plan.of(Kind.MOVED)])
    click.echo(_("{count} the same", count=format_number(len(plan.of(Kind.SAME)))))
    missing = [_named(each, names) for each in plan.missing] if not preview.listed.left_out else []
    _block(_("count as gone") if mark_left else _("not in the list, and stay"), "-", "red", missing)
    _remarks(preview)


def _remarks(preview: "Preview") -> None:
    plan = preview.plan
    if answers := sum(len(each.answers) for each in plan.changes):
        click.echo(n_("{count} answer from a signed form", "{count} answers from signed forms", answers))
    if others := sum(each.other_contact for each in plan.changes):
        say(n_("{count} person has another contact than before; where it is a namesake, write the NIP.",
               "{count} people have another contact than before; where one is a namesake, write the NIP.",
               others))  # fmt: skip
    if plan.photos_without_consent:
        count = plan.photos_without_consent
        say(n_("{count} photo stays out: persetujuan and izin foto are empty.",
               "{count} photos stay out: persetujuan and izin foto are empty.", count))  # fmt: skip
    if plan.missing and preview.listed.left_out:
        say(_("Who is not in the list any more is told once all rows are right."))


def _block(title: str, mark: str, color: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    click.echo(click.style(f"{format_number(len(lines))} {title}", bold=True))
    for line in lines[:SHOWN]:
        _line(mark, color, line)
    if len(lines) > SHOWN:
        click.echo("  " + n_("… and {count} more", "… and {count} more", len(lines) - SHOWN))


def _line(mark: str, color: str, text: str) -> None:
    click.echo(click.style(f"  {mark} ", fg=color) + text)


def _named(who: "Known", units: "dict[str, str]") -> str:
    return f"{who.name} ({units.get(who.unit_id, who.unit_id)})"


def _changed(change: "Change", units: "dict[str, str]") -> str:
    assert change.before is not None  # noqa: S101 - only new ones have none
    said = [_field(name, change, units) for name in change.fields]
    if change.answers:
        said.append(_("consent"))
    return f"{_named(change.before, units)}: {'; '.join(said)}"


def _field(name: str, change: "Change", units: "dict[str, str]") -> str:
    before, after = change.before, change.after
    assert before is not None  # noqa: S101
    if name == "name":
        return _("name: {after}", after=after.name)
    if name == "unit_id":
        return f"→ {units.get(after.unit_id, after.unit_id)}"
    if name == "leader":
        return _("leads") if after.leader else _("leads no more")
    if name == "contact":
        return _("contact: {before} → {after}", before=before.contact or "–", after=after.contact)
    if name == "languages":
        return _("language: {after}", after=", ".join(after.languages))
    return _("is back") if name == "has_left" else _("photo")


def _print_problems(problems: "Sequence[Problem]") -> None:
    from prokes_social.checking.formats import as_text

    if problems:
        say(as_text(problems[:MOST]))
    if len(problems) > MOST:
        say("\n" + n_("… and {count} more; --json lists all.", "… and {count} more; --json lists all.",
                      len(problems) - MOST))  # fmt: skip


# --- while it runs ---


@contextmanager
def _watching(what: str) -> "Iterator[OnProgress]":
    """A bar in a terminal, now and then a line in a pipe."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield _plain_lines(what)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bars:
        task = bars.add_task(what, total=None)

        def on_progress(done: int, of: int) -> None:
            if done % max(1, of // _STEPS) == 0 or done == of:
                bars.update(task, completed=done, total=of)

        yield on_progress


def _plain_lines(what: str) -> "OnProgress":
    told = time.monotonic()

    def on_progress(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told >= EVERY:
            told = time.monotonic()
            say(_("{done} of {total} {what}", done=format_number(done), total=format_number(of), what=what))

    return on_progress


# --- at the end ---


def _conclude(
    preview: "Preview", errors: "Sequence[Problem]", *, taken: bool, told: bool, skipped: bool
) -> None:  # fmt: skip
    plan = preview.plan
    if errors:
        _end_with(errors, preview, taken=taken, told=told)
    if not taken:
        say(_("Nothing was changed: this was only a look."))
    elif not preview.listed.entries and not plan.changes_anything:
        say(_("The list has no rows yet; nothing was changed. Fill it in, then run the command again."))
    elif not plan.changes_anything:
        say(_("Everything was as the list says; nothing was changed."))
    else:
        say(_("✓ The directory is as the list says."))


def _end_with(errors: "Sequence[Problem]", preview: "Preview", *, taken: bool, told: bool) -> None:
    """Exit code 3, with the list unless a document holds it."""
    if not told:
        say()
        _print_problems(errors)
        count = n_("{count} cell has to be mended", "{count} cells have to be mended", len(errors))
        rows = n_("{count} row", "{count} rows", preview.listed.left_out + len(preview.plan.unclear))
        if taken:
            say(_("{cells}; {rows} left out, all others are taken in.", cells=count, rows=rows))
        else:
            say(_("{cells} in {rows}; nothing was taken in.", cells=count, rows=rows))
            say(_("Mend the table and run the command again, or take in the other rows with --skip-errors."))
    raise SystemExit(ContentError.exit_code)


def _as_json(preview: "Preview", file: Path) -> dict[str, Any]:
    """The JSON that `prokes staff import` promises; names stand in the file, so rows are enough."""
    from prokes_social.model.staff_list import Kind

    plan = preview.plan
    return {
        "file": str(file),
        "new": [each.row for each in plan.of(Kind.NEW)],
        "changed": [_change_json(each) for each in plan.of(Kind.CHANGED)],
        "moved": [_change_json(each) for each in plan.of(Kind.MOVED)],
        "same": len(plan.of(Kind.SAME)),
        "missing": [each.id for each in plan.missing] if not preview.listed.left_out else None,
        "units": [unit.id for unit in plan.units],
        "answers": sum(len(each.answers) for each in plan.changes),
        "photos_without_consent": plan.photos_without_consent,
        "rows_left_out": preview.listed.left_out + len(plan.unclear),
        "problems": [each.as_json() for each in preview.problems],
    }


def _change_json(change: "Change") -> dict[str, Any]:
    fields = [name.removesuffix("_id") for name in change.fields]
    return {"row": change.row, "id": change.after.id, "fields": fields + ["consent"] * bool(change.answers)}
