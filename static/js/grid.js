/* A table in which one types behaves like a spreadsheet: keys, blocks, copy and paste, undo. What a cell may hold is
   said by who calls it: amounts.js for a budget, stages.js for the common core. Without it the page is a plain form.

   spreadsheet(form, kind): the cells are those of form's table[data-cells]; the other tables' share their undo. Of
   `kind`: read(text) gives the value of a cell that shows this text, null when it is none; refused(n) says that n texts
   are none; marked(control, wrong) and changed() draw what depends on a cell and on all of them. */
import { $$ } from "./dom.js";
import { block } from "./grid/block.js";
import { cells } from "./grid/cells.js";
import { clipboard } from "./grid/clipboard.js";
import { keys } from "./grid/keys.js";
import { mouse } from "./grid/mouse.js";
import { written } from "./grid/written.js";

export const spreadsheet = (form, kind) => {
  const sheet = cells(form, kind);
  const chosen = block(sheet), changes = written(sheet, chosen);

  form.addEventListener("focusin", ({ target }) => {
    if (sheet.place.has(target) && target !== chosen.anchor) chosen.come(target);
  });
  form.addEventListener("focusout", ({ target }) => { if (changes.held.has(target)) changes.commit(target); });
  form.addEventListener("change", ({ target }) => {
    if (changes.held.has(target) && sheet.isList(target)) changes.commit(target);
  });
  form.addEventListener("input", ({ target, detail }) => {
    if (!changes.held.has(target) || detail === "written") return;
    if (detail === "shown") changes.overwritten(target);
    else if (sheet.place.has(target) && chosen.mode === "at") chosen.type(target);
    sheet.mark(target);
    kind.changed?.();
  });
  mouse(sheet, chosen);
  keys(sheet, chosen, changes);
  clipboard(sheet, chosen, changes);

  $$("[data-with-script]", form).forEach((hint) => { hint.hidden = false; });
  kind.changed?.();
};
