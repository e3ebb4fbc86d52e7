"""The name of a Typst document and plain data in, a tagged PDF out (PDF/UA-1): to print, to sign, to be read aloud.

Data travels as JSON beside the document and never becomes part of its source, so no text of anybody's can run there.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from prokes_social.errors import ProkesError
from prokes_social.i18n import _, language

if TYPE_CHECKING:
    from typst import Fonts

FOLDER = "typst"


def compile_pdf(document: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """`document` is a file of `reporting/typst` and reads `data` from `sys.inputs`. Same data, same bytes."""
    import typst  # some 20 MB that only this needs

    said = json.dumps({**data, "language": language()}, ensure_ascii=False)
    with as_file(files("prokes_social.reporting").joinpath(FOLDER)) as folder:
        try:
            compiler = typst.Compiler(root=str(folder), font_paths=_fonts(), ignore_system_fonts=True)
            written = compiler.compile(
                str(folder / document), format="pdf", sys_inputs={"data": said}, pdf_standards="ua-1",
                timestamp=int(made_at.timestamp()),
            )  # fmt: skip
            assert isinstance(written, bytes)  # noqa: S101 - one file was asked for
            return written
        except typst.TypstError as error:
            raise ProkesError(
                _("The PDF can't be set: {reason}.", reason=error.message),
                hint=_("Write the report in another format meanwhile, and tell us about it."),
            ) from error


@cache
def _fonts() -> "Fonts":
    """Plus Jakarta Sans for labels; the text type comes with Typst."""
    import typst

    with as_file(files("fontpkg_plus_jakarta_sans") / "files") as folder:
        return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
