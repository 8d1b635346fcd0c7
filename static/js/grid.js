/* A table in which one types behaves like a spreadsheet: keys, blocks, copy and paste, undo. What a cell may hold is said by who
   calls it: amounts.js for a budget, stages.js for the common core. Without it the page is a plain form.

   A cell is « at » (its whole value is chosen: arrows move, typing replaces), « typing » (an arrow keeps what was typed and moves) or
   « editing » (F2, a double click: arrows move the caret). A list is always « at »: a letter, F2 or Enter chooses in it.

   spreadsheet(form, kind): the cells are those of form's table[data-cells]; the other tables' share their undo. Of `kind`:
   read(text) gives the value of a cell that shows this text, null when it is none; refused(n) says that n texts are none;
   marked(control, wrong) and changed() draw what depends on a cell and on all of them. */
window.spreadsheet = (form, kind) => {
  "use strict";
  const english = document.documentElement.lang.startsWith("en");
  const say = (fr, en) => (english ? en : fr);
  const table = form.querySelector("table[data-cells]");
  const controls = [...form.querySelectorAll("td > :is(input, select)")];
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td > :is(input, select)")]).filter((row) => row.length);
  const place = new Map();
  rows.forEach((row, y) => row.forEach((control, x) => place.set(control, [y, x])));
  const said = form.querySelector("[data-said]");
  const tell = (text) => { said.textContent = text; };
  const cases = (n) => say(`${n} case${n > 1 ? "s" : ""}`, `${n} cell${n > 1 ? "s" : ""}`);

  const isList = (control) => control.tagName === "SELECT";
  const isOpen = (control) => { try { return control.matches(":open"); } catch { return false; } };
  const shown = (control) => (isList(control) ? (control.value && control.selectedOptions[0].label) : control.value);
  const choose = (list) => { if (!isOpen(list)) list.showPicker?.(); };

  /* What is folded opens for whoever comes to it, and for what is written in it. */
  const reveal = (control) => { control.closest("tbody").querySelector("details")?.setAttribute("open", ""); };

  /* ── what a cell says of itself ── */
  const mark = (control) => {
    const cell = control.parentElement, wrong = kind.read(shown(control)) === null;
    cell.classList.toggle("error", wrong);
    if (wrong) control.setAttribute("aria-invalid", "true");
    else {
      control.removeAttribute("aria-invalid");
      form.querySelectorAll(`[data-fault="${control.name}"]`).forEach((one) => one.remove());
    }
    kind.marked?.(control, wrong);
  };

  /* ── undo: one step is one act, however many cells it wrote ── */
  const done = [], undone = [], held = new Map(controls.map((control) => [control, control.value]));
  const put = (changes) => {
    changes.forEach(([control, value]) => {
      control.value = value;
      held.set(control, value);
      reveal(control);
      mark(control);
      control.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "written" })); /* kept in this browser as what is typed is */
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
  const commit = (control) => {
    if (control.value === held.get(control)) return;
    write([[control, kind.read(shown(control)) ?? control.value]]) || put([[control, held.get(control)]]);
  };
  const step = (from, to, side, words) => {
    const act = from.pop();
    if (!act) return tell(say("Rien de plus.", "Nothing more."));
    to.push(act);
    put(act.map((change) => [change[0], change[side]]));
    at(act[0][0]);
    tell(words(cases(act.length)));
  };
  const undo = () => step(done, undone, 1, (n) => say(`Annulé : ${n}.`, `Undone: ${n}.`));
  const redo = () => step(undone, done, 2, (n) => say(`Rétabli : ${n}.`, `Redone: ${n}.`));

  /* ── where one is: a cell, a block ── */
  let anchor = null, end = null, mode = "at";
  const block = () => {
    if (!place.has(anchor)) return [];
    const [[a, b], [c, d]] = [place.get(anchor), place.get(end)];
    return rows.slice(Math.min(a, c), Math.max(a, c) + 1).map((row) => row.slice(Math.min(b, d), Math.max(b, d) + 1));
  };
  const paint = () => {
    const chosen = new Set(block().flat());
    place.forEach((_where, control) => control.parentElement.classList.toggle("chosen", chosen.size > 1 && chosen.has(control)));
  };
  const at = (control) => {
    anchor = end = control;
    mode = "at";
    reveal(control);
    control.focus();
    control.select?.();
    paint();
  };
  const edit = (control) => {
    mode = "editing";
    control.setSelectionRange(control.value.length, control.value.length);
  };
  const cell = (y, x) => rows[Math.max(0, Math.min(rows.length - 1, y))][Math.max(0, Math.min(rows[0].length - 1, x))];
  const extend = (to) => {
    end = to;
    reveal(to);
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
    paint();
  };
  const move = (dy, dx, stretches) => {
    const [y, x] = place.get(stretches ? end : anchor), next = cell(y + dy, x + dx);
    if (!stretches) return at(next);
    extend(next);
    const chosen = block();
    tell(say(`Bloc de ${chosen.length} sur ${chosen[0].length}.`, `Block of ${chosen.length} by ${chosen[0].length}.`));
  };
  const empty = () => {
    const n = write(block().flat().map((control) => [control, ""]));
    if (n > 1) tell(say(`${cases(n)} vidées.`, `${cases(n)} emptied.`));
    anchor.select?.();
  };
  const fillDown = () => {
    const [first, ...others] = block();
    const n = write(others.flatMap((row) => row.map((control, x) => [control, held.get(first[x])])));
    if (n) tell(say(`Recopié vers le bas : ${cases(n)}.`, `Filled down: ${cases(n)}.`));
  };

  form.addEventListener("focusin", (event) => {
    if (!place.has(event.target) || event.target === anchor) return;
    anchor = end = event.target;
    mode = "at";
    anchor.select?.();
    paint();
  });
  form.addEventListener("focusout", (event) => { if (held.has(event.target)) commit(event.target); });
  form.addEventListener("change", (event) => { if (held.has(event.target) && isList(event.target)) commit(event.target); });
  form.addEventListener("input", (event) => {
    const control = event.target;
    if (!held.has(control) || event.detail === "written") return;
    if (event.detail === "shown") { held.set(control, control.value); reveal(control); } /* written by somebody else */
    else if (place.has(control) && mode === "at") { mode = isList(control) ? "at" : "typing"; end = anchor; paint(); }
    mark(control);
    kind.changed?.();
  });

  /* ── the mouse: a click is at a cell and opens a list, a double click edits, a drag or Shift chooses a block; fingers do as everywhere ── */
  let finger = false, pressed = null;
  const pointed = (event) => { const control = event.target.closest("td")?.querySelector(":scope > :is(input, select)"); return !finger && place.has(control) ? control : null; };
  table.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; });
  table.addEventListener("mousedown", (event) => {
    const control = pointed(event);
    pressed = null;
    if (!control || event.button) return;
    if (event.shiftKey && place.has(anchor)) { event.preventDefault(); extend(control); return; }
    if (control === document.activeElement && mode !== "at") { mode = "editing"; return; }
    if (isList(control) && !control.showPicker) return;
    event.preventDefault();
    if (!isOpen(control)) pressed = control;
    at(control);
  });
  table.addEventListener("mouseover", (event) => {
    const control = pointed(event);
    if (!control || event.buttons !== 1 || mode !== "at" || !place.has(anchor)) return;
    end = control;
    paint();
  });
  table.addEventListener("click", (event) => {
    const list = pressed; /* the browser tells a click of its own once a word is chosen */
    pressed = null;
    if (list && isList(list) && list === pointed(event) && list === end) choose(list);
  });
  table.addEventListener("dblclick", (event) => { const control = pointed(event); if (control && !isList(control) && mode === "at") edit(control); });

  /* ── the keys ── */
  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener("keydown", (event) => {
    const control = event.target, command = event.ctrlKey || event.metaKey, key = event.key.toLowerCase(), arrow = ARROWS[event.key];
    if (!place.has(control) || event.altKey || event.isComposing || isOpen(control)) return;
    const act = (verb, ...given) => { event.preventDefault(); verb(...given); };
    if (command && (key === "y" || (key === "z" && event.shiftKey))) return act(() => { commit(control); redo(); });
    if (command && key === "z") return act(() => { commit(control); undo(); });
    if (command && (event.key === "Home" || event.key === "End")) return act(at, event.key === "Home" ? cell(0, 0) : cell(1e6, 1e6));
    if (command && mode === "at") {
      if (key === "a") return act(() => { anchor = cell(0, 0); end = cell(1e6, 1e6); paint(); });
      if (key === "d") return act(fillDown);
      if (arrow) return act(move, arrow[0] * 1e6, arrow[1] * 1e6, event.shiftKey);
    }
    if (command) return;
    if (isList(control) && (event.key === "F2" || event.key === "Enter")) return act(choose, control);
    if (event.key === "Enter") return act(() => { commit(control); move(event.shiftKey ? -1 : 1, 0); });
    if (event.key === "Escape") return act(() => { put([[control, held.get(control)]]); at(control); });
    if (arrow && !event.shiftKey && (mode === "typing" || (mode === "editing" && arrow[0]))) return act(() => { commit(control); move(...arrow); });
    if (mode !== "at") return;
    if (arrow) return act(move, ...arrow, event.shiftKey);
    if (event.key === "Home" || event.key === "End") return act(move, 0, event.key === "Home" ? -1e6 : 1e6, event.shiftKey);
    if (event.key === "F2") return act(edit, control);
    if (event.key === "Delete" || event.key === "Backspace") return act(empty);
  });

  /* ── copy and paste, as Excel and LibreOffice do: rows on lines, cells between tabs ── */
  const copy = (event) => {
    if (mode !== "at" || !place.has(document.activeElement)) return false;
    event.clipboardData.setData("text/plain", block().map((row) => row.map((control) => shown(control).replace(/[\u00a0\u202f]/g, isList(control) ? " " : "")).join("\t")).join("\n"));
    event.preventDefault();
    return true;
  };
  const cells = (text) => {
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
    return lines.map((line) => line.split("\t").map((value) => value.replace(/^"([\s\S]*)"$/, "$1").trim()));
  };
  table.addEventListener("copy", copy);
  table.addEventListener("cut", (event) => { if (copy(event)) empty(); });
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!place.has(document.activeElement) || (mode !== "at" && !/[\t\n]/.test(text))) return;
    event.preventDefault();
    let pasted = cells(text);
    const chosen = block();
    if (pasted.length === 1 && pasted[0].length === 1) pasted = chosen.map((row) => row.map(() => pasted[0][0]));
    const [top, left] = place.get(chosen[0][0]), changes = [];
    let lost = 0, unread = 0;
    pasted.forEach((line, y) => line.forEach((text, x) => {
      const control = rows[top + y]?.[left + x], value = kind.read(text);
      if (!control) { lost += text !== ""; return; }
      unread += value === null;
      if (value !== null || !isList(control)) changes.push([control, value ?? text]); /* a list holds nothing but its own words */
    }));
    write(changes);
    anchor = chosen[0][0];
    end = cell(top + pasted.length - 1, left + Math.max(...pasted.map((line) => line.length)) - 1);
    mode = "at";
    anchor.focus();
    anchor.select?.();
    paint();
    const n = changes.length, parts = [say(`${cases(n)} collée${n > 1 ? "s" : ""}.`, `${cases(n)} pasted.`)];
    if (unread) parts.push(kind.refused(unread));
    if (lost) parts.push(say(`${lost} valeur${lost > 1 ? "s dépassaient" : " dépassait"} du tableau : non collée${lost > 1 ? "s" : ""}.`, `${lost} value${lost > 1 ? "s" : ""} went beyond the table: not pasted.`));
    tell(parts.join(" "));
  });

  form.querySelectorAll("[data-with-script]").forEach((hint) => { hint.hidden = false; });
  kind.changed?.();
};
