"""The red button: stop everything in every process, and go on."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from prokes_social.i18n import _
from prokes_social.web.api._answers import ResumedAnswer, StoppedAnswer
from prokes_social.web.api._door import Refused, Stopper

router = APIRouter(tags=["stop"])


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    remark: str = Field(
        default="", max_length=500, pattern=r"^[^\x00-\x08\x0e-\x1f]*$", description="for those who find it stopped"
    )


class Overdue(BaseModel):
    model_config = ConfigDict(extra="forbid")

    overdue: Literal["send", "drop"] | None = Field(
        default=None, description="what becomes of deliveries whose time passed meanwhile; needed where there are some"
    )


@router.post("/stop", summary="Halt all publishing at once, in every process")
def stop(caller: Stopper, why: Annotated[Why | None, Body()] = None) -> StoppedAnswer:
    done = caller.app.decisions.stop(who=caller.user.name, remark=why.remark if why else "")
    if done.newly:
        caller.note("publishing.stop", "switch:stop")
    return StoppedAnswer(stopped=True, newly=done.newly, in_flight=[each.id for each in done.in_flight])


@router.post("/resume", summary="Go on after a stop")
def resume(caller: Stopper, what: Annotated[Overdue | None, Body()] = None) -> ResumedAnswer:
    if caller.app.decisions.stopped() is None:
        raise Refused(409, "not-stopped", _("Nothing is stopped."))
    overdue = caller.app.decisions.overdue()
    chosen = what.overdue if what else None
    if overdue and chosen is None:
        raise Refused(
            409, "overdue", _("Deliveries came due meanwhile: {count}.", count=len(overdue)),
            _("Say in “overdue” whether they are sent late or dropped."),
        )  # fmt: skip
    late, dropped = (overdue, []) if chosen == "send" else ([], overdue)
    caller.app.decisions.resume(late=late, dropped=dropped)
    caller.note("publishing.resume", "switch:stop", after=f"late {len(late)}, dropped {len(dropped)}")
    return ResumedAnswer(stopped=False, sent_late=len(late), dropped=len(dropped))
