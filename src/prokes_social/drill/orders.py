"""What a drill is asked to do, and the times it runs with: those of the protocol, scaled down thirtyfold."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from prokes_social.i18n import language
from prokes_social.keys import new_key
from prokes_social.settings import FILE

LEASE = timedelta(seconds=2)
#: How often a publisher looks for work and for leases that ended; a worker at full size is slower by as much.
TICK = timedelta(seconds=0.25)
REAP = timedelta(seconds=0.5)
#: Within this a row of a killed publisher must be in other hands.
RECOVERY = LEASE + timedelta(seconds=1)

SETTINGS = """\
[publishing]
lease = "2s"
prepare_lead = "1s"
lookups = ["0.3s", "0.6s", "1.2s", "2.4s"]
retry = "0.5s"
threads = 3
x_monthly_budget = 1000000

[tracking]
reading_ages = ["28 d"]        # nobody reads numbers during a drill

[platforms.x]                  # together below half the lease, as at full size
connect_timeout = 0.25
read_timeout = 0.6

[platforms.graph]
connect_timeout = 0.25
read_timeout = 0.6
"""


@dataclass(frozen=True, kw_only=True)
class Orders:
    kills: int = 100
    deliveries: int = 150
    publishers: int = 10
    seed: int = 0
    #: `module:class` of the publisher on trial; a test names one that does wrong on purpose
    publisher_class: str = "prokes_social.drill.publisher:WatchedPublisher"

    @property
    def accounts(self) -> int:
        """Enough that a lost publisher, which stops its account until the lease ends, does not stop everything."""
        return min(max(self.deliveries // 2, 10), 80)


def make_workspace(folder: Path, *, database_url: str, sandbox: str, pictures: str) -> dict[str, str]:
    """Write the settings of a drill into `folder`; the environment with which its processes load them."""
    (folder / FILE).write_text(SETTINGS, encoding="utf-8")
    return {
        "PROKES_HOME": str(folder),
        "PROKES_LANG": language(),
        "PROKES_KEY": new_key(),
        "PROKES_DATABASE_URL": database_url,
        "PROKES_PUBLIC_URL": pictures,
        "PROKES_X_BASE_URL": sandbox,
        "PROKES_GRAPH_BASE_URL": sandbox,
    }
