/* Keys in the dense tables of the State's people: j and k walk the rows, Enter opens, / searches, ? shows the keys. */
import { dialog } from "./dialog.js";
import { $$, make } from "./dom.js";
import { say } from "./say.js";

const rows = () => $$("table[data-keys] tbody tr").filter((row) => row.querySelector("a[href]"));
const search = () => document.querySelector("input[type=search]");
const walk = (by) => {
  const all = rows(), at = all.findIndex((row) => row.classList.contains("at"));
  if (!all.length) return;
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  all.forEach((row) => row.classList.toggle("at", row === next));
  next.querySelector("a[href]").focus();
  next.scrollIntoView({ block: "nearest" });
};

const help = () => {
  if (document.querySelector("dialog[open]")) return;
  const shut = say("close");
  const does = [
    ["j", say("next_row")], ["k", say("previous_row")], [say("enter"), say("open_row")],
    ["/", say("search")], ["?", say("show_keys")], [say("escape"), shut],
  ];
  const title = make("h1", say("keyboard")), keys = make("dl", "");
  const close = make("button", shut[0].toUpperCase() + shut.slice(1));
  does.forEach(([key, what]) => keys.append(make("dt", "", make("kbd", key)), make("dd", what)));
  keys.className = "keys";
  close.className = "button-2";
  close.dataset.dialogClose = "";
  const list = make("div", "", title, keys, close);
  list.className = "flow";
  dialog(list, title.textContent);
};

const ELSEWHERE = "input, select, textarea, dialog, [contenteditable]";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(ELSEWHERE)) return;
  const act = { j: () => walk(1), k: () => walk(-1), "?": help, "/": () => search().focus() }[event.key];
  if (!act || ("jk".includes(event.key) && !rows().length) || (event.key === "/" && !search())) return;
  event.preventDefault();
  act();
});
