// Sorts a table by the column whose heading is pressed. Without JavaScript the tables stay in their own order.
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const headings = [...table.tHead.rows[0].cells];
  const sort = (column) => {
    const down = headings[column].getAttribute("aria-sort") === "ascending";
    headings.forEach((heading) => heading.removeAttribute("aria-sort"));
    headings[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
    const compare = (a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return x === y ? 0 : x === "" ? 1 : -1; // what is not known stays at the end
      const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
      return down ? -order : order;
    };
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort(compare));
  };
  headings.forEach((heading, column) => {
    // No <button>: Chromium leaves buttons out where it repeats a heading on the next sheet of paper.
    const press = document.createElement("span");
    press.setAttribute("role", "button");
    press.tabIndex = 0;
    press.append(...heading.childNodes);
    heading.append(press);
    press.addEventListener("click", () => sort(column));
    press.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      sort(column);
    });
  });
}
