/* Writing together: each field is saved as one types, over the version that was read; what is not yet saved waits in
   this browser. Here stands when; what leaves and comes is in writing/exchange.js. */
import { say } from "./say.js";
import { typedBack } from "./writing/answers.js";
import { batch, exchange, lastWord, reconnect, soon } from "./writing/exchange.js";
import { changed, fields, saved, show, typed, unsaved } from "./writing/fields.js";
import { holder } from "./writing/page.js";
import { forget, keep, kept, waiting } from "./writing/shelf.js";
import { tell } from "./writing/status.js";

const fieldOf = ({ target }) => fields.get(target.dataset.key);
holder.addEventListener("input", (event) => {
  const field = fieldOf(event);
  if (!field || event.detail === "shown") return;
  if (changed(field)) { keep(field.key, typed(field), field.version); soon(); }
  else if (!unsaved(field)) typedBack(field);
});
["change", "focusout"].forEach((name) => holder.addEventListener(name, (event) => {
  const field = fieldOf(event);
  if (field && changed(field)) exchange();
}));
addEventListener("online", reconnect);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) exchange();
  else if (batch().size) exchange(true);
});

/* A button sends the page once everything typed is saved: the last word is never left behind. */
let leaving = false;
addEventListener("submit", async (event) => {
  const form = event.target, pressed = event.submitter;
  if (leaving || form.method !== "post" || event.defaultPrevented || form.closest("dialog") || !batch().size) return;
  event.preventDefault();
  if (!(await lastWord()) && !form.matches("[data-sign-out]")) return;
  if (!form.isConnected) { tell(say("texts_changed")); return; }
  leaving = true;
  form.requestSubmit(pressed);
  leaving = false;
});

/* What an earlier page could not send is put back under the eyes, then sent. */
fields.forEach((field) => {
  const entry = kept(field.key);
  if (!entry || (saved && unsaved(field))) return; /* what was just sent, and refused, is newer */
  field.doubt = Boolean(entry.sent?.length);
  if (entry.text === field.held && !field.doubt) { forget(field.key); return; }
  field.version = entry.read;
  if (entry.text === field.held) return;
  show(field, entry.text);
  tell(say("back_in_page"));
});
if (waiting().length || fields.size) exchange();
