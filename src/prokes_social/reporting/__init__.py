"""Questions answered from the store: a campaign's name in, a Report out. Reporting only reads."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prokes_social.model.report import Paper, Report
    from prokes_social.reporting.paper import Look
    from prokes_social.settings import Settings
    from prokes_social.store import Store


def campaign_report(
    store: "Store",
    campaign_name: str,
    *,
    settings: "Settings",
    now: datetime,
    accent: str = "",
    look: "Look | None" = None,
    paper: "Paper | None" = None,
) -> "Report":
    """What became of a campaign's deliveries and how far they reached, in the reader's language.

    `accent` (`#rrggbb`) colours the letterhead; one too pale to read on white is darkened. `paper` is the number and
    who signs; without it both are as the settings have them. Raises ContentError where the database does not know
    the campaign.
    """
    # Imported late: the command line asks this package for the names of its formats, and must stay quick.
    from prokes_social.reporting.campaign import make_report
    from prokes_social.reporting.paper import Look, paper_of

    return make_report(
        store,
        campaign_name,
        settings=settings,
        now=now,
        look=look or Look(accent=accent),
        paper=paper or paper_of(settings, now=now),
    )
