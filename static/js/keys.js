/* Keys in the dense tables of the State's people: j and k walk the rows, Enter opens, / searches, ? shows the keys. */
(() => {
  "use strict";
  const { dialog, say } = window.portal, $$ = (selector) => [...document.querySelectorAll(selector)];

  const rows = () => $$("table[data-keys] tbody tr").filter((row) => row.querySelector("a[href]"));
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
    const list = document.createElement("div");
    const title = document.createElement("h1"), keys = document.createElement("dl"), close = document.createElement("button");
    title.textContent = say("Touches du clavier", "Keyboard");
    keys.className = "keys";
    [["j", say("ligne suivante", "next row")], ["k", say("ligne précédente", "previous row")], [say("Entrée", "Enter"), say("ouvrir la ligne", "open the row")],
     ["/", say("rechercher", "search")], ["?", say("afficher ces touches", "show these keys")], [say("Échap", "Esc"), say("fermer", "close")]].forEach(([key, what]) => {
      const term = document.createElement("dt"), cap = document.createElement("kbd"), words = document.createElement("dd");
      cap.textContent = key; words.textContent = what; term.append(cap); keys.append(term, words);
    });
    close.textContent = say("Fermer", "Close");
    close.className = "button-2";
    close.dataset.dialogClose = "";
    list.className = "flow";
    list.append(title, keys, close);
    dialog(list, title.textContent);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog, [contenteditable]")) return;
    const act = { j: () => walk(1), k: () => walk(-1), "?": help, "/": () => document.querySelector("input[type=search]")?.focus() }[event.key];
    if (!act || ("jk".includes(event.key) && !rows().length) || (event.key === "/" && !document.querySelector("input[type=search]"))) return;
    event.preventDefault();
    act();
  });
})();
