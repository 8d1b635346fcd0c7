/* The grid of the common core: its cells are lists of five stages; what is pasted is read in the words that the spreadsheet may hold
   (applications/content/socle_sheet.py). Loaded by its page only, after grid.js. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-stages]");
  if (!form) return;
  const english = document.documentElement.lang.startsWith("en");
  const say = (fr, en) => (english ? en : fr);
  const words = new Map(Object.entries(JSON.parse(form.dataset.stages)));
  form.querySelector("table[data-cells] select").querySelectorAll("option").forEach((option) => words.set(option.label.toLowerCase(), option.value));
  const read = (text) => words.get(text.trim().toLowerCase()) ?? null;
  const refused = (n) => (n > 1
    ? say(
      `${n} valeurs ne correspondent à aucun des cinq états : non collées.`,
      `${n} values are not one of the five states: not pasted.`)
    : say(
      "1 valeur ne correspond à aucun des cinq états : non collée.",
      "1 value is not one of the five states: not pasted."));
  window.spreadsheet(form, { read, refused });
})();
