/* The scoring screen: the criterion in hand, the part of the dossier that feeds it, the keys. What is typed is saved by
   writing.js; a key is never taken from who types in a text. */
import { $$ } from "./dom.js";
import { holder } from "./writing/page.js";

const ELSEWHERE = "input, select, textarea, dialog, [contenteditable]";
const TWO_DIGITS = 1500; /* ms between the 1 and the 0 of a 10 */
const least = Number(holder.dataset.least);
const criteria = $$("[data-criterion]", holder);
const dossier = document.getElementById("dossier"), report = document.getElementById("report");
const wide = matchMedia("(min-width: 64rem)");
const mark = (criterion) => criterion.querySelector("input[name^='value_']");
const comment = (criterion) => criterion.querySelector("textarea");
const short = (criterion) => [...comment(criterion).value.trim()].length < least;
const lacks = (criterion) => !mark(criterion).value.trim() || short(criterion);
const partsOf = (criterion) => $$("[data-part]", criterion)
  .map((link) => document.getElementById(link.hash.slice(1))).filter(Boolean);

/* ── what is in sight ── */
const bring = (pane, thing, under = 0) => {
  if (!wide.matches) return;
  pane.scrollTop += thing.getBoundingClientRect().top - pane.getBoundingClientRect().top - under - 12;
};
const showPart = (part) => {
  if (part.matches("details")) part.open = true;
  bring(dossier, part);
};
const showCriterion = (criterion) => {
  if (!wide.matches) { criterion.scrollIntoView({ block: "start" }); return; }
  report.parentElement.scrollIntoView({ block: "start" }); /* at work, the panes have the whole window */
  bring(report, criterion, report.querySelector(".grid-head").offsetHeight);
};

/* ── the criterion in hand ── */
let current = criteria.find(lacks) ?? criteria[0], part = 0;
const told = () => $$("#rail a").forEach((link) => {
  if (link.hash === `#${current.id}`) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
});
const take = (criterion, silent = false) => {
  current.classList.remove("at");
  $$(".fed", dossier).forEach((one) => one.classList.remove("fed"));
  current = criterion;
  part = 0;
  current.classList.add("at");
  const fed = partsOf(current);
  fed.forEach((one) => one.classList.add("fed"));
  if (fed.length && !silent) showPart(fed[0]);
  told();
};
const go = (criterion) => {
  take(criterion);
  criterion.focus({ preventScroll: true });
  showCriterion(criterion);
};
const write = () => {
  comment(current).focus({ preventScroll: true });
  showCriterion(current);
};
const next = () => {
  const at = criteria.indexOf(current);
  const found = [...criteria.slice(at + 1), ...criteria.slice(0, at + 1)].find(lacks);
  if (!found) {
    const lock = holder.querySelector("[name=then]");
    lock.focus({ preventScroll: true });
    showCriterion(lock);
    return;
  }
  go(found);
  if (mark(found).value.trim()) write();
};
const nextPart = () => {
  const fed = partsOf(current);
  if (fed.length) showPart(fed[part = (part + 1) % fed.length]);
};

/* ── marks ── */
let last = { at: 0, of: null };
const put = (text) => {
  const input = mark(current);
  input.value = text;
  ["input", "change"].forEach((name) => input.dispatchEvent(new Event(name, { bubbles: true })));
};
const digit = (key) => {
  const now = performance.now(), before = mark(current).value;
  put(before === "1" && last.of === current && now - last.at < TWO_DIGITS ? before + key : key);
  last = { at: now, of: current };
};

/* ── keys ── */
const shortcuts = document.querySelector("[data-shortcuts]");
const help = () => {
  shortcuts.open = true;
  shortcuts.querySelector("summary").focus();
};
const leave = () => { current.focus({ preventScroll: true }); };
const inText = (event) => {
  const { key, target } = event;
  if (!target.closest("[data-criterion]")) return null;
  if (key === "Enter" && event.ctrlKey) return next;
  if (key === "Enter" && target.matches("input")) return write;
  return key === "Escape" ? leave : null;
};
const alone = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (/^[0-9]$/.test(event.key)) return () => digit(event.key);
  const acts = { c: write, n: next, d: nextPart, Backspace: () => put(""), "?": help };
  return event.key === "/" ? () => document.getElementById("find").focus() : acts[event.key];
};
document.addEventListener("keydown", (event) => {
  const act = event.target.closest(ELSEWHERE) ? inText(event) : alone(event);
  if (!act) return;
  event.preventDefault();
  act();
});
holder.addEventListener("focusin", ({ target }) => {
  const criterion = target.closest("[data-criterion]");
  if (criterion && criterion !== current) take(criterion);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']"), criterion = criteria.find((one) => `#${one.id}` === link?.hash);
  if (criterion) go(criterion);
  else if (link?.matches("[data-part]") && wide.matches) showPart(document.getElementById(link.hash.slice(1)));
  else return;
  event.preventDefault();
});

/* ── what the server says of how far the report is ── */
holder.addEventListener("exchanged", ({ detail }) => {
  if (!detail.drawn) return;
  const fresh = new DOMParser().parseFromString(detail.drawn, "text/html").getElementById("rail");
  const rail = document.getElementById("rail"), held = rail.contains(document.activeElement);
  const hash = document.activeElement.hash;
  rail.replaceWith(document.adoptNode(fresh));
  if (held) document.querySelector(`#rail a[href="${hash}"]`)?.focus();
  told();
});

criteria.forEach((criterion) => { criterion.tabIndex = -1; });
shortcuts.hidden = false;
take(current, true);
