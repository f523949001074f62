"use strict";

// Model text reaches the page through textContent only.
function fill(root, values) {
  for (const [slot, value] of Object.entries(values)) {
    root.querySelector(`[data-slot="${slot}"]`).textContent = value ?? "";
  }
}

function stamp(name) {
  return document.getElementById(name).content.firstElementChild.cloneNode(true);
}

function makeChip(at) {
  const chip = document.createElement("span");
  chip.className = `chip run-${((runs[at].number - 1) % 8) + 1}`;
  chip.textContent = runs[at].number;
  return chip;
}

function makeDetail(question) {
  const root = stamp("detail-template");
  const facts = ["id", "image", "type", "category", "modality", "source", "text"];
  fill(root, Object.fromEntries(facts.map((name) => [name, question[name]])));
  for (const fact of root.querySelectorAll(".facts-list > div")) {
    fact.hidden = !fact.querySelector("dd").textContent;
  }
  showPicture(root, question);
  showReference(root, question);
  root.querySelector('[data-slot="prompts"]').append(...makePrompts(question));
  const options = root.querySelector('[data-slot="options"]');
  question.options.forEach((option, place) => options.append(makeOption(question, option, place)));
  const answers = root.querySelector('[data-slot="answers"]');
  question.answers.forEach((given, at) => answers.append(...given.map((one) => makeAnswer(question, one, at))));
  return root;
}

function showPicture(root, question) {
  const picture = root.querySelector('[data-slot="picture"]');
  if (!Object.hasOwn(pictures, question.image)) return picture.remove();
  picture.src = pictures[question.image];
  picture.alt = `${words.picture} ${question.image}`;
  picture.hidden = false;
}

function showReference(root, question) {
  if (!question.reference) return;
  const label = question.options.length ? words.true_answer : words.reference;
  fill(root, { "reference-label": `${label}:`, reference: question.reference });
  root.querySelector('[data-slot="reference-line"]').hidden = false;
}

// Each wording once, with the runs that sent it.
function makePrompts(question) {
  const senders = new Map();
  question.answers.forEach(([first], at) => {
    if (first?.prompt) senders.set(first.prompt, [...(senders.get(first.prompt) ?? []), at]);
  });
  return Array.from(senders, ([text, by]) => {
    const root = stamp("prompt-template");
    fill(root, { text });
    root.querySelector('[data-slot="runs"]').append(...by.map(makeChip));
    return root;
  });
}

function makeOption(question, option, place) {
  const root = stamp("option-template");
  fill(root, { letter: letterOf(place), text: option });
  const isRight = place === question.answer;
  root.classList.toggle("is-right", isRight);
  root.querySelector('[data-slot="tick"]').hidden = !isRight;
  const chosen = root.querySelector('[data-slot="chosen"]');
  question.answers.forEach((given, at) => {
    const times = given.filter((answer) => answer.option === place).length;
    const p = meanProbability(given, place);
    if (!times && p === null) return;
    const by = document.createElement("span");
    by.className = times ? "by" : "by faint";
    by.append(makeChip(at));
    if (p !== null) by.append(` p ${p.toFixed(3)}`);
    if (given.length > 1 && times) by.append(` ×${times}`);
    by.title = times ? `${runs[at].model} ${words.chose}` : runs[at].model;
    chosen.append(by);
  });
  return root;
}

function meanProbability(given, place) {
  const known = given.filter((answer) => answer.probabilities);
  if (!known.length) return null;
  return known.reduce((sum, answer) => sum + answer.probabilities[place], 0) / known.length / 1000;
}

function makeAnswer(question, answer, at) {
  const root = stamp("answer-template");
  const notes = [words[answer.outcome] ?? answer.outcome];
  if (answer.letter) notes[0] += ` ${answer.letter}`;
  if (answer.correct >= 0 && answer.letter) notes.push(answer.correct ? words.right : words.wrong);
  if (answer.rotation) notes.push(`${words.turned} ${answer.rotation}`);
  fill(root, { model: runs[at].model, outcome: notes.join(" · "), raw: answer.raw || answer.error || (answer.probabilities ? words.scored : words.empty) });
  root.querySelector('[data-slot="chip"]').replaceWith(makeChip(at));
  if (answer.letter) root.dataset.result = answer.correct ? "right" : "wrong";
  root.querySelector("pre").classList.toggle("is-error", !answer.raw);
  root.querySelector("pre").setAttribute("aria-label", runs[at].model);
  return root;
}
