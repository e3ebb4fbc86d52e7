"""Deliveries in, posts out: never twice, never silently lost."""

from prokes_social.publishing.lookup import LookUp
from prokes_social.publishing.points import Point
from prokes_social.publishing.publisher import Publisher
from prokes_social.publishing.reaper import Reaper
from prokes_social.publishing.settling import Settler
from prokes_social.publishing.timing import Timing

__all__ = ["LookUp", "Point", "Publisher", "Reaper", "Settler", "Timing"]
