/* The form that is written together, and what its page says of it. */
export const holder = document.querySelector("[data-writing]");
export const { writing: address, reference, person, place, stem } = holder.dataset;
/* Where the texts that met are shown. */
export const cards = document.querySelector("[data-clashes]");
