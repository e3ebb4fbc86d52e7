"""Notice: one alarm as somebody outside is told of it, and what a way of telling must be able to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from prokes_social.model.alarm import Alarm


class NotTold(Exception):
    """The other side did not take it; it is told again later. Says why, without secrets."""


class PerhapsTold(Exception):
    """The answer was lost on the way: it may have been taken. Says why, without secrets."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """An alarm with what its subject is called; texts of deliveries and names of persons stay at home."""

    alarm: Alarm
    office: str
    delivery_id: int | None = None
    campaign: str = ""
    message: str = ""
    account: str = ""
    sandbox: bool = False

    def as_json(self) -> dict[str, Any]:
        """The body of a webhook, as the manual promises it; words are in the language spoken."""
        alarm = self.alarm
        return {
            "event": "alarm",
            "id": alarm.id,
            "kind": alarm.kind.value,
            "label": str(alarm.kind.label),
            "state": "closed" if alarm.closed_at else "open",
            "office": self.office,
            "sandbox": self.sandbox,
            "delivery": self.delivery_id,
            "campaign": self.campaign or None,
            "message": self.message or None,
            "account": self.account or None,
            "what": alarm.what,
            "next_step": str(alarm.kind.remedy),
            "opened_at": alarm.opened_at.isoformat(),
        }


class Channel(Protocol):
    """A way out of the house."""

    @property
    def name(self) -> str: ...

    @property
    def at_once(self) -> int:
        """How many notices one telling may carry."""
        ...

    def tell(self, notices: Sequence[Notice]) -> None:
        """Raises NotTold within about 10 seconds where the other side does not take them."""
        ...
