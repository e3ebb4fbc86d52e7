"""A tree and the model's complaints in; the tree without the refused parts out, so that the rest can still be checked.

What is optional is taken out; what is required gets a stand-in. Both are marked, so that nobody is told twice.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from prokes_social.loading.complaints import Complaint
from prokes_social.loading.shape import stand_in
from prokes_social.loading.tree import Node
from prokes_social.model.campaign import Path, Span


def mend(root: Node, complaints: Sequence[Complaint], model: type[BaseModel]) -> bool:
    """Change `root` in place; False where nothing could be done."""
    missing = [complaint for complaint in complaints if complaint.is_missing]
    refused = [complaint for complaint in complaints if not complaint.is_missing and complaint.path]
    for complaint in missing:
        _fill(root, complaint.path, model)
    # From the end, so that taking out a list's third item does not move its fifth.
    for path in sorted({complaint.path for complaint in refused}, key=_reading_position, reverse=True):
        _take_out(root, path)
    return bool(missing or refused)


def _reading_position(path: Path) -> tuple[tuple[bool, int, str], ...]:
    return tuple((isinstance(step, int), step if isinstance(step, int) else 0, str(step)) for step in path)


def node_at(root: Node, path: Path) -> Node | None:
    node: Node | None = root
    for step in path:
        node = node.child(step) if node else None
    return node


def _fill(root: Node, path: Path, model: type[BaseModel]) -> None:
    parent = node_at(root, path[:-1])
    if parent is None:
        return
    value = _spoilt_node(stand_in(model, path), Span(start=parent.span.start, end=parent.span.start))
    if isinstance(parent.value, dict):
        parent.value[str(path[-1])] = value
    elif isinstance(parent.value, list):
        parent.value.append(value)


def _take_out(root: Node, path: Path) -> None:
    parent = node_at(root, path[:-1])
    step = path[-1]
    if parent is None or parent.child(step) is None:
        return
    if isinstance(parent.value, dict):
        del parent.value[str(step)]
        parent.lost.add(str(step))
    elif isinstance(parent.value, list) and isinstance(step, int):
        del parent.value[step]


def _spoilt_node(value: Any, span: Span) -> Node:
    if isinstance(value, dict):
        return Node(span, {key: _spoilt_node(item, span) for key, item in value.items()}, spoilt=True)
    if isinstance(value, list):
        return Node(span, [_spoilt_node(item, span) for item in value], spoilt=True)
    return Node(span, value, spoilt=True)
