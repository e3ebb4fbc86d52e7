"""The sandbox itself: starting, its own door, the ledger that outlives a kill, numbers that grow, and the feed."""

import itertools
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from prokes_social.sandbox import Control, Sandbox, SandboxRefused, metrics
from tests.sandbox.conftest import x_client


def test_it_starts_fast_and_has_accounts_to_give_out() -> None:
    started = time.monotonic()
    with Sandbox(settings={"age_speed": 60.0}) as sandbox:
        assert time.monotonic() - started < 2  # usually 0.1; other work may run beside the tests
        accounts = sandbox.accounts()
        assert {user["username"] for user in accounts["x"]} >= {"tanjungasri_sehat", "nusaraya_prov"}
        assert accounts["facebook"][0]["name"] == "Kabupaten Tanjung Asri"
        assert accounts["instagram"][0]["username"] == "tanjungasri.sehat"
        assert sandbox.settings()["age_speed"] == 60


def test_accounts_can_be_given_and_unknown_names_are_refused() -> None:
    user = {"id": "9", "username": "uji", "name": "Uji", "bearer_tokens": ["t"]}
    with Sandbox(accounts={"x": [user]}) as sandbox:
        answer = requests.get(f"{sandbox.url}/2/users/me", headers={"Authorization": "Bearer t"}, timeout=10)
        assert answer.json()["data"]["username"] == "uji"
        with pytest.raises(SandboxRefused, match="sandi"):
            sandbox.add_accounts(x=[{**user, "sandi": "x"}])
    with pytest.raises(ValueError, match="no such setting"):
        Sandbox(settings={"lag": 1.0})


def test_settings_are_checked(sandbox: Sandbox) -> None:
    for wrong in ({"lag": 1}, {"x_vocabulary": "toot"}, {"limits": {"posts": 1}}, {"age_speed": "fast"}):
        with pytest.raises(SandboxRefused):
            sandbox.settings(**wrong)
    assert sandbox.settings(limits={"x_posts_per_15m": 3})["limits"]["x_posts_per_15m"] == 3


def test_a_clock_can_be_handed_in() -> None:
    now = [1_800_000_000.0]
    user = {"id": "9", "username": "uji", "name": "Uji", "bearer_tokens": ["t"]}
    with Sandbox(accounts={"x": [user]}, clock=lambda: now[0]) as sandbox:
        headers = {"Authorization": "Bearer t"}
        requests.post(f"{sandbox.url}/2/tweets", json={"text": "Halo"}, headers=headers, timeout=10)
        assert sandbox.posts()[0]["created_at"] == "2027-01-15T08:00:00.000Z"


def test_a_killed_process_leaves_its_ledger(tmp_path: Path) -> None:
    state, ledger = tmp_path / "state.json", tmp_path / "ledger.jsonl"
    command = [sys.executable, "-m", "prokes_social.sandbox", "--state-file", str(state), "--ledger", str(ledger)]
    process = subprocess.Popen(command)
    try:
        control = Control.from_state_file(state)
        assert json.loads(state.read_text())["pid"] == process.pid
        user = control.accounts()["x"][0]
        x_client(control, user).create_tweet(text="Halo")  # type: ignore[arg-type]
        control.close()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    [line] = ledger.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == "Halo"


def test_a_terminated_process_ends_by_itself(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    process = subprocess.Popen([sys.executable, "-m", "prokes_social.sandbox", "--state-file", str(state)])
    Control.from_state_file(state).close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) in (0, -signal.SIGTERM)


def test_reset_forgets_posts_and_faults_but_not_accounts(sandbox: Sandbox, x: Any) -> None:
    x.create_tweet(text="Halo")
    sandbox.fault("x", "publish", "error_500")
    sandbox.reset()
    assert (sandbox.posts(), sandbox.faults(), sandbox.cost()["request_count"]) == ([], [], 0)
    x.create_tweet(text="Halo")
    assert sandbox.posts()[0]["order"] == 1


