"""Drills kill hundreds of publishers: they run with `make drill`."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/drill" in item.path.as_posix():
            item.add_marker(pytest.mark.slow)
