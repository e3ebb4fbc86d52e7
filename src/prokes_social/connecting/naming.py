"""A name for a new official account in, nothing out where it may be had; raises SettingsError where not."""

import re
from collections.abc import Collection

from prokes_social.errors import SettingsError
from prokes_social.i18n import _
from prokes_social.model.campaign import GROUPS, ID_FORM

#: Addresses of the desk below /accounts.
_ADDRESSES = frozenset({"new", "back"})
#: What `granting` calls the accounts of staff: whoever is named like that would be taken for theirs.
_PERSONAL = re.compile(r".*-pegawai-\d+")


def require_usable(name: str, *, platforms: Collection[str], units: Collection[str]) -> None:
    """In the form of all ids in campaign files, and no word that means something else in `to:`."""
    if not re.fullmatch(ID_FORM, name):
        raise SettingsError(
            _("“{name}” can't be an account's name.", name=name[:80]),
            hint=_("Use up to 64 letters a to z, digits and hyphens, beginning with a letter or digit: humas-fb."),
        )
    if name in {*GROUPS, *platforms, *units, *_ADDRESSES} or _PERSONAL.fullmatch(name):
        raise SettingsError(
            _("“{name}” already means something else: a platform, a unit, a group or a page.", name=name),
            hint=_("Add a word to it, such as the platform: humas-fb."),
        )
