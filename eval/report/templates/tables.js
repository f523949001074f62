"use strict";

// Sort the tables that carry data-sortable by the data-value of their cells.
function sortTable(table, column, kind, direction) {
  const body = table.tBodies[0];
  const value = (row) => {
    const cell = row.cells[column];
    return cell && cell.dataset.value !== undefined ? cell.dataset.value : cell ? cell.textContent.trim() : "";
  };
  const compare = (a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === "" || right === "") return (left === "") - (right === "");
    const order = kind === "number" ? Number(left) - Number(right) : left.localeCompare(right, "en", { numeric: true });
    return direction * order;
  };
  body.append(...Array.from(body.rows).sort(compare));
}

for (const table of document.querySelectorAll("table[data-sortable]")) {
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => {
    if (!head.dataset.sort) return;
    head.querySelector("button").addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      sortTable(table, column, head.dataset.sort, up ? 1 : -1);
    });
  });
}

// Paper shows what the screen folds away.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    fold.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-folded]")) {
    fold.open = false;
    delete fold.dataset.folded;
  }
});
