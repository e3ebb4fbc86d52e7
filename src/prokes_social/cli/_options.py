"""Words on the command line whose choices are found in folders; looked up only when they are needed.

`prokes --help` imports every command module to list it, so these stay light: nothing heavy at their top.
"""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from prokes_social.i18n import _

if TYPE_CHECKING:
    from pathlib import Path

    from prokes_social.model.platform import Size


class OneOf(click.Choice[str]):
    """A choice among names that a function tells."""

    def __init__(self, names: Callable[[], Sequence[str]]) -> None:
        self._names = names
        self.case_sensitive = True

    @property
    def choices(self) -> Sequence[str]:  # type: ignore[override]
        return self._names()


class SizeType(click.ParamType["Size"]):
    name = "WxH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "Size":
        from prokes_social.model.platform import Size

        try:
            return value if isinstance(value, Size) else Size.parse(str(value))
        except ValueError:
            self.fail(_("{value} is not a size such as 1080x1350.", value=value), param, ctx)


def platform_names() -> Sequence[str]:
    from prokes_social import platforms

    return platforms.names()


def status_names() -> Sequence[str]:
    from prokes_social.model.delivery import DeliveryStatus

    return [status.value for status in DeliveryStatus]


def format_names() -> Sequence[str]:
    from prokes_social.reporting import formats

    return formats.names()


def workspace_or_none() -> "Path | None":
    """The workspace that we stand in, for commands that also work without one."""
    from pathlib import Path

    from prokes_social.errors import SettingsError
    from prokes_social.settings import find_home

    try:
        return find_home(os.environ, Path.cwd())
    except SettingsError:
        return None


def template_names() -> Sequence[str]:
    """Those of the workspace and those that are shipped, by their files: a broken one is named too."""
    from prokes_social.app.cards import asset_folders
    from prokes_social.loading.templates import template_files

    return sorted(template_files(asset_folders(workspace_or_none())))


def brand_names() -> Sequence[str]:
    """Kits and their variants; those with problems too, as commands that draw with them say what is wrong."""
    from prokes_social.app.cards import asset_folders
    from prokes_social.loading.brands import read_brands

    return sorted(read_brands(asset_folders(workspace_or_none())).kits)
