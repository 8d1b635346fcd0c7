/* What the scripts of this page tell people, as Django wrote it for them: edsh_portal/sentences.py. */
export const language = document.documentElement.lang;
const rules = new Intl.PluralRules(language);
const sentences = {};
document.querySelectorAll('script[id^="sentences-"]').forEach((one) => {
  Object.assign(sentences, JSON.parse(one.textContent));
});

/* A sentence with its places filled, « %(at)s » by named.at; one that has two forms is chosen by named.n. */
export const say = (key, named = {}) => {
  const told = sentences[key];
  const chosen = Array.isArray(told) ? told[rules.select(named.n) === "one" ? 0 : 1] : told;
  return chosen.replace(/%\((\w+)\)s/g, (_place, name) => named[name]);
};
