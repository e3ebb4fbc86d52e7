// What pages can do besides: live statuses, and a menu that closes. Without it everything works by loading anew.

const live = document.body.dataset.live;

/** Somebody else's change, put in place: every element that shows the delivery follows. */
function show(change) {
  for (const place of document.querySelectorAll(`[data-${change.kind}="${CSS.escape(change.subject)}"]`)) {
    const status = place.matches(".status") ? place : place.querySelector(".status");
    if (!status || !change.label) continue;
    status.className = `status ${change.status}`;
    status.textContent = change.label;
    place.classList.remove("changed");
    void place.offsetWidth; // lets the animation begin anew
    place.classList.add("changed");
  }
  document.dispatchEvent(new CustomEvent("prokes:change", { detail: change }));
}

// A proxy may hold back what we tell, or cut the line: then the page is asked for anew every quarter of a minute.
const SILENT = 8000, ASK = 15000, AGAIN = 5000;
let source, last = "", silent = 0;

function listen() {
  const address = new URL(live, location.href);
  if (last) address.searchParams.set("since", last);
  source = new EventSource(address);
  wait(SILENT);
  for (const name of ["hello", "change"]) source.addEventListener(name, (event) => { last = event.lastEventId || last; hush(); });
  source.addEventListener("change", (event) => show(JSON.parse(event.data)));
  source.addEventListener("error", () => wait(SILENT));
}

/** Nothing is heard: unless that changes, look for oneself, and knock again where the line was closed for good. */
function wait(time) {
  silent ||= setTimeout(async () => {
    silent = 0;
    if (!(await refresh(true))) return;
    if (source.readyState === EventSource.CLOSED) listen();
    wait(ASK);
  }, time);
}

function hush() {
  clearTimeout(silent);
  silent = 0;
}

if (live && document.querySelector("[data-delivery], [data-reload]")) {
  listen();
  window.addEventListener("pagehide", () => { hush(); source.close(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
}

// Parts of a page that follow what happens elsewhere are fetched anew, at most once a second.
const due = new Set();
let wanted = 0;
document.addEventListener("prokes:change", (event) => {
  if (reloading((part) => part.dataset.reload.split(" ").includes(event.detail.kind)).length) soon(event.detail.kind, 400);
});

function reloading(fits) {
  return [...document.querySelectorAll("[data-reload]")].filter(fits);
}

function soon(kind, time) {
  due.add(kind);
  wanted ||= setTimeout(() => { wanted = 0; refresh(false); }, time);
}

/** Put the page's parts in place as they are by now: those that are due, or all. False where there is no use in it. */
async function refresh(all) {
  const kinds = [...due];
  due.clear();
  const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer || answer.status >= 500) { // a pause: nothing of it gets lost
    for (const kind of kinds) soon(kind, AGAIN);
    return true;
  }
  if (!answer.ok || answer.redirected) return false; // logged out meanwhile, or a form's answer
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of reloading((each) => all || each.dataset.reload.split(" ").some((kind) => kinds.includes(kind)))) {
    const next = fresh.getElementById(part.id);
    if (next && !part.contains(document.activeElement)) part.replaceWith(next);
  }
  if (all) for (const place of document.querySelectorAll("[data-delivery]")) renew(place, fresh);
  return true;
}

function renew(place, fresh) {
  const now = place.matches(".status") ? place : place.querySelector(".status");
  const other = fresh.querySelector(`[data-delivery="${CSS.escape(place.dataset.delivery)}"]`);
  const next = other?.matches(".status") ? other : other?.querySelector(".status");
  if (!now || !next || now.textContent === next.textContent) return;
  now.className = next.className;
  now.textContent = next.textContent;
}

// Filters apply as they are chosen; the button is for those without script.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// A second tap must not send a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// A form that comes back is longer than the screen: begin where something is to be put right.
document.querySelector("main [aria-invalid=true]")?.focus();
