// Asks for the version of the files, and puts the new cards in the place of the old when it changes.

const EVERY = 500; // ms
const main = document.querySelector("main");
const lines = document.getElementById("lines");
const phone = document.getElementById("phone");
const dialog = document.querySelector("dialog");
const words = document.body.dataset;
const hidden = new Set(); // sizes that are not wanted now
let opened = null; // id of the card that is shown at full size

const version = () => main.querySelector("[data-version]").dataset.version;
const pictures = () => [...main.querySelectorAll("figure:not([hidden]) img")];
const plain = (address) => address.split("?")[0];
const shown = (address) => plain(address) + (lines.checked ? "?lines" : "");

function say(state, text) {
  document.body.classList.toggle("is-reading", state === "reading");
  document.body.classList.toggle("is-lost", state === "lost");
  document.getElementById("status").textContent = text;
}

async function watch() {
  try {
    if (!document.hidden) {
      const told = await (await fetch("/version")).json();
      if (told.version !== version()) await renew();
      else if (document.body.classList.contains("is-lost")) say("fresh", words.fresh);
    }
  } catch {
    say("lost", words.lost);
  }
  setTimeout(watch, EVERY);
}

async function renew() {
  say("reading", words.reading);
  const page = document.createElement("template");
  page.innerHTML = await (await fetch("/view")).text();
  keepOldPictures(page.content);
  main.replaceChildren(page.content);
  document.title = main.querySelector("[data-title]").dataset.title;
  dress();
  const now = new Date().toLocaleTimeString(document.documentElement.lang);
  say("fresh", `${words.updated} ${now}`);
}

// A picture that is in sight stays until the new one is there: nothing flickers.
function keepOldPictures(fresh) {
  for (const img of fresh.querySelectorAll("img")) {
    img.dataset.card = img.getAttribute("src");
    const old = document.getElementById(img.id);
    if (old?.complete && old.naturalWidth && isInSight(old)) {
      img.loading = "eager";
      img.src = old.src;
      img.dataset.waits = "";
    }
  }
}

function isInSight(element) {
  const box = element.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}

// What the page is told by its switches, put on the cards that are there now.
function dress() {
  document.querySelector(".legend").hidden = !lines.checked;
  document.body.classList.toggle("as-phone", phone.checked);
  for (const box of main.querySelectorAll("[name=size]")) box.checked = !hidden.has(box.value);
  for (const figure of main.querySelectorAll("figure")) figure.hidden = hidden.has(figure.dataset.size);
  for (const img of main.querySelectorAll("figure img")) show(img);
  if (opened) document.getElementById(opened) ? enlarge(document.getElementById(opened)) : dialog.close();
}

async function show(img) {
  img.dataset.card ??= plain(img.getAttribute("src"));
  const wanted = shown(img.dataset.card);
  if (img.dataset.waits === "" || (img.complete && img.getAttribute("src") !== wanted)) {
    delete img.dataset.waits;
    await replace(img, wanted, () => shown(img.dataset.card) === wanted);
  } else if (img.getAttribute("src") !== wanted) {
    img.src = wanted;
  }
}

// Decoded first, so that there is never a hole where a picture was.
async function replace(img, address, isStillWanted) {
  const next = new Image();
  next.src = address;
  await next.decode().catch(() => {});
  if (isStillWanted()) img.src = address;
}

async function weigh(img) {
  const place = img.closest("figure").querySelector(".weight");
  if (!place || place.textContent) return;
  const answer = await fetch(plain(img.dataset.card ?? img.src), { method: "HEAD" });
  const bytes = Number(answer.headers.get("content-length"));
  place.textContent = `${Math.round(bytes / 1000)} KB`;
  place.classList.toggle("heavy", bytes > Number(words.heavy));
}

async function explain(img) {
  const answer = await fetch(plain(img.dataset.card ?? img.src));
  if (answer.status !== 422) return;
  const told = document.createElement("p");
  told.className = "problem";
  told.textContent = (await answer.json()).detail;
  img.closest("a").replaceWith(told);
}

function enlarge(img) {
  opened = img.id;
  const large = dialog.querySelector("img");
  large.alt = img.alt;
  if (img.complete) large.src = img.src; // what is there already, until the wanted one has come
  replace(large, shown(img.dataset.card ?? img.getAttribute("src")), () => opened === img.id);
  const [brand, sample] = img.id.split("/");
  document.getElementById("caption").textContent =
    [brand, sample, ...[...img.closest("figure").querySelectorAll("figcaption span")].map((each) => each.textContent)].join(" · ");
  if (!dialog.open) dialog.showModal();
}

function step(by) {
  const all = pictures();
  const at = all.findIndex((each) => each.id === opened);
  const next = all[(at + by + all.length) % all.length];
  if (next) enlarge(next);
}

main.addEventListener("click", (event) => {
  const img = event.target.closest("figure a")?.querySelector("img");
  if (!img || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  enlarge(img);
});
main.addEventListener("change", (event) => {
  if (event.target.name !== "size") return;
  hidden[event.target.checked ? "delete" : "add"](event.target.value);
  dress();
});
main.addEventListener("load", (event) => event.target.matches("figure img") && weigh(event.target), true);
main.addEventListener("error", (event) => event.target.matches("figure img") && explain(event.target), true);
lines.addEventListener("change", dress);
phone.addEventListener("change", dress);
dialog.addEventListener("close", () => {
  opened = null;
  dialog.classList.remove("is-actual");
});
dialog.querySelector("img").addEventListener("click", () => dialog.classList.toggle("is-actual"));
dialog.querySelector(".previous").addEventListener("click", () => step(-1));
dialog.querySelector(".next").addEventListener("click", () => step(1));
dialog.querySelector(".close").addEventListener("click", () => dialog.close());
dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});

for (const img of pictures()) if (img.complete && img.naturalWidth) weigh(img);
dress();
watch();
