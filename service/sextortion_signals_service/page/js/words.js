/** The words of the interface, in the language that is set; names of signals and advice come from the service. */

import { ENGLISH } from "./words_en.js";
import { JAPANESE } from "./words_ja.js";
import { setting } from "./settings.js";

const LANGUAGES = { ja: JAPANESE, en: ENGLISH };

/** Return the wording of `key`, with `{name}` replaced by the value of that name. */
export function word(key, values = {}) {
  const wording = LANGUAGES[setting("language")][key];
  if (wording === undefined) throw new RangeError(`no such word: ${key}`);
  return wording.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function otherLanguage() {
  return setting("language") === "ja" ? "en" : "ja";
}

/** Put the words into everything below `root` that names them: `data-word`, `data-word-label`. */
export function translate(root) {
  document.documentElement.lang = setting("language");
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of root.querySelectorAll("[data-word-label]")) {
    node.setAttribute("aria-label", word(node.dataset.wordLabel));
  }
}

export function number(value) {
  return new Intl.NumberFormat(setting("language")).format(value);
}

/** Return a probability as the command line writes it: `85.8 %`. */
export function percent(value) {
  return `${(value * 100).toFixed(1)}\u00a0%`;
}

/** Return "in Japanese" and the like for a language code, or the code itself. */
export function languageName(code) {
  try {
    return new Intl.DisplayNames(setting("language"), { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
