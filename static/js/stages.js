/* The grid of the common core: its cells are lists of five stages; what is pasted is read in the words that the
   spreadsheet may hold (applications/content/socle_sheet.py). */
import { spreadsheet } from "./grid.js";
import { say } from "./say.js";

const form = document.querySelector("form[data-stages]");
if (form) {
  const words = new Map(Object.entries(JSON.parse(form.dataset.stages)));
  form.querySelector("table[data-cells] select").querySelectorAll("option").forEach((option) => {
    words.set(option.label.toLowerCase(), option.value);
  });
  const read = (text) => words.get(text.trim().toLowerCase()) ?? null;
  spreadsheet(form, { read, refused: (n) => say("no_stage", { n }) });
}
