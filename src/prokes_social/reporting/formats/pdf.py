"""A report in, a tagged PDF out: one page of essentials with letterhead and number, then details, then who signs."""

from collections.abc import Mapping

from prokes_social.i18n import Bilingual
from prokes_social.model.report import Report
from prokes_social.reporting.document import document_of
from prokes_social.reporting.pdf import compile_pdf

name = "pdf"
suffix = ".pdf"
media_type = "application/pdf"
label = Bilingual("PDF berkop surat, untuk ditandatangani", "PDF with letterhead, to sign")


def write(report: Report) -> Mapping[str, bytes]:
    return {suffix: compile_pdf("report.typ", document_of(report), made_at=report.made_at)}
