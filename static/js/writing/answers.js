/* What the server says of each text: saved, refused, met by another; and what others wrote meanwhile. */
import { say } from "../say.js";
import { fields, take, typed, unsaved } from "./fields.js";
import { forget, kept } from "./shelf.js";
import { beside, calm, complain, tell } from "./status.js";
import { strand } from "./stranded.js";

/* What was refused may hold now that another column of the same row has changed: it is tried again. */
const forgive = (key) => {
  const row = key.slice(0, key.lastIndexOf(".") + 1);
  fields.forEach((field) => { if (field.key.startsWith(row)) field.refused = null; });
};
const complaint = (sentence) => say("not_saved", { sentence });
/* Typed back as it is in place: nothing of it waits, and nothing of it is refused any more. */
export const typedBack = (field) => {
  forget(field.key);
  beside(field, "");
  if (field.refused === null) return;
  field.refused = null;
  const other = [...fields.values()].find((one) => one.refused !== null && unsaved(one));
  if (other) complain(complaint(other.sentence)); else calm(complaint(field.sentence));
};
export const refuse = (key, label, sentence, entry) => {
  const field = fields.get(key);
  if (field) field.doubt = false;
  if (field && !unsaved(field)) return typedBack(field);
  if (field) {
    field.refused = entry.text;
    field.sentence = sentence;
    beside(field, sentence);
  } else strand(key, label, sentence);
  complain(complaint(sentence));
};
export const settled = (saved, entry) => {
  if (saved.status === "refused") return refuse(saved.key, saved.label, saved.sentence, entry);
  const field = fields.get(saved.key);
  if (kept(saved.key)?.text === entry.text) forget(saved.key); /* typed anew while it flew, and as it left */
  if (field) {
    field.doubt = false;
    field.held = entry.text;
    forgive(saved.key);
    if (typed(field) === entry.text) beside(field, "");
    if (saved.status === "saved") field.version = Math.max(field.version, saved.version);
    else if (typed(field) === entry.text) field.locked = true;
  }
  tell(saved.status === "saved" ? say("saved_at", { at: saved.at }) : say("both_kept", { at: saved.at }));
};
export const arrived = (change) => {
  const field = fields.get(change.key);
  if (!field || change.version <= field.version) return;
  if (field.locked || unsaved(field)) { field.newer = change; return; }
  take(field, change);
  if (!change.mine) tell(say("changed_by", { who: change.who, at: change.at }));
};
