/* Copy and paste in a grid, as Excel and LibreOffice do: rows on lines, cells between tabs. */
import { say } from "../say.js";

const texts = (text) => {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  return lines.map((line) => line.split("\t").map((value) => value.replace(/^"([\s\S]*)"$/, "$1").trim()));
};

export const clipboard = (sheet, chosen, changes) => {
  const { table, rows, place, kind, isList } = sheet;

  const bare = (control) => sheet.shown(control).replace(/[\u00a0\u202f]/g, isList(control) ? " " : "");
  const copy = (event) => {
    if (chosen.mode !== "at" || !place.has(document.activeElement)) return false;
    const text = chosen.lines().map((line) => line.map(bare).join("\t")).join("\n");
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    return true;
  };
  /* Where each text goes; what goes beyond the table is lost, what is no value of a cell is shown there, and marked. */
  const laid = (pasted, top, left) => {
    const found = { written: [], lost: 0, unread: 0 };
    pasted.forEach((line, y) => line.forEach((text, x) => {
      const control = rows[top + y]?.[left + x], value = kind.read(text);
      if (!control) { found.lost += text !== ""; return; }
      found.unread += value === null;
      /* a list holds nothing but its own words */
      if (value !== null || !isList(control)) found.written.push([control, value ?? text]);
    }));
    return found;
  };
  const paste = (pasted) => {
    const lines = chosen.lines();
    if (pasted.length === 1 && pasted[0].length === 1) pasted = lines.map((line) => line.map(() => pasted[0][0]));
    const [first] = lines[0], [top, left] = place.get(first), { written, lost, unread } = laid(pasted, top, left);
    changes.write(written);
    chosen.anchor = first;
    chosen.mode = "at";
    first.focus();
    first.select?.();
    chosen.stretch(sheet.cell(top + pasted.length - 1, left + Math.max(...pasted.map((line) => line.length)) - 1));
    const parts = [say("pasted", { n: written.length })];
    if (unread) parts.push(kind.refused(unread));
    if (lost) parts.push(say("beyond", { n: lost }));
    sheet.tell(parts.join(" "));
  };

  table.addEventListener("copy", copy);
  table.addEventListener("cut", (event) => { if (copy(event)) changes.empty(); });
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!place.has(document.activeElement) || (chosen.mode !== "at" && !/[\t\n]/.test(text))) return;
    event.preventDefault();
    paste(texts(text));
  });
};
