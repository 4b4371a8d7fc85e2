/** A conversation: its messages with their evidence, and the risk after each of them. */

import { el, svg } from "./dom.js";
import { markedText } from "./highlight.js";
import { number, percent, word } from "./words.js";

const WIDTH = 600;
const HEIGHT = 96;
const EDGE = 6;
// Longer ones are drawn by their highest value in each step; more points than pixels show nothing more.
const MOST_POINTS = 300;

// What a newer service may add is shown by its own name.
const STAGES = {
  contact: "stageContact",
  move: "stageMove",
  lure: "stageLure",
  reveal: "stageReveal",
  demand: "stageDemand",
  pressure: "stagePressure",
  isolation: "stageIsolation",
  after_payment: "stageAfterPayment",
  second_wave: "stageSecondWave",
};
const REASONS = {
  offender_words: "reasonOffenderWords",
  whole_talk: "reasonWholeTalk",
  others_reaction: "reasonOthersReaction",
  payment: "reasonPayment",
  images: "reasonImages",
  threat_and_demand: "reasonThreatAndDemand",
  others_name_threat: "reasonOthersNameThreat",
  telling_words: "reasonTellingWords",
  disclosure: "reasonDisclosure",
  strongest_message: "reasonStrongestMessage",
};

/** Return the messages as a list; the sender is a name in the input, so it is shown and heard as text like the rest. */
export function messageList(item, nameOf) {
  const lines = item.messages.map((message, index) => line(message, index, item, nameOf));
  return el("ol", { class: "messages" }, lines);
}

function line({ sender, text, signals, risk, step }, index, item, nameOf) {
  const isOffender = item.offender !== null && item.offender === sender;
  const isFirstAlert = item.isWhole && item.first_alert === index;
  const isMoved = step?.reasons.length > 0;
  const facts = { first: isFirstAlert, offender: isOffender, moved: isMoved };
  const dataset = Object.fromEntries(Object.entries(facts).map(([name, is]) => [name, is ? "yes" : "no"]));
  return el(
    "li",
    { class: "message", tabindex: -1, dataset: { index, ...dataset } },
    isFirstAlert ? el("p", { class: "first-alert" }, word("firstAlert")) : null,
    el(
      "p",
      { class: "message-head" },
      el("span", { class: "message-number", "aria-hidden": "true" }, number(index + 1)),
      el("bdi", { class: "sender" }, sender),
      isOffender ? el("span", { class: "offender" }, word("roleOffender")) : null,
      step?.stages.map((stage) => el("span", { class: "stage-tag" }, wordOf(STAGES, stage))),
      risk === null ? null : el("span", { class: "message-risk" }, riskBar(risk), percent(risk)),
    ),
    markedText(text, signals, nameOf),
    isMoved ? el("p", { class: "moved" }, moved(step)) : null,
  );
}

/** Return the element of one message, by its place. */
export function messageNode(box, index) {
  return box.querySelector(`.message[data-index="${index}"]`);
}

/** Return the message that moved the risk next after the one with the focus, or before it; the first where none has. */
export function besideMoved(box, by) {
  const moving = [...(box?.querySelectorAll('.message[data-moved="yes"]') ?? [])];
  const current = document.activeElement.closest(".message");
  if (current === null) return moving[0];
  const at = Number(current.dataset.index);
  const beyond = moving.filter((message) => by * (Number(message.dataset.index) - at) > 0);
  return by > 0 ? beyond[0] : beyond.at(-1);
}

/** Return what a message added to the risk, why, and the words that did it. */
function moved({ rise, reasons, evidence }) {
  const named = reasons.map((reason) => wordOf(REASONS, reason)).join(word("listed"));
  const quotes = evidence.map(({ quote }) => [" ", el("q", { translate: "no" }, el("bdi", {}, quote))]);
  return [word("moved", { points: (100 * rise).toFixed(1), reasons: named }), quotes];
}

function wordOf(names, id) {
  return id in names ? word(names[id]) : id;
}

function riskBar(risk) {
  const fill = el("span", { class: "bar-fill" });
  fill.style.width = `${risk * 100}%`;
  return el("span", { class: "bar-track small", "aria-hidden": "true" }, fill);
}

/**
 * Return the risk after each message as a line over the two operating points, and the same in words; `onMessage(index)`
 * leads to a message.
 */
export function timeline(item, onMessage) {
  const count = number(item.messages.length);
  const first = item.first_alert;
  const said =
    first === null ? word("timelineNever", { count }) : word("timelineText", { count, first: number(first + 1) });
  return [
    el("p", {}, said, item.offender ? [" ", word("offenderIs", { name: "" }), el("bdi", {}, item.offender)] : null),
    chart(item, said),
    places(item, onMessage),
  ];
}

/** Return buttons that lead to the first alert and to where each stage was first seen. */
function places({ first_alert: first, stages }, onMessage) {
  const seen = Object.entries(stages).sort(([, a], [, b]) => a - b);
  const button = (index, name, key) => {
    const label = word(key, { name, message: number(index + 1) });
    return el("li", {}, el("button", { type: "button", class: "jump", onclick: () => onMessage(index) }, label));
  };
  const named = seen.map(([id, index]) => button(index, wordOf(STAGES, id), "stageAt"));
  const alert = first === null ? [] : [button(first, word("firstAlert"), "firstAlertAt")];
  if (named.length + alert.length === 0) return null;
  return el("ul", { class: "jumps", "aria-label": word("places") }, alert, named);
}

function chart({ messages, thresholds, first_alert: first }, said) {
  const risks = messages.map(({ risk }) => risk);
  const points = highest(risks);
  const x = (at, length) => EDGE + ((WIDTH - 2 * EDGE) * at) / Math.max(1, length);
  const y = (risk) => HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * risk;
  // Steps: between two messages nothing is known to change.
  const steps = points.map((risk, at) => `V${y(risk).toFixed(1)}H${x(at + 1, points.length).toFixed(1)}`);
  const line = `M${x(0, 1)} ${y(points[0]).toFixed(1)}${steps.join("")}`;
  const level = (name) =>
    svg("line", { class: "chart-limit", x1: 0, x2: WIDTH, y1: y(thresholds[name]), y2: y(thresholds[name]) });
  const dot = (at, name, r) =>
    svg("circle", { class: name, cx: x(at, risks.length).toFixed(1), cy: y(risks[at]).toFixed(1), r });
  const moving = messages.flatMap(({ step }, at) => (step.reasons.length > 0 && at !== first ? [at] : []));
  return svg(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said },
    level("elevated"),
    level("high"),
    svg("path", { class: "chart-area", d: `${line}V${y(0)}H${x(0, 1)}Z` }),
    svg("path", { class: "chart-line", d: line }),
    moving.map((at) => dot(at, "chart-moved", 3.5)),
    first === null ? [] : dot(first, "chart-first", 5),
  );
}

function highest(risks) {
  if (risks.length <= MOST_POINTS) return risks;
  const step = risks.length / MOST_POINTS;
  return Array.from({ length: MOST_POINTS }, (_, index) =>
    Math.max(
      ...risks.slice(Math.floor(index * step), Math.max(Math.floor((index + 1) * step), Math.floor(index * step) + 1)),
    ),
  );
}
