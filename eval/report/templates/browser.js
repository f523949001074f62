"use strict";

const PAGE = 50;
const form = document.getElementById("filters");
const table = document.getElementById("browser");
const state = { found: [], page: 0, up: true };

function offer(name, values, label = (value) => value) {
  const select = form.elements[name];
  for (const value of values) select.add(new Option(label(value), value));
  if (values.length < 2) select.closest("label").hidden = true;
}

const naturally = (a, b) => a.localeCompare(b, "en", { numeric: true });
const valuesOf = (field) => [...new Set(questions.map((q) => q[field]).filter(Boolean))].sort(naturally);

for (const field of ["type", "source", "category"]) offer(field, valuesOf(field));
offer("run", runs.map((_, at) => String(at)), (at) => `${runs[at].number} ${runs[at].model}`);
offer("outcome", [...new Set(questions.flatMap((q) => q.answers.flat().map((a) => a.outcome)))].sort(), (o) => words[o] ?? o);
if (runs.length < 2) form.querySelector('option[value="differ"]').remove();
const judged = questions.some((q) => q.answers.flat().some((answer) => answer.correct >= 0));
form.elements.result.closest("label").hidden = !judged;
if (!judged) form.elements.sort.querySelector('option[value="wrong"]').remove();
form.elements.trap.closest("label").hidden = !questions.some((q) => q.trap);

function holds(question, wanted) {
  for (const field of ["type", "source", "category"]) {
    if (wanted[field] && question[field] !== wanted[field]) return false;
  }
  if (wanted.trap && !question.trap) return false;
  const results = runs.map((_, at) => resultOf(question, at));
  if (wanted.result === "differ" && !(results.includes("right") && results.includes("wrong"))) return false;
  const picked = wanted.run === "" ? runs.map((_, at) => at) : [Number(wanted.run)];
  const fits = (at) =>
    (!wanted.outcome || question.answers[at].some((answer) => answer.outcome === wanted.outcome)) &&
    (!wanted.result || wanted.result === "differ" || results[at] === wanted.result);
  if (!picked.some(fits)) return false;
  return !wanted.text || mentions(question, wanted.text);
}

function mentions(question, text) {
  const spoken = question.answers.flat().flatMap((answer) => [answer.raw, answer.error]);
  return [question.id, question.image, question.text, question.reference, ...question.options, ...spoken].some(
    (part) => part && part.toLowerCase().includes(text),
  );
}

const RANK = { wrong: 0, answered: 1, right: 2, none: 3 };

function keyOf(question, sort) {
  if (sort === "order") return question.order;
  if (sort === "answer") return letterOf(question.answer) || question.reference || "";
  if (sort === "wrong") return -runs.filter((_, at) => resultOf(question, at) === "wrong").length;
  if (sort.startsWith("run-")) return RANK[resultOf(question, Number(sort.slice(4)))];
  return question[sort] ?? "";
}

function search() {
  const wanted = Object.fromEntries(new FormData(form));
  wanted.text = wanted.text.trim().toLowerCase();
  const keyed = questions.filter((q) => holds(q, wanted)).map((q) => [keyOf(q, wanted.sort), q]);
  const sign = state.up ? 1 : -1;
  keyed.sort(([a, p], [b, q]) => sign * (typeof a === "number" ? a - b : naturally(a, b)) || p.order - q.order);
  state.found = keyed.map(([, question]) => question);
  state.page = 0;
  for (const head of table.tHead.rows[0].cells) {
    if (head.dataset.key === wanted.sort) head.setAttribute("aria-sort", state.up ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }
  show();
}

function show() {
  const from = state.page * PAGE;
  const rows = state.found.slice(from, from + PAGE);
  const pages = Math.max(1, Math.ceil(state.found.length / PAGE));
  table.tBodies[0].replaceChildren(...rows.map(makeRow));
  table.hidden = !rows.length;
  document.getElementById("empty").hidden = rows.length > 0;
  const found = document.getElementById("found");
  fill(found, { total: state.found.length.toLocaleString("en"), from: from + 1, to: from + rows.length });
  found.querySelector('[data-slot="range-part"]').hidden = state.found.length <= PAGE;
  const pager = document.getElementById("pager");
  pager.hidden = pages < 2;
  fill(pager, { page: state.page + 1, pages });
  for (const button of pager.querySelectorAll("button")) {
    button.disabled = pageAfter(button.dataset.go, pages) === state.page;
  }
}

function pageAfter(go, pages) {
  const target = { first: 0, previous: state.page - 1, next: state.page + 1, last: pages - 1 }[go];
  return Math.min(Math.max(target, 0), pages - 1);
}

function makeRow(question) {
  const row = stamp("row-template");
  fill(row, {
    text: question.text,
    id: question.id,
    meta: [question.type, question.source].filter(Boolean).join(" · "),
    type: question.type,
    source: question.source,
    answer: question.answer < 0 ? question.reference : `${letterOf(question.answer)} ${question.options[question.answer]}`,
  });
  row.querySelector('[data-slot="trap"]').hidden = !question.trap;
  runs.forEach((_, at) => row.append(makeMark(question, at)));
  row.querySelector("button").addEventListener("click", () => toggle(row, question));
  return row;
}

function makeMark(question, at) {
  const cell = document.createElement("td");
  const mark = document.createElement("span");
  const kind = markOf(question, at);
  const first = question.answers[at][0];
  const letter = first ? letterOf(first.option) : "";
  const plain = { other: "–", missing: "·", plain: "•" }[kind];
  cell.className = "mark-cell";
  mark.className = `mark is-${kind}`;
  mark.textContent = plain ?? (letter || "–");
  const outcome = first ? words[first.outcome] ?? first.outcome : words.missing;
  mark.title = [runs[at].model, letter || outcome, words[resultOf(question, at)]].join(", ");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", mark.title);
  cell.append(mark);
  return cell;
}

function toggle(row, question) {
  const button = row.querySelector("button");
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  row.classList.toggle("is-open", !open);
  if (open) return row.nextElementSibling.remove();
  const detail = document.createElement("tr");
  const cell = detail.insertCell();
  detail.className = "detail-row";
  cell.colSpan = row.cells.length;
  cell.append(makeDetail(question));
  row.after(detail);
}

form.elements.text.addEventListener("input", search);
form.addEventListener("change", (event) => {
  if (event.target.name === "text") return;
  if (event.target.name === "sort") state.up = true;
  search();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.elements.clear.addEventListener("click", () => {
  form.reset();
  state.up = true;
  search();
});
for (const head of table.tHead.rows[0].cells) {
  head.querySelector("button").addEventListener("click", () => {
    const same = form.elements.sort.value === head.dataset.key;
    state.up = same ? !state.up : true;
    form.elements.sort.value = head.dataset.key;
    search();
  });
}
for (const button of document.querySelectorAll("#pager button")) {
  button.addEventListener("click", () => {
    state.page = pageAfter(button.dataset.go, Math.ceil(state.found.length / PAGE));
    show();
    document.getElementById("filters").scrollIntoView({ block: "start" });
  });
}
search();
