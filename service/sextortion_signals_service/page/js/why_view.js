/** Why an item stands where it stands: each signal with its score and quotations, and how likely each author is. */

import { el } from "./dom.js";
import { swatch } from "./highlight.js";
import { roleName } from "./labels.js";
import { ROLES } from "./queue.js";
import { percent, word } from "./words.js";

/** Return the panel; `nameOf(signal)` names a signal, `onQuote(signal, evidence)` leads to its place. */
export function whyPanel({ signals, roles }, { nameOf, onQuote }) {
  const reasons = signals.map((signal) => reason(signal, nameOf, onQuote));
  const likelihoods = ROLES.map((role) => el("li", {}, bar([roleName(role)], roles?.[role] ?? 0)));
  return el(
    "section",
    { class: "panel" },
    el("h3", {}, word("why")),
    signals.length > 0 ? el("p", { class: "hint" }, word("whyHint")) : el("p", {}, word("noSignals")),
    el(
      "div",
      { class: "reasons" },
      signals.length > 0 ? el("ul", { class: "whys" }, reasons) : null,
      roles ? el("div", {}, el("h4", {}, word("likelihoods")), el("ul", { class: "bars" }, likelihoods)) : null,
    ),
  );
}

function reason({ id, score, evidence }, nameOf, onQuote) {
  const quotes = (evidence ?? []).map((found) => {
    const attributes = { type: "button", class: "quote veiled", translate: "no", onclick: () => onQuote(id, found) };
    return el("li", {}, el("button", attributes, el("bdi", {}, found.quote)));
  });
  return el(
    "li",
    { dataset: { signal: id } },
    bar([swatch(id), nameOf(id)], score),
    quotes.length > 0 ? el("ul", { class: "quotes" }, quotes) : null,
  );
}

function bar(label, value) {
  const filled = el("span", { class: "bar-fill" });
  filled.style.width = `${(value ?? 0) * 100}%`;
  return el(
    "div",
    { class: "bar" },
    el("span", { class: "bar-name" }, label),
    el("span", { class: "bar-track", "aria-hidden": "true" }, filled),
    el("span", { class: "bar-value" }, value === undefined ? "" : percent(value)),
  );
}
