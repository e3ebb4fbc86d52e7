"""The parts of an address and of a query that several pages of the API take, with what they may hold."""

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_ID = r"^[a-z0-9][a-z0-9-]{0,63}$"
#: No text of ours has control characters, and PostgreSQL takes no NUL.
_PLAIN = r"^[^\x00-\x1f\x7f]{0,100}$"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOST_ID = 2_147_483_647
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)


def _written(said: object) -> object:
    """A bare number would pass for seconds since 1970."""
    if isinstance(said, str) and not _DAY.match(said):
        raise ValueError("write it like 2026-11-23T07:30:00+07:00")
    return said


def _reachable(at: datetime | None) -> datetime | None:
    """Times before and after everything that is sent narrow nothing, and databases can't hold all of them."""
    if at is None or _FIRST.year < at.year < _LAST.year:
        return at
    return _FIRST if at.year <= _FIRST.year else _LAST


CampaignId = Annotated[str, Path(pattern=_ID, description="the `id` in the campaign's file")]
DeliveryId = Annotated[int, Path(ge=1, le=_MOST_ID)]
CampaignFilter = Annotated[str | None, Query(pattern=_ID)]
WordFilter = Annotated[str | None, Query(pattern=_PLAIN)]
Moment = Annotated[
    AwareDatetime | None, Query(description="with a zone"), BeforeValidator(_written), AfterValidator(_reachable)
]
HowMany = Annotated[int, Query(ge=1, le=200)]
#: Where the page before ended: microseconds since 1970, and the delivery's number.
Cursor = Annotated[str | None, Query(pattern=r"^[0-9]{1,16}-[0-9]{1,10}$", description="`next` of the page before")]
