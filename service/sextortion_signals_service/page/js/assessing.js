/** From records to assessed items: in batches, a few requests at a time, so that reading never runs ahead. */

import { ServiceError } from "./service.js";

const BATCH_TEXTS = 64;
const BATCH_BYTES = 256 * 1024;
const LONGEST_SENDER = 128;
const REQUESTS_AT_ONCE = 2;
const RANK = { offender: 0, victim: 1, third_party: 2, other: 3 };

/** Marks words that moved the risk of a conversation and belong to no signal. */
export const MOVED = "moved";

const encoder = new TextEncoder();
let hasConversations = true;

/**
 * Assess `records` (see reading.js) and hand finished items to `onItems`, batch by batch. The next record is read only
 * when fewer than two requests are under way. Throws what reading throws, and `AbortError` when `signal` stops it.
 */
export async function assessRecords(records, { service, sourceName, onItems, signal }) {
  const running = new Set();
  let failure = null;
  for await (const batch of batches(records)) {
    while (running.size >= REQUESTS_AT_ONCE) await Promise.race(running);
    signal.throwIfAborted();
    if (failure) throw failure;
    const task = assessBatch(batch, service, signal)
      .then((items) => onItems(items.map((item) => ({ source: sourceName, decision: null, ...item }))))
      .catch((error) => {
        failure ??= error;
      })
      .finally(() => running.delete(task));
    running.add(task);
  }
  await Promise.all(running);
  if (failure) throw failure;
}

async function* batches(records) {
  let batch = [];
  let bytes = 0;
  for await (const record of records) {
    // A conversation is one request; a row that could not be read needs none and travels along.
    if (record.messages) {
      yield [record];
      continue;
    }
    const size = record.text.length > BATCH_BYTES ? BATCH_BYTES : encoder.encode(record.text).length;
    if (batch.length === BATCH_TEXTS || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function assessBatch(batch, service, signal) {
  if (batch[0].messages) return [await conversationItem(batch[0], service, signal)];
  const texts = batch.filter((record) => record.problem === undefined).map((record) => record.text);
  const results = await resultsOf(texts, service, signal);
  let next = 0;
  return batch.map((record) => {
    if (record.problem !== undefined) return failedItem(record, record.problem);
    const { assessment, problem } = results[next++];
    return assessment ? textItem(record, assessment) : failedItem(record, keyOf(problem));
  });
}

/** Return one result a text. A batch that is too large for this service is sent in two halves, and so on. */
async function resultsOf(texts, service, signal) {
  if (texts.length === 0) return [];
  try {
    return await service.assessMany(texts, signal);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status === 401 || error.status === 403) throw error;
    const isTooLarge = error.status === 413 || error.slug === "too-many-items";
    if (!isTooLarge || texts.length === 1) return texts.map(() => ({ problem: { type: error.slug } }));
    const half = Math.ceil(texts.length / 2);
    const first = await resultsOf(texts.slice(0, half), service, signal);
    return [...first, ...(await resultsOf(texts.slice(half), service, signal))];
  }
}

function keyOf(problem) {
  return String(problem?.type ?? "").endsWith("empty-text") ? "problemMissing" : "problemService";
}

function failedItem({ row, text, fields }, problem) {
  return { kind: "text", row, text: text ?? "", fields, problem, level: "failed", risk: -1, signals: [] };
}

function textItem({ row, text, fields }, assessment) {
  return { kind: "text", row, text, fields, ...kept(assessment) };
}

/** What is kept of an assessment. Its advice is thousands of characters; the catalogue gives it back by these names. */
function kept({ advice, ...assessment }) {
  return { ...assessment, advice: advice.map(({ id, audience }) => ({ id, audience })) };
}

async function conversationItem(record, service, signal) {
  const { row, fields } = record;
  const messages = record.messages.map(({ sender, text }) => ({ sender: sender.slice(0, LONGEST_SENDER), text }));
  const text = messages.map(({ sender, text }) => `${sender}: ${text}`).join("\n");
  const item = { kind: "conversation", row, text, fields };
  const whole = hasConversations ? await assessedWhole(messages, service, signal) : null;
  if (whole !== null) return { ...item, ...fromConversation(messages, whole) };
  const results = await oneByOne(messages, service, signal);
  return { ...item, ...fromMessages(messages, results) };
}

async function assessedWhole(messages, service, signal) {
  try {
    return await service.assessConversation(messages, {}, signal);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status === 401 || error.status === 403) throw error;
    // A service without this endpoint is not asked again; a conversation that it refuses is read message by message.
    if (error.status === 404 || error.status === 405) hasConversations = false;
    return null;
  }
}

async function oneByOne(messages, service, signal) {
  const results = [];
  for await (const batch of batches(messages)) {
    results.push(
      ...(await resultsOf(
        batch.map(({ text }) => text),
        service,
        signal,
      )),
    );
  }
  return results;
}

function fromConversation(messages, { messages: assessed, timeline, state, ...whole }) {
  const lines = messages.map((message, index) => ({
    ...message,
    signals: marksOf(index, assessed[index].signals, timeline[index].evidence, whole.signals),
    risk: timeline[index].risk,
    step: timeline[index],
  }));
  const worst = worstOf(assessed);
  // Whoever coerces is the author that counts; without one, somebody tells of a case.
  const role = whole.offender === null ? worst.role : "offender";
  return { role, language: worst.language, ...kept(whole), messages: lines, isWhole: true };
}

/** Return the signals of one message with everything that is known of it: by itself, and as part of the whole. */
function marksOf(index, signals, moving, ofWhole) {
  const marks = signals.map((signal) => ({ ...signal, evidence: [...signal.evidence] }));
  for (const { id, score, evidence } of ofWhole) {
    const own = evidence.filter(({ message }) => message === index);
    const known = marks.find((mark) => mark.id === id);
    const missing = own.filter((span) => !known?.evidence.some(({ start }) => start === span.start));
    if (known) known.evidence.push(...missing);
    else if (missing.length > 0) marks.push({ id, score, evidence: missing });
  }
  const isMarked = (span) => marks.some(({ evidence }) => evidence.some((other) => overlap(span, other)));
  const bare = moving.filter((span) => !isMarked(span));
  return bare.length > 0 ? [...marks, { id: MOVED, evidence: bare }] : marks;
}

function overlap(one, other) {
  return one.start < other.end && other.start < one.end;
}

function fromMessages(messages, results) {
  const lines = messages.map((message, index) => {
    const assessment = results[index].assessment;
    return { ...message, signals: assessment?.signals ?? [], risk: assessment?.risk ?? null };
  });
  const worst = worstOf(results.map((result) => result.assessment).filter(Boolean));
  if (!worst) return { problem: "problemService", level: "failed", risk: -1, signals: [], messages: lines };
  const { roles, truncated, ...item } = kept(worst); // both say something of one message only
  return { ...item, signals: strongest(lines), messages: lines, isWhole: false };
}

function worstOf(assessments) {
  return assessments.reduce((worst, next) => {
    if (!worst || next.risk > worst.risk) return next;
    return next.risk === worst.risk && RANK[next.role] < RANK[worst.role] ? next : worst;
  }, null);
}

/** Return each signal of the messages once, with its highest score. */
function strongest(lines) {
  const best = new Map();
  for (const { id, score } of lines.flatMap((line) => line.signals)) {
    if (!(best.get(id)?.score >= score)) best.set(id, { id, score, evidence: [] });
  }
  return [...best.values()].sort((a, b) => b.score - a.score);
}
