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
  return el(
    "li",
    { class: "message", dataset: { first: isFirstAlert ? "yes" : "no", offender: isOffender ? "yes" : "no" } },
    isFirstAlert ? el("p", { class: "first-alert" }, word("firstAlert")) : null,
    el(
      "p",
      { class: "message-head" },
      el("bdi", { class: "sender" }, sender),
      isOffender ? el("span", { class: "offender" }, word("roleOffender")) : null,
      risk === null ? null : el("span", { class: "message-risk" }, riskBar(risk), percent(risk)),
    ),
    markedText(text, signals, nameOf),
    step?.reasons?.length > 0 ? el("p", { class: "moved" }, moved(step)) : null,
  );
}

/** Return what a message added to the risk, why, and the words that did it. */
function moved({ rise, reasons, evidence }) {
  const named = reasons.map((reason) => wordOf(REASONS, reason)).join(word("listed"));
  const quotes = (evidence ?? []).map(({ quote }) => [" ", el("q", { translate: "no" }, el("bdi", {}, quote))]);
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

/** Return the risk after each message as a line over the two operating points, and the same in words. */
export function timeline(item) {
  const risks = item.messages.map(({ risk }) => risk ?? 0);
  const count = number(risks.length);
  const first = item.first_alert;
  const said =
    first === null || first === undefined
      ? word("timelineNever", { count })
      : word("timelineText", { count, first: number(first + 1) });
  return [
    el("p", {}, said, item.offender ? [" ", word("offenderIs", { name: "" }), el("bdi", {}, item.offender)] : null),
    stages(item),
    chart(risks, item, said),
  ];
}

function stages(item) {
  const seen = Object.entries(item.stages ?? {}).sort(([, a], [, b]) => a - b);
  if (seen.length === 0) return null;
  const named = seen.map(([id, at]) => word("stageAt", { name: wordOf(STAGES, id), message: number(at + 1) }));
  return el("p", { class: "stages" }, word("stages", { stages: named.join(word("listed")) }));
}

function chart(risks, { thresholds, first_alert: first }, said) {
  const points = highest(risks);
  const x = (at, length) => EDGE + ((WIDTH - 2 * EDGE) * at) / Math.max(1, length - 1);
  const y = (risk) => HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * risk;
  const path = points.map(
    (risk, index) => `${index === 0 ? "M" : "L"}${x(index, points.length).toFixed(1)} ${y(risk).toFixed(1)}`,
  );
  const level = (name) =>
    thresholds
      ? svg("line", { class: "chart-limit", x1: 0, x2: WIDTH, y1: y(thresholds[name]), y2: y(thresholds[name]) })
      : [];
  const mark =
    first === null || first === undefined
      ? []
      : svg("circle", { class: "chart-first", cx: x(first, risks.length), cy: y(risks[first] ?? 0), r: 5 });
  return svg(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said },
    level("elevated"),
    level("high"),
    svg("path", { class: "chart-line", d: path.join(" ") }),
    mark,
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
