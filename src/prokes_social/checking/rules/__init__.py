"""The folder is the register: every module here is a rule. To add one, write a module and its test examples."""

import pkgutil
from functools import cache
from importlib import import_module

from prokes_social.checking.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(Rule.of(import_module(f"{__name__}.{name}")) for name in names)
