"""A number of kills in, a verdict out: proves on this machine that publishing loses nothing and doubles nothing.

True publishers in processes of their own work a queue of their own against the sandbox, which lies to them; they are
killed and frozen all the while. What the sandbox has made public is then laid beside what the queue believes.
"""

from prokes_social.drill.databases import KINDS
from prokes_social.drill.orders import RECOVERY, Orders
from prokes_social.drill.result import Result
from prokes_social.drill.running import Progress, run

__all__ = ["KINDS", "RECOVERY", "Orders", "Progress", "Result", "run"]
