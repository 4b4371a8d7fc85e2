/** Settings, help, export and the access key: one dialog element, filled anew each time. */

import { byId, el, fill } from "./dom.js";
import { swatch } from "./highlight.js";
import { levelBadge } from "./labels.js";
import { LEVELS } from "./queue.js";
import { choose, isOn, setting } from "./settings.js";
import { word } from "./words.js";

const SHORTCUTS = [
  ["j", "keyNext"],
  ["k", "keyPrevious"],
  ["Enter", "keyOpen"],
  ["Esc", "keyBack"],
  ["n", "keyNextMoved"],
  ["p", "keyPreviousMoved"],
  ["c", "keyConfirm"],
  ["r", "keyReject"],
  ["u", "keyUnsure"],
  ["/", "keySearch"],
  ["?", "keyHelp"],
];

const dialog = byId("dialog");

export function isDialogOpen() {
  return dialog.open;
}

/** Show keys, levels, and each signal with its definition; `signals` gives `[id, name, definition]`. */
export function showHelp(signals) {
  const keys = SHORTCUTS.map(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, word(what))]);
  const levels = LEVELS.map((level) => {
    const hint = word(`level${level[0].toUpperCase()}${level.slice(1)}Hint`);
    return [el("dt", {}, levelBadge(level)), el("dd", {}, hint)];
  });
  const marks = signals.map(([id, name, definition]) => [el("dt", {}, swatch(id), name), el("dd", {}, definition)]);
  show("helpTitle", [
    el("dl", { class: "keys" }, keys),
    el("p", { class: "hint" }, word("helpAgain")),
    el("dl", { class: "levels-help" }, levels),
    el("h3", {}, word("legend")),
    el("dl", { class: "signals-help" }, marks),
    el("p", {}, word("care")),
  ]);
}

export function showSettings() {
  const languages = [
    ["ja", "日本語"],
    ["en", "English"],
  ];
  const themes = [
    ["auto", word("themeAuto")],
    ["light", word("themeLight")],
    ["dark", word("themeDark")],
  ];
  show("settings", [
    choice("language", word("settingLanguage"), languages),
    choice("theme", word("settingTheme"), themes),
    toggle("blur", word("settingBlur")),
    toggle("advance", word("settingAdvance")),
    toggle("keys", word("settingKeys")),
    el("p", { class: "hint" }, word("settingsNote")),
  ]);
}

/** Offer the decided items or all of them; `onExport(isAll)` is called for the one that is chosen. */
export function showExport({ all, decided, onExport }) {
  const button = (key, count, isAll) => {
    const go = () => {
      dialog.close();
      onExport(isAll);
    };
    return el(
      "button",
      { type: "button", class: isAll ? "" : "main", disabled: count === 0, dataset: { all: isAll }, onclick: go },
      word(key, { count }),
    );
  };
  show("exportTitle", [
    el("p", {}, word("exportText")),
    el("div", { class: "dialog-buttons" }, button("exportDecided", decided, false), button("exportAll", all, true)),
  ]);
}

/** Ask for an access key. Return it, or null if the reader has none. */
export function askKey() {
  return new Promise((resolve) => {
    const input = el("input", { type: "password", id: "key", autocomplete: "off", spellcheck: "false" });
    const use = () => {
      if (input.value.trim() === "") return;
      resolve(input.value.trim());
      dialog.close();
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") use();
    });
    dialog.addEventListener("close", () => resolve(null), { once: true });
    show("keyTitle", [
      el("p", {}, word("keyText")),
      el("label", { class: "select" }, el("span", {}, word("keyLabel")), input),
      el(
        "div",
        { class: "dialog-buttons" },
        el("button", { type: "button", class: "main", id: "use-key", onclick: use }, word("useKey")),
      ),
    ]);
    input.focus();
  });
}

function show(title, content) {
  const close = el(
    "button",
    { type: "button", class: "quiet", id: "close-dialog", onclick: () => dialog.close() },
    word("close"),
  );
  fill(dialog, el("div", { class: "dialog-head" }, el("h2", { id: "dialog-title" }, word(title)), close), content);
  if (!dialog.open) dialog.showModal();
}

function choice(name, label, options) {
  const select = el("select", {
    autocomplete: "off",
    dataset: { setting: name },
    onchange: (event) => choose(name, event.target.value),
  });
  select.append(...options.map(([value, text]) => el("option", { value }, text)));
  select.value = setting(name);
  return el("label", { class: "setting" }, el("span", {}, label), select);
}

function toggle(name, label) {
  const box = el("input", {
    type: "checkbox",
    dataset: { setting: name },
    onchange: (event) => choose(name, event.target.checked ? "on" : "off"),
  });
  box.checked = isOn(name);
  return el("label", { class: "setting" }, el("span", {}, label), box);
}
