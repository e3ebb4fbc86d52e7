"""Cards: a request in, a picture out. Templates compiled, texts fitted and laid out by arithmetic, drawn by Pillow.

`Studio` is the way in; `contact_sheet` puts many cards on one picture to look at.
"""

from prokes_social.rendering.filling import Fault
from prokes_social.rendering.sheet import Cell, at_phone_width, contact_sheet, named_samples, sample_requests
from prokes_social.rendering.studio import Studio

__all__ = ["Cell", "Fault", "Studio", "at_phone_width", "contact_sheet", "named_samples", "sample_requests"]
