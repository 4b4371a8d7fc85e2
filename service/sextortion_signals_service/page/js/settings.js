/** What the page remembers between visits: these few choices, and never anything of a text. */

const KEY = "sextortion-signals.settings";

/** Name -> the values it may have, the default first. */
export const CHOICES = {
  language: navigator.language.toLowerCase().startsWith("ja") ? ["ja", "en"] : ["en", "ja"],
  theme: ["auto", "light", "dark"],
  blur: ["on", "off"],
  keys: ["on", "off"],
  advance: ["on", "off"],
};

const values = Object.fromEntries(Object.entries(CHOICES).map(([name, choices]) => [name, choices[0]]));
const listeners = new Set();

for (const [name, value] of Object.entries(stored())) {
  if (CHOICES[name]?.includes(value)) values[name] = value;
}

export function setting(name) {
  return values[name];
}

export function isOn(name) {
  return values[name] === "on";
}

export function choose(name, value) {
  if (!CHOICES[name]?.includes(value)) throw new RangeError(`no such setting: ${name}`);
  values[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(values));
  } catch {
    // A browser may forbid storage altogether; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener(name);
}

/** Call `listener(name)` after each change. */
export function onSetting(listener) {
  listeners.add(listener);
}

function stored() {
  try {
    return Object(JSON.parse(localStorage.getItem(KEY)));
  } catch {
    return {};
  }
}
