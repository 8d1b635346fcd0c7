/* The mouse in a grid: a click is at a cell and opens a list, a double click edits, a drag or Shift chooses a block;
   fingers do as everywhere. */
export const mouse = (sheet, chosen) => {
  const { table, place, isList } = sheet;
  let finger = false, pressed = null;
  const pointed = (event) => {
    const control = sheet.under(event.target);
    return !finger && place.has(control) ? control : null;
  };
  table.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; });
  table.addEventListener("mousedown", (event) => {
    const control = pointed(event);
    pressed = null;
    if (!control || event.button) return;
    if (event.shiftKey && place.has(chosen.anchor)) { event.preventDefault(); chosen.extend(control); return; }
    if (control === document.activeElement && chosen.mode !== "at") { chosen.mode = "editing"; return; }
    if (isList(control) && !control.showPicker) return;
    event.preventDefault();
    if (!sheet.isOpen(control)) pressed = control;
    chosen.at(control);
  });
  table.addEventListener("mouseover", (event) => {
    const control = pointed(event);
    if (control && event.buttons === 1 && chosen.mode === "at" && place.has(chosen.anchor)) chosen.stretch(control);
  });
  table.addEventListener("click", (event) => {
    const list = pressed; /* the browser tells a click of its own once a word is chosen */
    pressed = null;
    if (list && isList(list) && list === pointed(event) && list === chosen.end) sheet.choose(list);
  });
  table.addEventListener("dblclick", (event) => {
    const control = pointed(event);
    if (control && !isList(control) && chosen.mode === "at") chosen.edit(control);
  });
};
