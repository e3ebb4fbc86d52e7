"""Tables of coverage in; how the units stand, for the office or for everybody, on cards, in files and on paper out."""

from prokes_social.reporting.coverage.evaluating import changes_between, evaluate
from prokes_social.reporting.coverage.public import for_everybody

__all__ = ["changes_between", "evaluate", "for_everybody"]
