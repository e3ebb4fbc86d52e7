"""A campaign's text as somebody types it in; problems beside its lines, cards and plan out; saved, or told why not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from fastapi import Response

from prokes_social.app.campaigns import Looked
from prokes_social.app.texts import Heading
from prokes_social.errors import ContentError, FileChanged, ProkesError, StoreError
from prokes_social.i18n import _, n_
from prokes_social.loading.campaigns import digest
from prokes_social.model.plan import Change
from prokes_social.model.user import Right
from prokes_social.web.desk import _campaign
from prokes_social.web.desk._visit import Area, Visit

area = Area(topic="how-to/write-at-the-desk")
#: Lines with a number beside them; and lines of a comparison, of texts that are not longer than this many.
NUMBERED, COMPARED, DIFFERENT = 5000, 4000, 400
WIDEST = 400


@dataclass(frozen=True, kw_only=True)
class Difference:
    kind: str  #: "more", "less", "same" or "gap"
    text: str


@area.get("/campaigns/{id}/edit", Right.EDIT)
def edit(visit: Visit) -> Response:
    """The text as it stands; its cards and plan take long, so that a script or a button asks for them."""
    heading = _campaign.found(visit)
    if heading is None:
        return visit.missing()
    text = visit.app.texts.read(heading.path)
    return _editor(visit, heading, text.text, text.digest, deep=False)


@area.post("/campaigns/{id}/check", Right.EDIT)
def check(visit: Visit) -> Response:
    """What the typed text would mean: for a script the part beside it, else the whole page."""
    heading = _campaign.found(visit)
    if heading is None:
        return visit.missing()
    text, base = visit.form.get("text", ""), visit.form.get("base", "")
    if visit.request.headers.get("x-requested-with") != "fetch":
        return _editor(visit, heading, text, base)
    return visit.show("_campaign_looked.html.j2", **_beside(visit, heading, text, base, deep=True))


@area.post("/campaigns/{id}/save", Right.EDIT)
def save(visit: Visit) -> Response:
    """Write the file; the queue stays as it is. `over` names a text of somebody else that gives way on purpose."""
    heading = _campaign.found(visit)
    if heading is None:
        return visit.missing()
    text, base = visit.form.get("text", ""), visit.form.get("base", "")
    if not _campaign.may_change(visit, heading, text):
        said = _("This would send to accounts outside your unit; nothing was saved.")
        return _editor(visit, heading, text, base, 403, wrong=said)
    try:
        visit.app.texts.save(
            heading.path, text, base_digest=visit.form.get("over") or base, by=visit.user.name, who=visit.who
        )
    except StoreError:
        raise
    except FileChanged as error:
        return _editor(visit, heading, text, base, 409, changed=error)
    except ProkesError as error:
        return _editor(visit, heading, text, base, 422, wrong=f"{error.message} {error.hint}")
    return _saved(visit, heading, text)


def _saved(visit: Visit, heading: Heading, text: str) -> Response:
    """On to the address that it has now: its id may be another one."""
    now = next(each for each in visit.app.texts.all() if each.path == heading.path)
    looked = _campaign.looked_at(visit, now, text, deep=False)
    errors = _campaign.errors_in(looked.problems)
    if errors:
        mind = n_("Saved. It can't be queued yet: {count} problem is to be mended first.",
                  "Saved. It can't be queued yet: {count} problems are to be mended first.", errors)  # fmt: skip
        return visit.go(f"/campaigns/{now.id}/edit", mind=mind)
    ok = _("Saved. The queue is as it was: until the plan is applied, what was approved before goes out.")
    return visit.go(f"/campaigns/{now.id}/edit", ok=ok)


def _editor(
    visit: Visit, heading: Heading, text: str, base: str, status: int = 200, *, deep: bool = True, wrong: str = "",
    changed: FileChanged | None = None,
) -> Response:  # fmt: skip
    beside = _beside(visit, heading, text, base, deep=deep and status == 200)
    there = changed.there if changed else None
    kept = visit.app.texts.history(heading.path) if changed else ()
    return visit.show(
        "campaign_edit.html.j2", status, text=text, wrong=wrong, changed=changed,
        by=kept[0].replaced_by if kept else "",
        over=digest(there) if there is not None else "", differences=differences(there, text) if there else (),
        lines=text.count("\n") + 1, cols=_widest(text), numbered=NUMBERED,
        may_save=_campaign.may_change(visit, heading), **beside,
    )  # fmt: skip


def _widest(text: str) -> int:
    """Characters of the longest line, within reason: the box is as wide, and what holds it scrolls."""
    return min(WIDEST, max(len(line) for line in text.split("\n")) + 2)


def _beside(visit: Visit, heading: Heading, text: str, base: str, *, deep: bool) -> dict[str, object]:
    """What a check tells: also whether somebody else saved since the text was loaded."""
    looked = _campaign.looked_at(visit, heading, text, deep=deep)
    shown = looked.problems[: _campaign.MOST_PROBLEMS]
    return {
        "heading": heading, "looked": looked, "base": base, "deep": deep, "problems": shown,
        "more": len(looked.problems) - len(shown), "errors": _campaign.errors_in(looked.problems),
        "marked": _campaign.marked(looked.problems), "messages": list(_messages(looked)),
        "plan": _campaign.lines_of(visit, looked.plan) if looked.plan else None, "Change": Change,
        "said_of": _campaign.said_of, "meanwhile": _is_changed(visit, heading, base),
    }  # fmt: skip


def _messages(looked: Looked) -> Iterator[tuple[str, Sequence[object]]]:
    """By message the cards that it asks for, those that can't be drawn yet included."""
    for position, message in enumerate(looked.file.value.messages if looked.file else ()):
        cards = [each for each in looked.cards if each.message == position]
        if cards:
            yield message.id, cards


