"""What makes an evaluation a letter."""

from dataclasses import dataclass
from datetime import datetime

from prokes_social.model.report import Letterhead, Paper


@dataclass(frozen=True, kw_only=True)
class CoveragePaper:
    letterhead: Letterhead
    paper: Paper
    made_at: datetime
    zone: str  #: WIB, WITA or WIT
    version: str  #: of the program
