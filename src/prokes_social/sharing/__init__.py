"""Inviting people to share: approved waves and the directory in, offers and their share steps out.

What is shared from a personal account is never published by us: an offer can only be counted, as far as people tell.
"""

from prokes_social.sharing.links import PersonalLinks
from prokes_social.sharing.opening import Opener

__all__ = ["Opener", "PersonalLinks"]
