/* The cells of a grid: where each stands, what it shows, what it says of itself. */
import { $$ } from "../dom.js";

const CELL = ":is(input, select)";

export const cells = (form, kind) => {
  const table = form.querySelector("table[data-cells]");
  const row = (line) => $$(`td > ${CELL}`, line);
  const rows = $$("tbody > tr", table).map(row).filter((line) => line.length);
  const place = new Map();
  rows.forEach((line, y) => line.forEach((control, x) => place.set(control, [y, x])));
  const said = form.querySelector("[data-said]");

  const isList = (control) => control.tagName === "SELECT";
  const isOpen = (control) => { try { return control.matches(":open"); } catch { return false; } };
  const shown = (control) => (isList(control) ? (control.value && control.selectedOptions[0].label) : control.value);

  const mark = (control) => {
    const wrong = kind.read(shown(control)) === null;
    control.parentElement.classList.toggle("error", wrong);
    if (wrong) control.setAttribute("aria-invalid", "true");
    else {
      control.removeAttribute("aria-invalid");
      $$(`[data-fault="${control.name}"]`, form).forEach((one) => one.remove());
    }
    kind.marked?.(control, wrong);
  };

  return {
    form, kind, table, rows, place, isList, isOpen, shown, mark,
    controls: row(form),
    tell: (text) => { said.textContent = text; },
    choose: (list) => { if (!isOpen(list)) list.showPicker?.(); },
    under: (target) => target.closest("td")?.querySelector(`:scope > ${CELL}`),
    /* What is folded opens for whoever comes to it, and for what is written in it. */
    reveal: (control) => { control.closest("tbody").querySelector("details")?.setAttribute("open", ""); },
    /* The nearest there is. */
    cell: (y, x) => {
      const within = (n, length) => Math.max(0, Math.min(length - 1, n));
      return rows[within(y, rows.length)][within(x, rows[0].length)];
    },
  };
};
