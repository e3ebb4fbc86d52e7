"""A delivery and another hour in; what changes in its campaign's text and in the plan out, then the text saved."""

from datetime import date, time

from fastapi import Response

from prokes_social.clock import zone_named
from prokes_social.errors import ContentError, FileChanged
from prokes_social.i18n import _
from prokes_social.loading.moving import Moved, moved
from prokes_social.model.campaign import WallTime
from prokes_social.model.delivery import OPEN, Delivery
from prokes_social.model.delivery import DeliveryStatus as S
from prokes_social.model.plan import Change
from prokes_social.model.user import Right
from prokes_social.web.desk import _campaign
from prokes_social.web.desk._visit import Area, Visit
from prokes_social.web.desk.compose import differences
from prokes_social.web.desk.deliveries import delivery_of

area = Area(topic="how-to/plan-in-the-calendar")


@area.get("/deliveries/{id}/move", Right.EDIT)
def form(visit: Visit) -> Response:
    each = _movable(visit)
    if each is None:
        return visit.missing()
    local = each.content.due_at.astimezone(zone_named(each.zone))
    day = visit.asked("date") or local.date().isoformat()
    return _shown(visit, each, day=day, hour=f"{local:%H.%M}")


@area.post("/deliveries/{id}/move", Right.EDIT)
def move(visit: Visit) -> Response:
    """Looked at first; saved with the same form and `step=save`."""
    each = _movable(visit)
    if each is None:
        return visit.missing()
    day, hour = visit.form.get("day", "").strip(), visit.form.get("hour", "").strip()
    wanted = _wall_time(day, hour)
    if wanted is None:
        wrong = _("Write the day as 2026-11-30 and the hour as 07.30.")
        return _shown(visit, each, day=day, hour=hour, wrong=wrong, status=422)
    try:
        return _changed(visit, each, day, hour, wanted)
    except FileChanged as error:
        return _shown(visit, each, day=day, hour=hour, wrong=f"{error.message} {error.hint}", status=409)
    except ContentError as error:
        return _shown(visit, each, day=day, hour=hour, wrong=f"{error.message} {error.hint}", status=422)


def _changed(visit: Visit, each: Delivery, day: str, hour: str, wanted: WallTime) -> Response:
    heading = visit.app.texts.find(each.key.campaign)
    if heading is None:
        raise ContentError(_("The campaign's file is gone."), hint=_("Bring it back, or withdraw the delivery."))
    before = visit.app.texts.read(heading.path)
    send, _mark, occasion = each.key.occurrence.partition("@")
    done = moved(
        before.text, send=send, message=each.key.message, occasion=date.fromisoformat(occasion), to=wanted,
        file=heading.path.name, presets=visit.app.settings.presets,
    )  # fmt: skip
    if not _campaign.may_change(visit, heading, done.text):
        return visit.missing()
    if visit.form.get("step") == "save":
        base = visit.form.get("base", "")
        visit.app.texts.save(heading.path, done.text, base_digest=base, by=visit.user.name, who=visit.who)
        ok = _("Saved. The queue is as it was: apply the plan, and the delivery moves.")
        return visit.go(f"/campaigns/{heading.id}/plan", ok=ok)
    return _shown(visit, each, day=day, hour=hour, done=done, before=before.text, base=before.digest)


def _shown(
    visit: Visit, each: Delivery, *, day: str, hour: str, wrong: str = "", status: int = 200, done: Moved | None = None,
    before: str = "", base: str = "",
) -> Response:  # fmt: skip
    lines = looked = None
    heading = visit.app.texts.find(each.key.campaign) if done else None
    if done and heading:
        looked = visit.app.campaigns.look(done.text, heading.path)
        lines = _campaign.lines_of(visit, looked.plan) if looked.plan else None
    return visit.show(
        "move.html.j2", status, each=each, on_day=day, at_hour=hour, wrong=wrong, done=done, base=base, lines=lines,
        looked=looked, problems=looked.problems[:20] if looked else (), Change=Change, said_of=_campaign.said_of,
        differences=differences(before, done.text) if done else (),
    )  # fmt: skip


def _movable(visit: Visit) -> Delivery | None:
    each = delivery_of(visit)
    return each if each and each.status in OPEN and each.status is not S.CLAIMED else None


def _wall_time(day: str, hour: str) -> WallTime | None:
    try:
        at, when = time.fromisoformat(hour.replace(".", ":").rjust(5, "0")), date.fromisoformat(day)
    except ValueError:
        return None
    return WallTime(day=when, at=at.replace(second=0, microsecond=0, tzinfo=None)) if 2000 < when.year < 2100 else None
