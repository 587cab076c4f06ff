// The words of the pages' scripts: English as it is written, or another language that the page holds.

const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");
export const language = texts.language ?? "en";
export const languages = texts.languages ?? { en: "English" };
export const signs = texts.signs ?? [".", ","]; // before decimals, between thousands

export function tr(text, parts = {}) {
  // Every text of a script is written as tr("..."), which is how it is found for translation.
  return (texts.texts?.[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
}

export function localNumber(number) {
  return String(number).replace(".", signs[0]);
}

export function inLanguage(address) {
  // The address of another page, in the language of this one.
  return `${address}${address.includes("?") ? "&" : "?"}lang=${language}`;
}
