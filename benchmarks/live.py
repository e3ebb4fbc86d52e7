"""How long a change takes to the page: from its commit by another process to the text that a browser shows."""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import uvicorn

from benchmarks.desk import _log_in, _office
from prokes_social.app import App
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.store import deliveries
from prokes_social.web import build
from tests.office import listening

TIMES, AIM, PATIENCE = 30, 1.0, 20_000


def run() -> Iterator[str]:
    programs = [path for path in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if path.exists()]
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        programs = []
    if not programs:
        yield "skipped: there is no chromium, or no playwright, on this machine"
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        app = _office(Path(folder) / "kantor")
        listener = listening()
        server = uvicorn.Server(uvicorn.Config(build(app), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        browser = started.chromium.launch(executable_path=str(programs[0]), args=["--no-sandbox"])
        times = _measured(app, browser, f"http://127.0.0.1:{listener.getsockname()[1]}")
        browser.close()
        server.should_exit = server.force_exit = True
        thread.join(10)
        app.close()
    p95 = quantiles(times, n=20)[18]
    yield (
        f"{len(times)} changes among 100,000 deliveries: p50 {median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
        f"max {max(times) * 1000:.0f} ms; {sum(each > AIM for each in times)} above {AIM * 1000:.0f} ms; "
        f"load {os.getloadavg()[0]:.1f}"
    )


def _measured(app: App, browser: Any, address: str) -> list[float]:
    context = browser.new_context()
    context.add_cookies([{"name": "prokes-desk", "value": _log_in(app), "url": address}])
    page = context.new_page()
    page.goto(f"{address}/calendar?view=list&status=scheduled&status=waiting", wait_until="load")
    page.wait_for_timeout(1500)  # the line stands
    rows = page.locator("#list [data-delivery]").evaluate_all(
        "(all) => all.map((each) => Number(each.dataset.delivery))"
    )
    return [_taken(app, page, number) for number in rows[:TIMES]]


def _taken(app: App, page: Any, number: int) -> float:
    """Seconds; the page notes by its own clock, which is this machine's, when the text is there."""
    page.evaluate(
        """([number, word]) => {
          window.seen = 0;
          const at = document.querySelector(`[data-delivery="${number}"]`);
          const look = () => { if (at.textContent.includes(word)) window.seen ||= Date.now(); };
          new MutationObserver(look).observe(at, { childList: true, subtree: true, characterData: true });
        }""",
        [number, str(DeliveryStatus.CANCELLED.label)],
    )
    time.sleep(number % 7 * 0.09)  # somewhere between two looks
    with app.store.write() as tx:
        deliveries.cancel(tx, number, reason="diukur")
    committed = time.time()
    seen = page.evaluate(
        """(patience) => new Promise((done) => {
          const look = () => (window.seen || (patience -= 20) < 0 ? done(window.seen) : setTimeout(look, 20));
          look();
        })""",
        PATIENCE,
    )
    assert seen, f"delivery {number} was not shown as cancelled"
    return float(seen) / 1000 - committed