def _is_changed(visit: Visit, heading: Heading, base: str) -> bool:
    try:
        return visit.app.texts.read(heading.path).digest != base
    except ContentError:
        return True


def differences(before: str, after: str) -> list[Difference]:
    """What one text has that the other has not; nothing where they are too long to be compared."""
    old, new = before.split("\n"), after.split("\n")
    if max(len(old), len(new)) > COMPARED or max(len(before), len(after)) > 300_000:
        return []
    found = [_different(line) for line in unified_diff(old, new, lineterm="", n=2) if line[:3] not in ("---", "+++")]
    return found[:DIFFERENT]


def _different(line: str) -> Difference:
    kind = {"+": "more", "-": "less", "@": "gap"}.get(line[:1], "same")
    return Difference(kind=kind, text="…" if kind == "gap" else line[1:])


# --- what was before ---


@area.get("/campaigns/{id}/history", Right.EDIT)
def history(visit: Visit) -> Response:
    heading = _campaign.found(visit)
    if heading is None:
        return visit.missing()
    kept = visit.app.texts.history(heading.path)
    now = visit.app.texts.read(heading.path)
    chosen = visit.app.texts.kept(heading.path, visit.asked("version")) if visit.asked("version") else None
    return visit.show(
        "campaign_history.html.j2", heading=heading, kept=kept, version=visit.asked("version") if chosen else "",
        same=chosen is not None and chosen.digest == now.digest,
        differences=differences(now.text, chosen.text) if chosen else (), base=now.digest,
        may_save=_campaign.may_change(visit, heading, chosen.text if chosen else None),
    )  # fmt: skip


@area.post("/campaigns/{id}/restore", Right.EDIT)
def restore(visit: Visit) -> Response:
    heading = _campaign.found(visit)
    kept = visit.app.texts.kept(heading.path, visit.form.get("version", "")) if heading else None
    if heading is None or kept is None:
        return visit.missing()
    if not _campaign.may_change(visit, heading, kept.text):
        return visit.missing()
    visit.app.texts.restore(
        heading.path, visit.form["version"], base_digest=visit.form.get("base", ""), by=visit.user.name, who=visit.who
    )
    return _saved(visit, heading, kept.text)
