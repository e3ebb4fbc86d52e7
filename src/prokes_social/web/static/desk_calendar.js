// A delivery is dragged to another day: the form that moves it opens with that day filled in. Touch uses the form itself.

let dragged = "";

document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("[data-move]");
  if (!item) return;
  dragged = item.dataset.move;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged);
});

document.addEventListener("dragover", (event) => {
  const day = dragged && event.target.closest?.("[data-day]");
  if (!day) return;
  event.preventDefault();
  document.querySelectorAll(".over").forEach((other) => other !== day && other.classList.remove("over"));
  day.classList.add("over");
});

document.addEventListener("drop", (event) => {
  const day = dragged && event.target.closest?.("[data-day]");
  if (!day) return;
  event.preventDefault();
  location.assign(`${dragged}?date=${day.dataset.day}`);
});

document.addEventListener("dragend", () => {
  dragged = "";
  document.querySelectorAll(".over").forEach((day) => day.classList.remove("over"));
});
