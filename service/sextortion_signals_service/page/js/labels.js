/** Names and badges of levels, roles and decisions; each level and decision has a shape beside its colour. */

import { el } from "./dom.js";
import { word } from "./words.js";

const LEVELS = {
  high: ["▲", "levelHigh", "levelHighHint"],
  elevated: ["◆", "levelElevated", "levelElevatedHint"],
  low: ["○", "levelLow", "levelLowHint"],
  failed: ["!", "levelFailed", "levelFailedHint"],
};
const ROLES = {
  offender: ["roleOffender", "roleOffenderHint"],
  victim: ["roleVictim", "roleVictimHint"],
  third_party: ["roleThirdParty", "roleThirdPartyHint"],
  other: ["roleOther", "roleOtherHint"],
};
const DECISIONS = {
  confirm: ["✓", "decidedConfirm"],
  reject: ["✕", "decidedReject"],
  unsure: ["?", "decidedUnsure"],
};

export function levelName(level) {
  return word(LEVELS[level][1]);
}

/** Return shape and name of a level. */
export function levelLabel(level) {
  return [symbol(LEVELS[level][0]), levelName(level)];
}

export function levelBadge(level) {
  return el("span", { class: "level", title: word(LEVELS[level][2]), dataset: { level } }, levelLabel(level));
}

export function roleName(role) {
  return word(ROLES[role][0]);
}

export function roleHint(role) {
  return word(ROLES[role][1]);
}

export function decisionName(decision) {
  return word(DECISIONS[decision][1]);
}

export function decisionMark(decision) {
  return el(
    "span",
    { class: "decided", dataset: { decision } },
    symbol(DECISIONS[decision][0]),
    decisionName(decision),
  );
}

function symbol(shape) {
  return el("span", { class: "symbol", "aria-hidden": "true" }, shape);
}
