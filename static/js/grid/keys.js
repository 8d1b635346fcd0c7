/* The keys of a grid, as in a spreadsheet. */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const FAR = 1e6;

export const keys = (sheet, chosen, changes) => {
  /* What a key does here, null when the browser does as everywhere. */
  const commanded = (event, control, key, arrow) => {
    if (key === "y" || (key === "z" && event.shiftKey)) return () => { changes.commit(control); changes.redo(); };
    if (key === "z") return () => { changes.commit(control); changes.undo(); };
    if (event.key === "Home") return () => chosen.at(sheet.cell(0, 0));
    if (event.key === "End") return () => chosen.at(sheet.cell(FAR, FAR));
    if (chosen.mode !== "at") return null;
    if (key === "a") return chosen.all;
    if (key === "d") return changes.fillDown;
    return arrow && (() => chosen.move(arrow[0] * FAR, arrow[1] * FAR, event.shiftKey));
  };
  const leaving = (event, control, arrow) => {
    if (sheet.isList(control) && (event.key === "F2" || event.key === "Enter")) return () => sheet.choose(control);
    if (event.key === "Enter") return () => { changes.commit(control); chosen.move(event.shiftKey ? -1 : 1, 0); };
    if (event.key === "Escape") return () => { changes.restore(control); chosen.at(control); };
    const moves = arrow && !event.shiftKey && (chosen.mode === "typing" || (chosen.mode === "editing" && arrow[0]));
    return moves ? () => { changes.commit(control); chosen.move(...arrow); } : null;
  };
  const moving = (event, control, arrow) => {
    if (chosen.mode !== "at") return null;
    if (arrow) return () => chosen.move(...arrow, event.shiftKey);
    if (event.key === "Home" || event.key === "End") {
      return () => chosen.move(0, event.key === "Home" ? -FAR : FAR, event.shiftKey);
    }
    if (event.key === "F2") return () => chosen.edit(control);
    return event.key === "Delete" || event.key === "Backspace" ? changes.empty : null;
  };

  sheet.table.addEventListener("keydown", (event) => {
    const control = event.target, arrow = ARROWS[event.key];
    if (!sheet.place.has(control) || event.altKey || event.isComposing || sheet.isOpen(control)) return;
    const act = event.ctrlKey || event.metaKey
      ? commanded(event, control, event.key.toLowerCase(), arrow)
      : leaving(event, control, arrow) ?? moving(event, control, arrow);
    if (!act) return;
    event.preventDefault();
    act();
  });
};
