// A campaign's text is checked while somebody types, and what was typed is not lost; its plan is fetched when there is time.

const part = document.querySelector("[data-plan]");
if (part) {
  const answer = await fetch(part.dataset.plan, { headers: { "X-Requested-With": "fetch" } });
  if (answer.ok) part.replaceWith(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("plan") ?? part);
}

const form = document.getElementById("compose");
if (form) compose(form);

function compose(form) {
  const text = document.getElementById("text");
  const gutter = document.getElementById("gutter");
  const state = document.getElementById("state");
  const words = document.getElementById("words").dataset;
  const loaded = text.value;
  const place = `prokes:text:${location.pathname.replace(/\/(check|save)$/, "/edit")}`;
  const most = 5000;
  let timer = 0, asked = 0, sent = false;
  form.classList.add("live");

  /** Numbers beside the lines, with a mark where something is to be put right. */
  function number() {
    const written = text.value.split("\n");
    const lines = Math.min(written.length, most);
    const marks = new Map((document.getElementById("looked")?.dataset.lines ?? "").trim().split(" ").filter(Boolean).map((each) => each.split(":")));
    const parts = document.createDocumentFragment();
    let plain = "";
    for (let line = 1; line <= lines; line += 1) {
      const mark = marks.get(String(line));
      if (!mark) { plain += `${line}\n`; continue; }
      const number = Object.assign(document.createElement("span"), { id: `L${line}`, className: mark, textContent: line });
      parts.append(plain, number, "\n");
      plain = "";
    }
    parts.append(plain);
    gutter.replaceChildren(parts);
    text.rows = Math.max(12, lines);
    text.cols = Math.min(400, written.reduce((widest, each) => Math.max(widest, each.length), 0) + 2);
  }

  async function check() {
    const mine = ++asked;
    state.textContent = words.checking;
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
      if (mine !== asked) return; // somebody typed on meanwhile
      if (!answer.ok) throw new Error(answer.statusText);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("looked");
      if (!fresh) throw new Error("no answer");
      const open = [...document.querySelectorAll("#looked details[open]")].map((each) => each.dataset.keep);
      for (const each of fresh.querySelectorAll("details")) each.open = open.includes(each.dataset.keep);
      document.getElementById("looked").replaceWith(fresh);
      number();
      state.textContent = text.value === loaded ? "" : words.checked;
    } catch {
      if (mine === asked) state.textContent = words.failed;
    }
  }

  function keep() {
    try {
      if (text.value === loaded) sessionStorage.removeItem(place);
      else sessionStorage.setItem(place, JSON.stringify({ base: form.elements.base.value, text: text.value }));
    } catch { /* no room: the page itself still holds it */ }
  }

  text.addEventListener("input", () => {
    number();
    keep();
    asked += 1;
    clearTimeout(timer);
    timer = setTimeout(check, 700);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) { event.preventDefault(); check(); return; }
    sent = true;
  });
  window.addEventListener("beforeunload", (event) => { if (!sent && text.value !== loaded) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.line");
    const line = Number(link?.hash.slice(2));
    if (!line) return;
    event.preventDefault();
    const start = text.value.split("\n").slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + text.value.slice(start).split("\n", 1)[0].length);
    document.getElementById(`L${line}`)?.scrollIntoView({ block: "center" });
  });

  // Whoever was logged out while typing finds the text again after the login.
  try {
    const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
    if (kept && kept.base === form.elements.base.value && kept.text !== loaded && !document.querySelector(".conflict")) {
      text.value = kept.text;
      state.textContent = words.found;
      number();
    } else if (!document.querySelector(".conflict")) sessionStorage.removeItem(place);
  } catch { /* nothing kept */ }
  number();
  if (!document.getElementById("looked").dataset.deep || text.value !== loaded) check();
}
