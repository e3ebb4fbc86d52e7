"""Runs in the order they are read in, runs from left to right out; only lines with Jawi need it.

Unicode Standard Annex 9 as far as cards go: no embeddings, and brackets follow what stands around them. Each run of
Jawi is one unit, as RAQM orders the letters within it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from prokes_social.rendering.scripts import Run

_NUMBER, _LETTERS, _NEUTRAL, _RIGHT = "number", "letters", "neutral", "right"
_TOKEN = re.compile(r"(?P<number>[+\-]?\d+(?:[.,:/]\d+)*%?)|(?P<letters>[^\W\d_]+)|(?P<neutral>[\W_])")
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


def visual(runs: Sequence[Run], right_to_left: bool) -> list[Run]:
    """From left to right. `right_to_left` is the direction of the paragraph."""
    tokens = [token for run in runs for token in _tokens(run)]
    levels = _levels([kind for kind, _run in tokens], int(right_to_left))
    order = list(range(len(tokens)))
    for level in range(max(levels, default=0), 0, -1):
        order = _turned(order, levels, level)
    return list(_merged([_mirrored(tokens[n][1], levels[n]) for n in order]))


def _tokens(run: Run) -> Iterator[tuple[str, Run]]:
    if run.script:
        yield (_RIGHT if run.script.right_to_left else _LETTERS), run
    elif run.is_emoji:
        yield _NEUTRAL, run
    else:
        for token in _TOKEN.finditer(run.text):
            yield token.lastgroup or _NEUTRAL, Run(token.group())


def _levels(kinds: Sequence[str], base: int) -> list[int]:
    """Even levels read from left to right, odd ones from right to left."""
    kinds = _numbers_settled(kinds, base)
    level = {_RIGHT: 1, _LETTERS: 2 * base, _NUMBER: 2}
    return [level[kind if kind != _NEUTRAL else _side_of(kinds, n, base)] for n, kind in enumerate(kinds)]


def _numbers_settled(kinds: Sequence[str], base: int) -> list[str]:
    """A number after Latin letters is one of them; after Jawi it goes along with it, its digits in order."""
    settled, before = [], _RIGHT if base else _LETTERS
    for kind in kinds:
        before = kind if kind in (_RIGHT, _LETTERS) else before
        settled.append(_LETTERS if kind == _NUMBER and before == _LETTERS else kind)
    return settled


def _side_of(kinds: Sequence[str], at: int, base: int) -> str:
    """A neutral takes the direction of its neighbours where they agree, else the paragraph's."""
    usual = _RIGHT if base else _LETTERS
    before = next((kind for kind in reversed(kinds[:at]) if kind != _NEUTRAL), usual)
    after = next((kind for kind in kinds[at + 1 :] if kind != _NEUTRAL), usual)
    before, after = (_RIGHT if kind == _NUMBER else kind for kind in (before, after))
    return before if before == after else usual


def _turned(order: Sequence[int], levels: Sequence[int], level: int) -> list[int]:
    turned: list[int] = []
    for is_inside, group in groupby(order, key=lambda n: levels[n] >= level):
        stretch = list(group)
        turned += reversed(stretch) if is_inside else stretch
    return turned


def _mirrored(run: Run, level: int) -> Run:
    return Run(run.text.translate(_MIRRORED)) if level % 2 and not (run.script or run.is_emoji) else run


def _merged(placed: Sequence[Run]) -> Iterator[Run]:
    """Neighbours of the brand's typeface as one run again, so that they are kerned."""
    plain = ""
    for run in placed:
        if not (run.script or run.is_emoji):
            plain += run.text
            continue
        if plain:
            yield Run(plain)
        plain = ""
        yield run
    if plain:
        yield Run(plain)
