"""An error of the disk in; what to tell the person at the screen out."""

import errno
from dataclasses import dataclass
from typing import Self

from prokes_social.errors import CardError
from prokes_social.i18n import _

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why no more could be written; unlike an exception it travels between processes as it is."""

    number: int | None  #: errno
    reason: str  #: the system's words, for what has none of ours
    file: str

    @classmethod
    def of(cls, error: OSError, place: object) -> Self:
        return cls(number=error.errno, reason=error.strerror or str(error), file=str(error.filename or place))

    def as_error(self, so_far: str = "") -> CardError:
        """`so_far` says what is finished."""
        if self.number in _NO_ROOM:
            message = _("There is no more room on the disk for {file}.", file=self.file)
            hint = _("Make room, then run the same command again: it goes on where it stopped.")
        else:
            message = _("{file} can't be written: {reason}.", file=self.file, reason=_why(self.number) or self.reason)
            hint = _("Make the folder writable, or choose another, and run the same command again.")
        return CardError(message, hint=f"{so_far} {hint}".strip())


def _why(number: int | None) -> str:
    """What systems say in English, in the language of the office."""
    if number in (errno.EACCES, errno.EPERM):
        return _("nobody may write there")
    if number == errno.EROFS:
        return _("the disk can only be read")
    return _("the disk reports an error") if number == errno.EIO else ""
