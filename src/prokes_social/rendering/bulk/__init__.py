"""People and a compiled card in, a folder with a card for each out; what is finished once is never drawn again.

`draw_chunk` draws some cards wherever it is called: here, in processes beside, or on a cluster. `draw_all` hands the
chunks out and keeps the manifest.
"""

from prokes_social.rendering.bulk.chunk import SLOTS, BulkJob, Failure, StaffCard, content_of, draw_chunk
from prokes_social.rendering.bulk.manifest import Entry, Manifest, open_manifest
from prokes_social.rendering.bulk.naming import file_of
from prokes_social.rendering.bulk.packing import pack
from prokes_social.rendering.bulk.pools import in_processes, in_this_process, on_cluster
from prokes_social.rendering.bulk.running import Progress, draw_all
from prokes_social.rendering.bulk.trouble import Trouble

__all__ = [
    "SLOTS",
    "BulkJob",
    "Entry",
    "Failure",
    "Manifest",
    "Progress",
    "StaffCard",
    "Trouble",
    "content_of",
    "draw_all",
    "draw_chunk",
    "file_of",
    "in_processes",
    "in_this_process",
    "on_cluster",
    "open_manifest",
    "pack",
]
