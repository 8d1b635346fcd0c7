/* Where one is in a grid: a cell, or a block of them.

   A cell is « at » (its whole value is chosen: arrows move, typing replaces), « typing » (an arrow keeps what was typed
   and moves) or « editing » (F2, a double click: arrows move the caret). A list is always « at »: a letter, F2 or Enter
   chooses in it. */
import { say } from "../say.js";

export const block = (sheet) => {
  const { place, rows } = sheet;
  const here = { anchor: null, end: null, mode: "at" };

  const lines = () => {
    if (!place.has(here.anchor)) return [];
    const [[a, b], [c, d]] = [place.get(here.anchor), place.get(here.end)];
    const across = (line) => line.slice(Math.min(b, d), Math.max(b, d) + 1);
    return rows.slice(Math.min(a, c), Math.max(a, c) + 1).map(across);
  };
  const paint = () => {
    const chosen = new Set(lines().flat());
    place.forEach((_where, control) => {
      control.parentElement.classList.toggle("chosen", chosen.size > 1 && chosen.has(control));
    });
  };
  const stretch = (end) => { here.end = end; paint(); };
  /* Somebody has come to this cell. */
  const come = (control) => {
    here.anchor = here.end = control;
    here.mode = "at";
    control.select?.();
    paint();
  };
  const at = (control) => {
    here.anchor = control;
    sheet.reveal(control);
    control.focus();
    come(control);
  };
  const extend = (to) => {
    here.end = to;
    sheet.reveal(to);
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
    paint();
  };
  const move = (dy, dx, stretches) => {
    const [y, x] = place.get(stretches ? here.end : here.anchor), next = sheet.cell(y + dy, x + dx);
    if (!stretches) return at(next);
    extend(next);
    const chosen = lines();
    sheet.tell(say("block", { rows: chosen.length, columns: chosen[0].length }));
  };
  const all = () => { here.anchor = sheet.cell(0, 0); stretch(sheet.cell(1e6, 1e6)); };
  const type = (control) => {
    here.mode = sheet.isList(control) ? "at" : "typing";
    stretch(here.anchor);
  };
  const edit = (control) => {
    here.mode = "editing";
    control.setSelectionRange(control.value.length, control.value.length);
  };
  return Object.assign(here, { lines, stretch, come, at, extend, move, all, type, edit });
};
