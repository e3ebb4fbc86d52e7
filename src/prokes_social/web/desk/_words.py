"""An error in, what a page says of it out."""

from prokes_social.errors import ProkesError


def plain(error: ProkesError) -> str:
    """Message and hint, without hints that name commands: whoever reads pages has none."""
    return error.message if "`" in error.hint or not error.hint else f"{error.message} {error.hint}"
