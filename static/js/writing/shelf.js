/* What waits in this browser: of this person and this dossier alone. An entry is the text, the version it was written
   over (`read`), its own number (`id`), and the numbers of those that left before it without an answer (`sent`). */
import { say } from "../say.js";
import { person, reference } from "./page.js";
import { complain } from "./status.js";

const shelf = `edsh/${person}/${reference}/`;

export const kept = (key) => { try { return JSON.parse(localStorage.getItem(shelf + key)); } catch { return null; } };
export const put = (key, entry) => {
  try { localStorage.setItem(shelf + key, JSON.stringify(entry)); } catch { complain(say("keeps_nothing")); }
  return entry;
};
export const keep = (key, text, read) => {
  const before = kept(key);
  const follows = before && before.read === read ? before : null; /* the same page, or one that it leads back to */
  const sent = follows?.sent ?? [];
  return put(key, follows?.text === text ? follows : { text, read, id: crypto.randomUUID(), sent });
};
export const forget = (key) => { try { localStorage.removeItem(shelf + key); } catch { /* nothing was kept */ } };
export const waiting = () => {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(shelf)).map((name) => name.slice(shelf.length));
  } catch { return []; }
};
