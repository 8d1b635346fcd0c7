/* The grid of a budget: its cells are amounts, in whole cents; totals, ceilings and differences follow what is typed.
   The server recomputes everything. */
import { $$, make } from "./dom.js";
import { spreadsheet } from "./grid.js";
import { say } from "./say.js";

/* ── amounts: the same reading and the same words as edsh_portal/money.py ── */
const LARGEST = 10 ** 12;
const parse = (typed) => {
  const text = typed.replace(/[\s\u001c-\u001f\u0085]/g, "");
  if (!text || /^[-−–—]€?$/.test(text)) return 0;
  const found = /^([0-9]{1,13})(?:[.,]([0-9]{1,2}))?€?$/.exec(text);
  const cents = found ? Number(found[1]) * 100 + Number((found[2] || "0").padEnd(2, "0")) : NaN;
  return cents < LARGEST ? cents : NaN;
};
const plain = (cents) => {
  const size = Math.abs(cents), euros = String(Math.floor(size / 100)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return (cents < 0 ? "−" : "") + euros + "," + String(size % 100).padStart(2, "0");
};
const read = (text) => {
  const cents = parse(text);
  return Number.isNaN(cents) ? null : cents ? plain(cents) : "";
};
const cents = (input) => parse(input.value) || 0;
const percent = (bp) => `${plain(bp)}\u00a0%`;

/* ── totals, ceilings, differences ── */
const totals = (form) => {
  const inputs = $$("table[data-cells] td > input", form), rate = BigInt(form.dataset.rateBp || 10000);
  const figure = (name, text) => { form.querySelector(`[data-figure="${name}"]`).textContent = text; };
  const when = (name, yes) => { form.querySelector(`[data-when="${name}"]`).hidden = !yes; };
  const plan = (name) => cents(form.elements[name]);
  const sums = () => {
    const found = new Map();
    inputs.forEach((input) => {
      const [p, c, y] = input.name.split("-"), value = cents(input);
      [`${p}-${c}-`, `${p}--${y}`, `${p}--`, `--${y}`, "--"].forEach((part) => {
        found.set(part, (found.get(part) || 0) + value);
      });
    });
    return found;
  };
  return () => {
    const found = sums(), total = found.get("--") || 0, aid = plan("aid_cents"), others = plan("public_cents");
    $$("[data-sum]", form).forEach((cell) => { cell.textContent = plain(found.get(cell.dataset.sum) || 0); });
    const resources = aid + plan("own_cents") + others + plan("other_cents");
    const most = Number(BigInt(total) * rate / 10000n);
    figure("resources", plain(resources));
    figure("balance", plain(resources - total));
    figure("most", plain(most));
    figure("rate", total ? percent(Number((BigInt(aid) * 10000n + BigInt(total) - 1n) / BigInt(total))) : "–");
    when("balanced", resources === total);
    when("unbalanced", resources !== total);
    when("over-aid", aid > most);
    when("over-public", aid + others > total);
  };
};

/* ── what was in the last deposit ── */
const marked = (input, wrong) => {
  if (input.dataset.was === undefined) return;
  const cell = input.parentElement, was = Number(input.dataset.was), differs = wrong || parse(input.value) !== was;
  cell.classList.toggle("changed", differs);
  cell.querySelector(".was")?.remove();
  if (!differs) return;
  const note = make("small", `${say("before")} `, make("del", plain(was)));
  note.className = "was";
  cell.append(note);
};

const form = document.querySelector("form[data-amounts]");
if (form) spreadsheet(form, { read, refused: (n) => say("no_amounts", { n }), marked, changed: totals(form) });
