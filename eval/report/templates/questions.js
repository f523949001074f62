"use strict";

// Unpack the questions and answers: rows of places in one list of texts (eval/report/browser.py).
const words = JSON.parse(document.getElementById("words").textContent);
const { runs, questions, pictures } = unpack(JSON.parse(document.getElementById("data").textContent));

function unpack(data) {
  const text = (place) => (place < 0 ? null : data.texts[place]);
  const named = (fields, row) => Object.fromEntries(fields.map((field, i) => [field, row[i]]));
  const all = data.questions.rows.map((row, order) => {
    const question = named(data.questions.fields, row);
    for (const field of ["id", "image", "type", "source", "category", "modality", "text", "reference"]) {
      question[field] = text(question[field]);
    }
    question.options = question.options.map(text);
    return { ...question, order, answers: data.runs.map(() => []) };
  });
  data.runs.forEach((run, at) => {
    for (const row of run.answers) {
      const answer = named(data.answers.fields, row);
      for (const field of ["outcome", "letter", "raw", "error", "prompt"]) answer[field] = text(answer[field]);
      all[answer.question].answers[at].push(answer);
    }
  });
  return { runs: data.runs, questions: all, pictures: data.pictures };
}

const letterOf = (place) => (place < 0 ? "" : String.fromCharCode(65 + place));

// What a run made of a question; asked under several orders of its options, all must be right.
function resultOf(question, at) {
  const answers = question.answers[at];
  if (!answers.length) return "none";
  if (answers.some((answer) => answer.correct === 0)) return "wrong";
  return answers.every((answer) => answer.correct === 1) ? "right" : "answered";
}

// The kind of mark: an answer without a letter is neither right nor plainly wrong to look at.
function markOf(question, at) {
  const answers = question.answers[at];
  const result = resultOf(question, at);
  if (result === "wrong" && answers.every((answer) => !answer.letter)) return "other";
  if (answers.some((answer) => answer.outcome === "error")) return "other";
  return result === "none" ? "missing" : result === "answered" ? "plain" : result;
}
