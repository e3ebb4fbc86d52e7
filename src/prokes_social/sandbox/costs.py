"""What X would charge: a priced deed in, requests and dollars out. Meta's calls are free and only counted."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# X's pay-per-use prices in thousandths of a dollar, as of November 2026.
PRICES = {
    "post": 15,
    "post_with_url": 200,
    "post_read": 5,
    "own_post_read": 1,
    "media_metadata": 5,
}


@dataclass
class Costs:
    requests: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)

    def request(self, platform: str, name: str) -> None:
        self.requests[f"{platform}.{name}"] += 1

    def charge(self, deed: str, times: int = 1) -> None:
        self.deeds[deed] += times

    def as_json(self) -> dict[str, Any]:
        thousandths = sum(PRICES[deed] * times for deed, times in self.deeds.items())
        return {
            "requests": dict(sorted(self.requests.items())),
            "request_count": self.requests.total(),
            "deeds": dict(sorted(self.deeds.items())),
            "dollars": round(thousandths / 1000, 3),
        }
