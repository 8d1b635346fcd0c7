/* Scripts that come with the first use of what they serve: the page says which, and where. */
import { $$ } from "./dom.js";

$$("template[data-late]").forEach(({ dataset }) => {
  let asked = false;
  const come = async ({ type, target }) => {
    if (asked) return;
    asked = true;
    await import(dataset.late);
    target.dispatchEvent(new Event(type, { bubbles: true })); /* what was asked for before it was there */
  };
  $$(dataset.of).forEach((one) => {
    one.hidden = false;
    ["click", "input"].forEach((name) => one.addEventListener(name, come));
  });
});
