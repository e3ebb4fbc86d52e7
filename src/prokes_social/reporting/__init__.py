"""Questions answered from the store: a campaign's name in, a Report out. Reporting only reads."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prokes_social.model.report import Report
    from prokes_social.reporting.paper import Look
    from prokes_social.settings import Settings
    from prokes_social.store import Store


def campaign_report(
    store: "Store",
    campaign_name: str,
    *,
    settings: "Settings",
    now: datetime,
    look_of: "Callable[[str], Look] | None" = None,
    number: str = "",
) -> "Report":
    """What became of a campaign's deliveries and how far they reached, in the reader's language.

    `look_of` gives what the campaign's brand kit gives to paper; a colour too pale to read on white is darkened.
    `number` is printed as the letter's. Raises ContentError where the database does not know the campaign.
    """
    # Imported late: the command line asks this package for the names of its formats, and must stay quick.
    from prokes_social.reporting.campaign import make_report
    from prokes_social.reporting.paper import Look, paper_of

    return make_report(
        store,
        campaign_name,
        settings=settings,
        now=now,
        look_of=look_of or (lambda brand: Look()),
        paper=paper_of(settings, number=number),
    )
