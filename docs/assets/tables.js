// Tables in `.sortable` sort by a click on a heading, and show the rows that hold all words typed.
document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll(".sortable")) makeSortable(place);
});

function makeSortable(place) {
  const table = place.querySelector("table");
  const body = table.tBodies[0];
  const filter = document.createElement("input");
  const count = document.createElement("span");
  filter.type = "search";
  filter.className = "sortable-filter";
  filter.placeholder = "Show rows with these words";
  filter.setAttribute("aria-label", "Show rows with these words");
  count.className = "sortable-count";
  count.setAttribute("aria-live", "polite");
  place.prepend(filter, count);

  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of body.rows) {
      const cells = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => cells.includes(word));
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${body.rows.length}`;
  };
  filter.addEventListener("input", show);
  show();

  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    heading.tabIndex = 0;
    const sort = () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => compare(key(a, column), key(b, column)));
      body.append(...(down ? rows.reverse() : rows));
    };
    heading.addEventListener("click", sort);
    heading.addEventListener("keydown", (event) => {
      if (event.key === "Enter") sort();
    });
  });
}

function key(row, column) {
  const text = row.cells[column].textContent.trim();
  if (text === "–") return -1; // not published
  const plain = text.replaceAll(",", "");
  return /^\d+$/.test(plain) ? Number(plain) : text.toLowerCase();
}

function compare(a, b) {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === "number" ? -1 : 1;
}
