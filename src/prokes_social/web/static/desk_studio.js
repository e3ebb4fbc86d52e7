// The card follows what is typed: the page is fetched with the new words, and its picture and remarks are put in place.

const form = document.getElementById("draft");
let wait = 0, current;

/** The form as its address carries it, without files. */
function address() {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value && name !== "csrf") fields.append(name, value);
  return `${form.action.split("?")[0]}?${fields}`;
}

/** Remarks of the fresh page beside their fields; fields keep what is being typed. */
function take(fresh) {
  for (const place of form.querySelectorAll(".said, #p-alt")) {
    const next = place.id && fresh.getElementById(place.id);
    if (next) place.replaceChildren(...next.childNodes);
  }
  for (const field of form.querySelectorAll("[aria-describedby][name]")) {
    const next = fresh.getElementById(field.id);
    if (next?.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  // A row that was begun gets an empty one after it.
  for (const rows of form.querySelectorAll("fieldset.rows")) {
    const last = [...rows.querySelectorAll("fieldset.row")].pop();
    const key = last?.querySelector("[name]")?.name.split(".").slice(0, 2).join(".");
    if (!key || ![...last.querySelectorAll("input")].some((input) => input.value.trim())) continue;
    const next = [...fresh.querySelectorAll("fieldset.rows fieldset.row")].filter((row) => row.querySelector("[name]").name.startsWith(`${key}.`)).pop();
    if (next && !document.getElementById(next.querySelector("[name]").id)) last.after(next);
  }
}

/** The picture is loaded first, so that nothing jumps or flickers. */
async function show(fresh) {
  const next = fresh.getElementById("seen"), picture = next.querySelector("img.card");
  if (picture) {
    const loaded = new Image();
    loaded.src = picture.getAttribute("src");
    await loaded.decode().catch(() => undefined); // then it is shown as it is
  }
  const open = [...document.querySelectorAll("#seen details")].map((each) => each.open);
  next.querySelectorAll("details").forEach((each, number) => { each.open = open[number] ?? false; });
  document.getElementById("seen").replaceWith(next);
}

async function draw() {
  current?.abort();
  current = new AbortController();
  const wanted = address();
  try {
    const answer = await fetch(wanted, { signal: current.signal, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById("seen")) return;
    take(fresh);
    await show(fresh);
    history.replaceState(null, "", wanted);
  } catch (error) {
    if (error.name !== "AbortError") console.warn("not drawn", error.name);
  }
}

form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  clearTimeout(wait);
  wait = setTimeout(draw, event.target.matches("select, [type=radio]") ? 0 : 400);
});
form.addEventListener("submit", (event) => {
  if (event.submitter?.formMethod === "post") return;
  event.preventDefault();
  clearTimeout(wait);
  draw();
});
