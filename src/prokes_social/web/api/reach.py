"""Reach: what became of a campaign, each figure with how it is known."""

from fastapi import APIRouter

from prokes_social.i18n import _
from prokes_social.store import campaigns
from prokes_social.web.api._answers import ReachAnswer
from prokes_social.web.api._door import Reader, Refused
from prokes_social.web.api._words import CampaignId

router = APIRouter(tags=["reach"])


@router.get("/reach/{campaign}", summary="Figures of a campaign, in total and by platform, account, unit and message")
def one(caller: Reader, campaign: CampaignId) -> ReachAnswer:
    from prokes_social.reporting.formats.json import as_document

    with caller.app.store.read() as tx:
        known = campaign in campaigns.titles(tx)
    if not known:
        raise Refused(404, "no-campaign", _("The queue knows no campaign “{name}”.", name=campaign))
    return ReachAnswer.model_validate(as_document(caller.app.reach.report(campaign)))
