"""Talk to a running sandbox, in this process or another: its address in, posts, faults and settings by method."""

import json
import time
from pathlib import Path
from typing import Any

import requests


class SandboxRefused(Exception):
    """/_control did not take what it was given; the message says why."""


class Control:
    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy in the environment must not stand between us and 127.0.0.1

    @classmethod
    def from_state_file(cls, path: Path, *, timeout: float = 10.0) -> "Control":
        """Wait until a sandbox in another process listens. Raises TimeoutError."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if path.exists():
                return cls(json.loads(path.read_text(encoding="utf-8"))["url"])
            time.sleep(0.02)
        raise TimeoutError(f"no sandbox has written {path}")

    def control(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """One call of /_control/<path>. Raises SandboxRefused."""
        answer = self._session.request(method, f"{self.url}/_control/{path}", json=body, params=query, timeout=30)
        if not answer.ok:
            raise SandboxRefused(answer.json().get("error", answer.text))
        return answer.json()

    def accounts(self) -> dict[str, Any]:
        """Credentials by platform: `x`, `facebook`, `instagram`, and the Meta `app`."""
        return dict(self.control("GET", "accounts"))

    def add_accounts(self, **rows: list[dict[str, Any]]) -> None:
        """Add or replace: `add_accounts(x=[{...}])`."""
        self.control("POST", "accounts", rows)

    def posts(self, platform: str | None = None, account: str | None = None) -> list[dict[str, Any]]:
        """Everything that ever became public, in order of acceptance; `deleted_at` tells what was deleted since."""
        query = {name: value for name, value in (("platform", platform), ("account", account)) if value}
        return list(self.control("GET", "posts", **query)["posts"])

    def add_earlier_posts(
        self, platform: str, account: str, *, since: float, count: int = 1, every_s: float = 1.0
    ) -> list[dict[str, Any]]:
        """Public posts from before, each with id, published_at (Unix time) and permalink."""
        row = {"platform": platform, "account": account, "since": since, "count": count, "every_s": every_s}
        return list(self.control("POST", "earlier_posts", row)["posts"])

    def fault(self, platform: str, call: str, kind: str, **rest: Any) -> dict[str, Any]:
        """Order a fault; `rest` is times, after, account and the kind's own parameters."""
        return dict(self.control("POST", "faults", {"platform": platform, "call": call, "kind": kind, **rest}))

    def faults(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "faults")["faults"])

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def settings(self, **changes: Any) -> dict[str, Any]:
        """The settings, after `changes` were made."""
        return dict(self.control("POST", "settings", changes))

    def cost(self) -> dict[str, Any]:
        return dict(self.control("GET", "cost"))

    def delete_post(self, post_id: str) -> None:
        self.control("POST", "delete_post", {"id": post_id})

    def restore_post(self, post_id: str) -> None:
        self.control("POST", "restore_post", {"id": post_id})

    def correct_post(self, post_id: str, share: float) -> None:
        """Count only this share of its numbers from now on."""
        self.control("POST", "correct_post", {"id": post_id, "share": share})

    def numbers(self, at: float | None = None) -> dict[str, dict[str, int]]:
        """Post id to its true numbers, now or at a Unix time."""
        return dict(self.control("GET", "numbers", **({} if at is None else {"at": repr(at)}))["numbers"])

    def reset(self) -> None:
        """Forget posts, uploads, faults, limits and costs; accounts and settings stay."""
        self.control("POST", "reset")

    def picture(self, digest: str) -> bytes:
        """The bytes of an uploaded picture, by SHA-256."""
        answer = self._session.get(f"{self.url}/_control/media/{digest}", timeout=30)
        answer.raise_for_status()
        return answer.content

    def feed(self) -> str:
        """The feed page with its pictures inside, to be kept as one file."""
        answer = self._session.get(f"{self.url}/_control/feed.html", timeout=60)
        answer.raise_for_status()
        return answer.text

    def close(self) -> None:
        self._session.close()
