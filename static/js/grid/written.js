/* What is written in a grid, and undone: one step is one act, however many cells it wrote. */
import { say } from "../say.js";

export const written = (sheet, chosen) => {
  const { form, kind, controls, shown } = sheet;
  const done = [], undone = [], held = new Map(controls.map((control) => [control, control.value]));

  const put = (changes) => {
    changes.forEach(([control, value]) => {
      control.value = value;
      held.set(control, value);
      sheet.reveal(control);
      sheet.mark(control);
      /* kept in this browser as what is typed is */
      control.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "written" }));
    });
    kind.changed?.();
    form.dataset.changed = "yes";
    changes[0]?.[0].dispatchEvent(new Event("change", { bubbles: true })); /* and saved as it is */
  };
  const write = (changes) => {
    const real = changes.filter(([control, value]) => held.get(control) !== value);
    if (!real.length) return 0;
    done.push(real.map(([control, value]) => [control, held.get(control), value]));
    undone.length = 0;
    put(real);
    return real.length;
  };
  const restore = (control) => put([[control, held.get(control)]]);
  const commit = (control) => {
    if (control.value === held.get(control)) return;
    write([[control, kind.read(shown(control)) ?? control.value]]) || restore(control);
  };

  const step = (from, to, side, words) => {
    const act = from.pop();
    if (!act) return sheet.tell(say("nothing_more"));
    to.push(act);
    put(act.map((change) => [change[0], change[side]]));
    chosen.at(act[0][0]);
    sheet.tell(words(say("cells", { n: act.length })));
  };
  const empty = () => {
    const n = write(chosen.lines().flat().map((control) => [control, ""]));
    if (n > 1) sheet.tell(say("emptied", { n }));
    chosen.anchor.select?.();
  };
  const fillDown = () => {
    const [first, ...others] = chosen.lines();
    const n = write(others.flatMap((line) => line.map((control, x) => [control, held.get(first[x])])));
    if (n) sheet.tell(say("filled_down", { cells: say("cells", { n }) }));
  };
  /* Written by somebody else. */
  const overwritten = (control) => {
    held.set(control, control.value);
    sheet.reveal(control);
  };
  return {
    held, overwritten, write, commit, restore, empty, fillDown,
    undo: () => step(done, undone, 1, (cells) => say("undone", { cells })),
    redo: () => step(undone, done, 2, (cells) => say("redone", { cells })),
  };
};
