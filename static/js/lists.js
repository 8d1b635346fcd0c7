/* The chair's lists: P, C, N on a row, arrows between rows; each choice goes at once, in the form that the save button
   sends. Choices made while one is on its way go together after it. */
import { $$ } from "./dom.js";
import { say } from "./say.js";
import { renew } from "./session.js";

const LISTS = { p: "main", c: "reserve", n: "not_selected" };
const form = () => document.querySelector("form[data-lists]");
const rows = () => $$("tr[data-line]", form());
const row = () => document.activeElement.closest("tr[data-line]");
const tell = (text) => { document.querySelector("[data-told]").textContent = text; };
const reason = (line) => line.querySelector("textarea");
const go = (line) => {
  line.querySelector("a").focus();
  line.scrollIntoView({ block: "nearest" });
};
const walk = (by) => {
  const all = rows(), at = all.indexOf(row());
  go(all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))]);
};

/* ── what leaves: the form as it stands; `chosen` since is put again on the rows that come back ── */
let leaving = false, until = "", chosen = new Map();
const choose = (name, value) => {
  chosen.set(name, value);
  return send();
};
const send = async () => {
  if (leaving) return;
  leaving = true;
  while (chosen.size || until) await exchange();
  leaving = false;
};
const post = () => {
  const body = new FormData(form());
  if (until) body.append("until", until);
  return fetch(form().action, { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual" });
};
const exchange = async () => {
  const sent = new Map(chosen);
  try {
    let answer = await post();
    const out = answer.type === "opaqueredirect" || answer.status === 403; /* an old key, or nobody is in any more */
    if (out && await renew()) answer = await post();
    if (!answer.ok && answer.status !== 422) throw answer;
    sent.forEach((value, name) => { if (chosen.get(name) === value) chosen.delete(name); });
    until = "";
    show(await answer.text());
  } catch {
    chosen.clear();
    until = "";
    tell(say("lists_unsaved"));
    form().dataset.changed = "yes"; /* the page is not left without a word; its button sends all that is on it */
  }
};

/* ── what comes back: the table, where one was, and what was chosen meanwhile ── */
const show = (text) => {
  const at = document.activeElement, line = at.closest?.("tr[data-line]")?.dataset.line;
  const name = at.matches?.("textarea, input") && at.id;
  const page = new DOMParser().parseFromString(text, "text/html");
  const section = document.getElementById("ranking"), fresh = document.adoptNode(page.getElementById("ranking"));
  section.replaceWith(fresh);
  begin();
  chosen.forEach((value, key) => put(key, value));
  const wrong = fresh.querySelector("[aria-invalid=true]"), summary = fresh.querySelector("[data-focus]");
  tell(fresh.dataset.said ?? "");
  if (wrong ?? summary) (wrong ?? summary).focus();
  else if (name && document.getElementById(name)) document.getElementById(name).focus();
  else if (line) (fresh.querySelector(`tr[data-line="${line}"] a`) ?? fresh.querySelector("tr[data-line] a"))?.focus();
};
const put = (name, value) => {
  const field = form().elements[name];
  if (field) field.value = value;
};
const begin = () => $$("[data-scripted]").forEach((one) => { one.hidden = false; });

/* ── what is pressed ── */
const list = (line, letter) => {
  const name = `list_${line.dataset.line}`;
  const radio = line.querySelector(`input[name="${name}"][value="${LISTS[letter]}"]`);
  if (!radio || radio.disabled) return tell(say("below_floor"));
  radio.checked = true;
  walk(1);
  return choose(name, radio.value);
};
const reasoned = (line) => {
  reason(line).closest("details").open = true;
  reason(line).focus();
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !form()) return;
  if (event.target.matches("textarea, select, input:not([type=radio])") || event.target.closest("dialog")) return;
  const line = row(), key = event.key.toLowerCase(), radio = event.target.matches("[type=radio]");
  const step = { arrowdown: 1, j: 1, arrowup: -1, k: -1 }[key];
  const inside = line || document.activeElement === document.body;
  if (step && inside && !(radio && key.startsWith("arrow"))) walk(step);
  else if (line && key === "p" && event.shiftKey) { until = line.dataset.line; walk(1); send(); }
  else if (line && LISTS[key]) list(line, key);
  else if (line && key === "m") reasoned(line);
  else return;
  event.preventDefault();
});
document.addEventListener("change", ({ target }) => {
  if (target.form === form() && target.name?.match(/^(list|reason)_/)) choose(target.name, target.value);
});
document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  until = event.submitter?.name === "until" ? event.submitter.value : "";
  chosen.set("", "");
  send();
});
begin();
