/* The budget grid behaves like a spreadsheet: keys, blocks, copy and paste, undo, totals in whole cents. Loaded by its page only.
   Without it the page is a plain form; with it the server still recomputes everything. A cell is either « at » (its whole value is
   chosen, arrows move, typing replaces) or being « edited » (F2, a second click or typing: arrows move the caret). */
(() => {
  "use strict";
  const form = document.querySelector("form[data-grid]");
  if (!form) return;
  const english = document.documentElement.lang.startsWith("en");
  const say = (fr, en) => (english ? en : fr);
  const table = form.querySelector("table.grid:not(.funding)");
  const inputs = [...form.querySelectorAll("table.grid input")];
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input")]).filter((row) => row.length);
  const place = new Map();
  rows.forEach((row, y) => row.forEach((input, x) => place.set(input, [y, x])));
  const said = form.querySelector("[data-said]");
  const tell = (text) => { said.textContent = text; };

  /* ── amounts: the same reading and the same words as edsh_portal/money.py ── */
  const LARGEST = 10 ** 12;
  const parse = (typed) => {
    const text = typed.replace(/[\s\u001c-\u001f\u0085]/g, "");
    if (!text) return 0;
    const found = /^([0-9]{1,13})(?:[.,]([0-9]{1,2}))?€?$/.exec(text);
    const cents = found ? Number(found[1]) * 100 + Number((found[2] || "0").padEnd(2, "0")) : NaN;
    return cents < LARGEST ? cents : NaN;
  };
  const plain = (cents) => {
    const size = Math.abs(cents), euros = String(Math.floor(size / 100)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    return (cents < 0 ? "−" : "") + euros + "," + String(size % 100).padStart(2, "0");
  };
  const shown = (cents) => (cents ? plain(cents) : "");
  const cents = (input) => parse(input.value) || 0;

  /* ── totals, ceilings, differences ── */
  const rate = BigInt(form.dataset.rateBp || 10000);
  const figure = (name, text) => { form.querySelector(`[data-figure="${name}"]`).textContent = text; };
  const when = (name, yes) => { form.querySelector(`[data-when="${name}"]`).hidden = !yes; };
  const percent = (bp) => `${plain(bp)}\u00a0%`;
  const compute = () => {
    const sums = new Map();
    rows.flat().forEach((input) => {
      const [p, c, y] = input.name.split("-"), value = cents(input);
      [`${p}-${c}-`, `${p}--${y}`, `${p}--`, `--${y}`, "--"].forEach((part) => sums.set(part, (sums.get(part) || 0) + value));
    });
    form.querySelectorAll("[data-sum]").forEach((cell) => { cell.textContent = plain(sums.get(cell.dataset.sum) || 0); });
    const total = sums.get("--") || 0, plan = (name) => cents(form.elements[name]);
    const aid = plan("aid_cents"), resources = aid + plan("own_cents") + plan("public_cents") + plan("other_cents");
    const most = Number(BigInt(total) * rate / 10000n);
    figure("resources", plain(resources));
    figure("balance", plain(resources - total));
    figure("most", plain(most));
    figure("rate", total ? percent(Number((BigInt(aid) * 10000n + BigInt(total) - 1n) / BigInt(total))) : "–");
    when("balanced", resources === total);
    when("unbalanced", resources !== total);
    when("over-aid", aid > most);
    when("over-public", aid + plan("public_cents") > total);
  };
  const mark = (input) => {
    const cell = input.parentElement, wrong = Number.isNaN(parse(input.value));
    cell.classList.toggle("error", wrong);
    if (wrong) input.setAttribute("aria-invalid", "true"); else { input.removeAttribute("aria-invalid"); cell.querySelector(".error-message")?.remove(); }
    if (input.dataset.was === undefined) return;
    const was = Number(input.dataset.was), changed = wrong || parse(input.value) !== was;
    cell.classList.toggle("changed", changed);
    cell.querySelector(".was")?.remove();
    if (!changed) return;
    const note = document.createElement("small"), old = document.createElement("del");
    note.className = "was";
    old.textContent = plain(was);
    note.append(say("avant : ", "before: "), old);
    cell.append(note);
  };
  const refresh = (changed) => { changed.forEach(mark); compute(); form.dataset.changed = "yes"; };

  /* ── undo: one step is one act, however many cells it wrote ── */
  const done = [], undone = [], held = new Map(inputs.map((input) => [input, input.value]));
  const write = (changes) => {
    const real = changes.filter(([input, value]) => held.get(input) !== value);
    if (!real.length) return 0;
    done.push(real.map(([input, value]) => [input, held.get(input), value]));
    undone.length = 0;
    put(real);
    return real.length;
  };
  const put = (changes) => {
    changes.forEach(([input, value]) => { input.value = value; held.set(input, value); });
    refresh(changes.map(([input]) => input));
    changes[0]?.[0].dispatchEvent(new Event("change", { bubbles: true })); /* what is written here is saved as what is typed is */
  };
  const step = (from, to, side, words) => {
    const act = from.pop();
    if (!act) return tell(say("Rien de plus.", "Nothing more."));
    to.push(act);
    put(act.map((change) => [change[0], change[side]]));
    at(act[0][0]);
    tell(words(act.length));
  };
  const undo = () => step(done, undone, 1, (n) => say(`Annulé : ${n} case${n > 1 ? "s" : ""}.`, `Undone: ${n} cell${n > 1 ? "s" : ""}.`));
  const redo = () => step(undone, done, 2, (n) => say(`Rétabli : ${n} case${n > 1 ? "s" : ""}.`, `Redone: ${n} cell${n > 1 ? "s" : ""}.`));
  const commit = (input) => {
    const value = parse(input.value);
    if (input.value === held.get(input)) return;
    write([[input, Number.isNaN(value) ? input.value : shown(value)]]) || put([[input, held.get(input)]]);
  };

  /* ── where one is: a cell, a block ── */
  let anchor = null, end = null, editing = false;
  const block = () => {
    if (!anchor || !place.has(anchor)) return [];
    const [[a, b], [c, d]] = [place.get(anchor), place.get(end)];
    return rows.slice(Math.min(a, c), Math.max(a, c) + 1).map((row) => row.slice(Math.min(b, d), Math.max(b, d) + 1));
  };
  const paint = () => {
    const chosen = new Set(block().flat());
    rows.flat().forEach((input) => input.parentElement.classList.toggle("chosen", chosen.size > 1 && chosen.has(input)));
  };
  const at = (input) => {
    anchor = end = input;
    editing = false;
    input.focus();
    input.select();
    paint();
  };
  const cell = (y, x) => rows[Math.max(0, Math.min(rows.length - 1, y))][Math.max(0, Math.min(rows[0].length - 1, x))];
  const move = (dy, dx, extend) => {
    const [y, x] = place.get(extend ? end : document.activeElement), next = cell(y + dy, x + dx);
    if (!extend) return at(next);
    end = next;
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    paint();
    const chosen = block();
    tell(say(`Bloc de ${chosen.length} sur ${chosen[0].length}.`, `Block of ${chosen.length} by ${chosen[0].length}.`));
  };
  const empty = () => {
    const n = write(block().flat().map((input) => [input, ""]));
    if (n > 1) tell(say(`${n} cases vidées.`, `${n} cells emptied.`));
    anchor.select();
  };

  form.addEventListener("focusin", (event) => {
    if (!place.has(event.target) || event.target === anchor) return;
    anchor = end = event.target;
    editing = false;
    anchor.select();
    paint();
  });
  form.addEventListener("focusout", (event) => { if (inputs.includes(event.target)) commit(event.target); });
  table.addEventListener("pointerdown", (event) => {
    const input = event.target.closest("input");
    if (!place.has(input)) return;
    if (event.shiftKey && anchor) { event.preventDefault(); end = input; paint(); } else if (input === document.activeElement) {
      editing = true;
      anchor = end = input;
      paint();
    } else { event.preventDefault(); at(input); }
  });
  table.addEventListener("pointerover", (event) => {
    const input = event.target.closest("input");
    if (event.buttons !== 1 || editing || !anchor || !place.has(input) || event.pointerType === "touch") return;
    end = input;
    paint();
  });
  form.addEventListener("input", (event) => {
    if (!inputs.includes(event.target)) return;
    if (event.detail === "shown") { held.set(event.target, event.target.value); mark(event.target); return compute(); } /* written by somebody else */
    if (place.has(event.target)) { editing = true; end = anchor; paint(); }
    mark(event.target);
    compute();
  });

  const KEYS = {
    ArrowUp: (extend) => move(-1, 0, extend), ArrowDown: (extend) => move(1, 0, extend),
    ArrowLeft: (extend) => move(0, -1, extend), ArrowRight: (extend) => move(0, 1, extend),
    Home: (extend) => move(0, -1e6, extend), End: (extend) => move(0, 1e6, extend),
    F2: () => { editing = true; anchor.setSelectionRange(anchor.value.length, anchor.value.length); },
    Delete: empty, Backspace: empty,
  };
  table.addEventListener("keydown", (event) => {
    const input = event.target, command = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
    if (!place.has(input) || event.altKey || event.isComposing) return;
    const act = (verb) => { event.preventDefault(); verb(); };
    if (command && (key === "y" || (key === "z" && event.shiftKey))) return act(() => { commit(input); redo(); });
    if (command && key === "z") return act(() => { commit(input); undo(); });
    if (command && key === "a" && !editing) return act(() => { anchor = cell(0, 0); end = cell(1e6, 1e6); paint(); });
    if (command && (event.key === "Home" || event.key === "End")) return act(() => at(event.key === "Home" ? cell(0, 0) : cell(1e6, 1e6)));
    if (command) return;
    if (event.key === "Enter") return act(() => { commit(input); move(event.shiftKey ? -1 : 1, 0); });
    if (event.key === "Escape") return act(() => { put([[input, held.get(input)]]); at(input); });
    if (editing && ["ArrowUp", "ArrowDown"].includes(event.key)) return act(() => { commit(input); KEYS[event.key](false); });
    if (!editing && KEYS[event.key]) act(() => KEYS[event.key](event.shiftKey));
  });

  /* ── copy and paste, as Excel and LibreOffice do: rows on lines, cells between tabs ── */
  const copy = (event) => {
    if (editing || !place.has(document.activeElement)) return false;
    event.clipboardData.setData("text/plain", block().map((row) => row.map((input) => input.value.replace(/[\u00a0\u202f]/g, "")).join("\t")).join("\n"));
    event.preventDefault();
    return true;
  };
  table.addEventListener("copy", copy);
  table.addEventListener("cut", (event) => { if (copy(event)) empty(); });
  const cells = (text) => {
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
    return lines.map((line) => line.split("\t").map((value) => value.replace(/^"([\s\S]*)"$/, "$1").trim()));
  };
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!place.has(document.activeElement) || (editing && !/[\t\n]/.test(text))) return;
    event.preventDefault();
    let pasted = cells(text);
    const chosen = block();
    if (pasted.length === 1 && pasted[0].length === 1) pasted = chosen.map((row) => row.map(() => pasted[0][0]));
    const [top, left] = place.get(chosen[0][0]), changes = [];
    let lost = 0, unread = 0;
    pasted.forEach((line, y) => line.forEach((value, x) => {
      const input = rows[top + y]?.[left + x], amount = parse(value);
      if (!input) { lost += value !== ""; return; }
      unread += Number.isNaN(amount);
      changes.push([input, Number.isNaN(amount) ? value : shown(amount)]);
    }));
    write(changes);
    anchor = chosen[0][0];
    end = cell(top + pasted.length - 1, left + Math.max(...pasted.map((line) => line.length)) - 1);
    editing = false;
    anchor.focus();
    paint();
    const parts = [say(`${changes.length} cases collées.`, `${changes.length} cells pasted.`)];
    if (unread) parts.push(say(`${unread} ne sont pas des montants : elles sont marquées, corrigez-les.`, `${unread} are not amounts: they are marked, correct them.`));
    if (lost) parts.push(say(`${lost} valeurs dépassaient du tableau et n’ont pas été collées.`, `${lost} values went beyond the table and were not pasted.`));
    tell(parts.join(" "));
  });

  form.querySelectorAll("[data-with-script]").forEach((hint) => { hint.hidden = false; });
  compute();
})();
