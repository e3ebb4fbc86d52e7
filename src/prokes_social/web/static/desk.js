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

if (live && (document.querySelector("[data-delivery], [data-reload]"))) {
  const source = new EventSource(live);
  source.addEventListener("change", (event) => show(JSON.parse(event.data)));
  window.addEventListener("pagehide", () => source.close());
}

// Parts of a page that follow what happens elsewhere are fetched anew, at most once a second.
let wanted = 0;
document.addEventListener("prokes:change", (event) => {
  const parts = [...document.querySelectorAll("[data-reload]")].filter((part) => part.dataset.reload.split(" ").includes(event.detail.kind));
  if (!parts.length || wanted) return;
  wanted = setTimeout(async () => {
    wanted = 0;
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const next = fresh.getElementById(part.id);
      if (next && !part.contains(document.activeElement)) part.replaceWith(next);
    }
  }, 400);
});

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
