/* The grid of a budget: its cells are amounts, in whole cents; totals, ceilings and differences follow what is typed. The server
   recomputes everything. Loaded by its page only, after grid.js. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-amounts]");
  if (!form) return;
  const english = document.documentElement.lang.startsWith("en");
  const say = (fr, en) => (english ? en : fr);

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

  /* ── totals, ceilings, differences ── */
  const inputs = [...form.querySelectorAll("table[data-cells] td > input")];
  const rate = BigInt(form.dataset.rateBp || 10000);
  const figure = (name, text) => { form.querySelector(`[data-figure="${name}"]`).textContent = text; };
  const when = (name, yes) => { form.querySelector(`[data-when="${name}"]`).hidden = !yes; };
  const percent = (bp) => `${plain(bp)}\u00a0%`;
  const changed = () => {
    const sums = new Map();
    inputs.forEach((input) => {
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

  /* ── what was in the last deposit ── */
  const marked = (input, wrong) => {
    if (input.dataset.was === undefined) return;
    const cell = input.parentElement, was = Number(input.dataset.was), differs = wrong || parse(input.value) !== was;
    cell.classList.toggle("changed", differs);
    cell.querySelector(".was")?.remove();
    if (!differs) return;
    const note = document.createElement("small"), old = document.createElement("del");
    note.className = "was";
    old.textContent = plain(was);
    note.append(say("avant : ", "before: "), old);
    cell.append(note);
  };

  const refused = (n) => (n > 1
    ? say(`${n} ne sont pas des montants : elles sont marquées, corrigez-les.`, `${n} are not amounts: they are marked, correct them.`)
    : say("1 n’est pas un montant : elle est marquée, corrigez-la.", "1 is not an amount: it is marked, correct it."));
  window.spreadsheet(form, { read, refused, marked, changed });
})();
