/* The fields of this page: what is typed in each, what the server last said of it, and what of it is not saved yet. */
import { $$ } from "../dom.js";
import { holder, stem } from "./page.js";

const reads = holder.querySelector("input[name=reads]");
if (stem) { /* a grid: the key of a cell is the stem and its name */
  const versions = JSON.parse(reads.value || "{}");
  $$("input[name]:not([type=hidden]), select[name]", holder).forEach((input) => {
    input.dataset.key = stem + input.name;
    input.dataset.version = versions[stem + input.name] ?? 0;
  });
}

export const fields = new Map();
$$("[data-key]", holder).forEach((input) => {
  const key = input.dataset.key, version = Number(input.dataset.version);
  if (!fields.has(key)) {
    fields.set(key, { key, inputs: [], version, locked: false, refused: null, newer: null, doubt: false });
  }
  fields.get(key).inputs.push(input);
});

/* ── what is typed, and shown ── */
const clean = (text) => text.replace(/\r\n?/g, "\n").trim();
export const typed = (field) => {
  const [first] = field.inputs;
  if (first.type === "radio") return field.inputs.find((input) => input.checked)?.value ?? "";
  if (first.type === "checkbox") {
    const held = field.inputs.filter((input) => input.checked).map((input) => input.value);
    return (held.every((one) => /^\d+$/.test(one)) ? held.sort((a, b) => a - b) : held).join(",");
  }
  return clean(first.value);
};
const write = (input, text) => {
  const { selectionStart, selectionEnd } = input;
  input.value = text;
  if (document.activeElement === input && selectionStart !== null && input.setSelectionRange) {
    input.setSelectionRange(selectionStart, selectionEnd);
  }
  input.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "shown" }));
};
export const show = (field, text) => {
  const [first] = field.inputs;
  if (text) first.closest("details")?.setAttribute("open", ""); /* what is folded opens for what is written in it */
  if (first.type === "radio") field.inputs.forEach((input) => { input.checked = input.value === text; });
  else if (first.type === "checkbox") {
    field.inputs.forEach((input) => { input.checked = text.split(",").includes(input.value); });
  } else if (clean(first.value) !== text) write(first, text);
};

/* ── what is saved ── */
/* After a refusal the page shows what was typed; what is saved comes beside it. */
export const saved = holder.dataset.held ? JSON.parse(holder.dataset.held) : null;
fields.forEach((field) => { field.held = saved ? saved[field.key] ?? "" : typed(field); });
/* In doubt: a save left and nothing has said what became of it; even what is put back as it was has to be sent. */
export const unsaved = (field) => !field.locked && (field.doubt || typed(field) !== field.held);
export const changed = (field) => unsaved(field) && typed(field) !== field.refused;
export const any = (test) => [...fields.values()].some(test);
/* What another page wrote comes in this one. */
export const take = (field, change) => {
  field.held = change.text;
  field.version = change.version;
  field.newer = null;
  show(field, change.text);
  field.held = typed(field);
};
/* The form, sent whole, says which versions it had read. */
export const tellReads = () => {
  if (!reads) return;
  reads.value = JSON.stringify(Object.fromEntries([...fields].map(([key, field]) => [key, field.version])));
};
