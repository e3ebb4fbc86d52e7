"""Campaigns: what there is, what applying a file would change, applying it, approving it."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from prokes_social.app import App
from prokes_social.app.campaigns import Planned
from prokes_social.app.texts import Heading
from prokes_social.i18n import _
from prokes_social.loading.campaigns import digest
from prokes_social.model.plan import Change, PlannedChange, PlannedWave
from prokes_social.store import agenda, campaigns
from prokes_social.store.agenda import Filter
from prokes_social.store.approvals import APPROVED
from prokes_social.web.api._answers import (
    AppliedAnswer,
    ApprovedAnswer,
    CampaignInFull,
    CampaignSaid,
    CampaignsAnswer,
    ChangeSaid,
    PlanAnswer,
    ProblemSaid,
    QueuedVersion,
    WaveChangeSaid,
)  # fmt: skip
from prokes_social.web.api._door import Approver, Caller, Planner, Reader, Refused
from prokes_social.web.api._words import CampaignId

router = APIRouter(tags=["campaigns"])


class Seen(BaseModel):
    """What the caller looked at, so that nobody applies or approves another text than that."""

    model_config = ConfigDict(extra="forbid")

    file_digest: str | None = Field(
        default=None, max_length=64, description="`file_digest` of the plan that was looked at; another one is refused"
    )


_SEEN = Annotated[Seen | None, Body()]


@router.get("/campaigns", summary="Every campaign, by file or in the queue")
def listing(caller: Reader) -> CampaignsAnswer:
    return CampaignsAnswer(campaigns=_all(caller.app))


@router.get("/campaigns/{campaign}", summary="One campaign, and how its deliveries stand")
def one(caller: Reader, campaign: CampaignId) -> CampaignInFull:
    found = next((each for each in _all(caller.app) if each.id == campaign), None)
    if found is None:
        raise _missing(campaign)
    with caller.app.store.read() as tx:
        queued = campaigns.newest_versions(tx, [campaign]).get(campaign)
        counts = agenda.counts(tx, Filter(campaign=campaign, official=True))
    version = QueuedVersion(file_digest=queued.digest, by=queued.by, at=queued.at) if queued else None
    return CampaignInFull(
        **found.model_dump(), queued_from=version, deliveries=counts,
        is_applied=queued is not None and queued.digest == found.file_digest,
    )  # fmt: skip


@router.post("/campaigns/{campaign}/plan", summary="What applying the file would change; nothing is changed")
def plan(caller: Planner, campaign: CampaignId) -> PlanAnswer:
    planned = caller.app.campaigns.plan(_file(caller, campaign).path)
    return PlanAnswer(**_plan(planned))


@router.post("/campaigns/{campaign}/apply", summary="Apply the file to the queue; what is not approved waits")
def apply(caller: Planner, campaign: CampaignId, seen: _SEEN = None) -> AppliedAnswer:
    file = _file(caller, campaign)
    _require_seen(file, seen)
    planned, scheduled = caller.app.campaigns.schedule(file.path, by=caller.user.name)
    caller.note("campaign.schedule", f"campaign:{campaign}", after=_digest(planned))
    return AppliedAnswer(**_plan(planned), scheduled=scheduled)


@router.post("/campaigns/{campaign}/approve", summary="Approve everything that the file says now")
def approve(caller: Approver, campaign: CampaignId, seen: _SEEN = None) -> ApprovedAnswer:
    file = _file(caller, campaign)
    _require_seen(file, seen)
    _require_another(caller, campaign, file.digest)
    planned, scheduled = caller.app.campaigns.approve(file.path, who=caller.user.name)
    caller.note("campaign.approve", f"campaign:{campaign}", after=_digest(planned))
    return ApprovedAnswer(campaign=campaign, file_digest=_digest(planned), scheduled=scheduled)


# --- files ---


def _all(app: App) -> list[CampaignSaid]:
    """Those of files first, in the order of their names; then what only the queue knows."""
    home = app.settings.home
    with app.store.read() as tx:
        titles = campaigns.titles(tx)
    files = {each.campaign: each for each in reversed(app.texts.all()) if each.campaign}
    said = [
        CampaignSaid(
            id=name, title=each.title, file=each.path.relative_to(home).as_posix(), file_digest=each.digest,
            starts_on=each.starts_on or None, ends_on=each.ends_on or None,
        )
        for name, each in sorted(files.items())
    ]  # fmt: skip
    gone = [
        CampaignSaid(id=name, title=title, file=None, file_digest=None, starts_on=None, ends_on=None)
        for name, title in sorted(titles.items())
        if name not in files
    ]
    return [*said, *gone]


def _file(caller: Caller, campaign: str) -> Heading:
    found = next((each for each in caller.app.texts.all() if each.campaign == campaign), None)
    if found is None:
        raise _missing(campaign)
    return found


def _missing(campaign: str) -> Refused:
    return Refused(
        404, "no-campaign", _("There is no campaign “{name}”.", name=campaign), _("GET /campaigns lists them.")
    )


def _require_seen(file: Heading, seen: Seen | None) -> None:
    if seen and seen.file_digest and seen.file_digest != file.digest:
        raise Refused(
            409, "file-changed", _("The file was changed since that plan; nothing was changed."),
            _("Look at a new plan, then try again."),
        )  # fmt: skip


def _require_another(caller: Caller, campaign: str, file_digest: str) -> None:
    """The desk's own rules: what is queued, not by its author, and not before its facts were checked."""
    with caller.app.store.read() as tx:
        queued = campaigns.newest_versions(tx, [campaign]).get(campaign)
    if queued is None or queued.digest != file_digest:
        raise Refused(
            409, "not-applied", _("The file is not queued as it is now."), _("Apply it first, and have it looked at.")
        )  # fmt: skip
    for each in caller.app.approving.asked(campaign):
        if reason := caller.app.approving.why_not(each, APPROVED, caller.user.name):
            raise Refused(
                409, "not-yours", f"{each.message}: {reason}", _("Let another user's token approve it.")
            )  # fmt: skip


# --- plans ---


def _digest(planned: Planned) -> str:
    return digest(planned.plan.file.text)


def _plan(planned: Planned) -> dict[str, Any]:
    plan = planned.plan
    costs = [each.cost for each in plan.changes if each.change in (Change.ADD, Change.CHANGE)]
    return {
        "campaign": plan.campaign.id, "file_digest": _digest(planned), "changes_anything": plan.changes_anything,
        "changes": [_change(each) for each in plan.changes], "waves": [_wave(each) for each in plan.waves],
        "cost_usd": float(sum(costs, Decimal(0))), "warnings": [ProblemSaid.of(each) for each in planned.problems],
    }  # fmt: skip


def _change(each: PlannedChange) -> ChangeSaid:
    account, queued = (each.wanted.account if each.wanted else None), each.queued
    content = each.content or (queued.content if queued else None)
    return ChangeSaid(
        change=each.change.value, message=each.key.message, account=each.key.account, occurrence=each.key.occurrence,
        platform=account.platform if account else queued.platform if queued else "",
        sandbox=account.sandbox if account else bool(queued and queued.sandbox), delivery=queued.id if queued else None,
        due_at=content.due_at if content else None, cost_usd=float(each.cost), reason=each.reason,
    )  # fmt: skip


def _wave(each: PlannedWave) -> WaveChangeSaid:
    return WaveChangeSaid(
        change=each.change.value, message=each.key.message, audience=each.key.audience, occurrence=each.key.occurrence,
        opens_at=each.content.opens_at if each.content else None, reason=each.reason,
    )  # fmt: skip
