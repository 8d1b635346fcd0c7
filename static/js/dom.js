/* To find what is on the page, and to make what comes on it. */
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export const make = (tag, text, ...more) => {
  const one = document.createElement(tag);
  one.textContent = text;
  one.append(...more);
  return one;
};

export const button = (text, act) => {
  const one = make("button", text);
  one.type = "button";
  one.className = "button-2";
  one.addEventListener("click", act);
  return one;
};