@pytest.mark.parametrize("platform", ["x", "facebook", "instagram"])
def test_numbers_grow_fast_then_slowly_and_never_shrink(platform: str) -> None:
    ages = [0, 600, 3600, 21_600, 86_400, 7 * 86_400, 28 * 86_400, 90 * 86_400]
    seen = [metrics.numbers(platform, "4711", age, 10_000) for age in ages]
    for earlier, later in itertools.pairwise(seen):
        assert all(earlier[name] <= later[name] for name in earlier)
    views = [row["views"] for row in seen]
    assert views[0] == 0
    assert views[4] > 0.5 * views[6] > 500
    assert views[7] < 1.05 * views[6]
    assert metrics.numbers(platform, "4711", 86_400, 10_000) == seen[4]
    assert metrics.numbers(platform, "4712", 86_400, 10_000) != seen[4]


def test_age_speed_lets_days_pass_in_seconds(sandbox: Sandbox, x: Any) -> None:
    post_id = x.create_tweet(text="Halo").data["id"]

    def views() -> int:
        return int(
            x.get_tweet(post_id, user_auth=True, tweet_fields=["public_metrics"]).data["public_metrics"][
                "impression_count"
            ]
        )

    assert views() == 0
    sandbox.settings(age_speed=864_000.0)
    time.sleep(0.15)
    early = views()
    time.sleep(0.3)
    assert views() > early > 0


def test_the_feed_shows_posts_as_people_see_them(
    sandbox: Sandbox, x: Any, graph: Any, page: dict[str, Any], ig: Any, instagram: dict[str, Any], pictures: str
) -> None:
    x.create_tweet(text="Halo <b>semua</b>\n#Prokes kemkes.go.id")
    graph.put_object(page["id"], "feed", message="Dari Halaman")
    made = ig.put_object(instagram["id"], "media", image_url=f"{pictures}/jpeg/400/500", alt_text="Kartu hijau")["id"]
    ig.put_object(instagram["id"], "media_publish", creation_id=made)

    live = requests.get(f"{sandbox.url}/", timeout=10).text
    assert "tidak ada yang benar-benar terunggah" in live
    assert "Halo &lt;b&gt;semua&lt;/b&gt;" in live
    assert '<span class="mark">#Prokes</span>' in live
    assert "Dari Halaman" in live
    assert "/_control/media/" in live

    kept = sandbox.feed()
    assert re.search(r'src="data:image/jpeg;base64,[^"]+" alt="Kartu hijau"', kept)
    assert "/_control/" not in kept
    assert not re.search(r'(src|href)="(https?:)?//(?!127\.0\.0\.1)', kept)


def test_a_permalink_opens_its_post_alone(sandbox: Sandbox, x: Any) -> None:
    x.create_tweet(text="Satu")
    x.create_tweet(text="Dua")
    first = sandbox.posts()[0]
    shown = requests.get(first["permalink"], timeout=10)
    assert "Satu" in shown.text
    assert "Dua" not in shown.text
    sandbox.delete_post(first["id"])
    assert requests.get(first["permalink"], timeout=10).status_code == 404


def test_nothing_of_ours_is_imported() -> None:
    code = (
        "import sys, prokes_social.sandbox; print([name for name in sys.modules if name.startswith('prokes_social')])"
    )
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name.split(".")[1] for name in re.findall(r"'(prokes_social\.[^']+)'", names)}
    assert loaded == {"sandbox"}


def test_many_posts_at_once_are_all_counted_once(sandbox: Sandbox, x_user: dict[str, Any]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def post(number: int) -> str:
        return str(x_client(sandbox, x_user).create_tweet(text=f"Nomor {number}").data["id"])

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(post, range(40)))
    assert len(set(ids)) == 40
    posts = sandbox.posts()
    assert sorted(ids) == sorted(post["id"] for post in posts)
    assert [post["order"] for post in posts] == list(range(1, 41))


def test_the_window_of_a_limit_and_its_reset(sandbox: Sandbox) -> None:
    from prokes_social.sandbox.limits import Windows

    windows = Windows()
    first: Callable[[float], Any] = lambda now: windows.count("k", 1, 900, now)  # noqa: E731
    assert first(100.5).fits
    assert not first(1000.0).fits
    assert first(1000.0).reset == 1001
    assert first(1000.5).fits
