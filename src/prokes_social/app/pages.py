"""The name of a package with a `templates` folder in, a Jinja2 environment that speaks the reader's language out."""

from functools import cache
from typing import TYPE_CHECKING

from prokes_social import i18n

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment(package: str) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals |= {"_": i18n._, "n_": i18n.n_}
    return made
