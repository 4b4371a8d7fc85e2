/** A text with its evidence marked: a band under the words for each signal, in a colour and a pattern of its own. */

import { el, heard } from "./dom.js";

/**
 * Cut a text where evidence begins or ends. Return pieces `{text, marks}` in order; each mark is
 * `{signal, lane, begins, start}`, the outermost first. Offsets count code points, as the service does.
 */
export function pieces(text, signals) {
  const characters = Array.from(text);
  const spans = inLanes(
    signals.flatMap(({ id, evidence }) => (evidence ?? []).map(({ start, end }) => ({ signal: id, start, end }))),
  );
  const borders = new Set([0, characters.length, ...spans.flatMap(({ start, end }) => [start, end])]);
  const cuts = [...borders].filter((cut) => cut >= 0 && cut <= characters.length).sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index];
    const covering = spans.filter((span) => span.start <= start && span.end >= end);
    return {
      text: characters.slice(start, end).join(""),
      marks: covering
        .map((span) => ({ signal: span.signal, lane: span.lane, begins: span.start === start, start: span.start }))
        .sort((a, b) => b.lane - a.lane),
    };
  });
}

/** Give each span the lowest lane that is free over its whole length: bands that overlap lie below each other. */
function inLanes(spans) {
  const ends = [];
  return [...spans]
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .map((span) => {
      const free = ends.findIndex((end) => end <= span.start);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = span.end;
      return { ...span, lane };
    });
}

/** Return an element that shows `text` with its evidence; `nameOf(signal)` is what is heard and shown as a hint. */
export function markedText(text, signals, nameOf) {
  const parts = pieces(text, signals);
  const lanes = Math.max(0, ...parts.flatMap(({ marks }) => marks.map(({ lane }) => lane + 1)));
  // `dir=auto` and isolation keep a text with direction marks from turning anything around it.
  return el(
    "div",
    { class: "words", dir: "auto", translate: "no", dataset: { lanes: Math.min(lanes, 4) } },
    parts.map((part) => marked(part, nameOf)),
  );
}

function marked({ text, marks }, nameOf) {
  return marks.reduceRight(
    (inner, { signal, lane, begins, start }) =>
      el(
        "mark",
        { class: "ev", title: nameOf(signal), tabindex: -1, dataset: { signal, start, lane: Math.min(lane, 3) } },
        begins ? heard(`[${nameOf(signal)}] `) : null,
        inner,
      ),
    text,
  );
}

/** Return the swatch of a signal for legends and rows. */
export function swatch(signal) {
  return el("span", { class: "swatch", "aria-hidden": "true", dataset: { signal } });
}
