/** Wires the parts of the page. The queue lives here, in memory, and nowhere else. */

import { MOVED, assessRecords } from "./assessing.js";
import { DetailView } from "./detail_view.js";
import { askKey, showExport, showHelp, showSettings } from "./dialogs.js";
import { announce, byId } from "./dom.js";
import { save, toCsv } from "./export.js";
import { FiltersView } from "./filters_view.js";
import { IntakeView } from "./intake_view.js";
import { listenToKeys } from "./keyboard.js";
import { decisionName } from "./labels.js";
import { ProgressView } from "./progress_view.js";
import { Queue } from "./queue.js";
import { QueueView } from "./queue_view.js";
import { ReadError, Source, open } from "./reading.js";
import { Service, ServiceError } from "./service.js";
import { choose, isOn, onSetting, setting } from "./settings.js";
import { number, otherLanguage, translate, word } from "./words.js";

const REDRAW_MS = 120;

const queue = new Queue();
const progress = new ProgressView();
const service = new Service({
  askKey,
  onWait: (seconds) => progress.waiting(seconds),
  wait: (seconds, signal) => progress.wait(seconds, signal),
});
const signals = new Map(); // id -> {ja, en} as GET /v1/signals has it
const nameOf = (id) => (id === MOVED ? word("movedMark") : (signals.get(id)?.[setting("language")].name ?? id));
const list = new QueueView(queue, { nameOf, onSelect: select, onOpen: openText });
const filters = new FiltersView(queue, {
  signals: () => [...signals.keys()].map((id) => [id, nameOf(id)]),
  onChange: refresh,
});
const detail = new DetailView({ service, nameOf, onDecide: decide, onBack: backToList });
const intake = new IntakeView({
  text: readText,
  files: readFiles,
  examples: readExamples,
  back: () => showReview(true),
});

let selected = null;
let redraw = null;
let reading = Promise.resolve();

start();

function start() {
  applySettings();
  onSetting(applySettings);
  byId("add").addEventListener("click", () => showReview(false));
  byId("export").addEventListener("click", offerExport);
  byId("other-language").addEventListener("click", () => choose("language", otherLanguage()));
  byId("open-settings").addEventListener("click", showSettings);
  byId("open-help").addEventListener("click", help);
  listenToKeys({
    j: () => list.move(1),
    k: () => list.move(-1),
    Enter: () => selected !== null && openText(),
    Escape: backToList,
    n: () => moveToMoved(1),
    p: () => moveToMoved(-1),
    "/": search,
    "?": help,
    c: () => decide("confirm"),
    r: () => decide("reject"),
    u: () => decide("unsure"),
  });
  addEventListener("beforeunload", (event) => {
    if (queue.hasUnsaved) event.preventDefault();
  });
  learnSignals();
}

/** Names and definitions of the signals come from the service; until they are there, their ids stand for them. */
async function learnSignals() {
  try {
    const { signals: known } = await service.catalogue("v1/signals");
    for (const { id, ...wording } of known) signals.set(id, wording);
    filters.build();
    refresh();
  } catch (error) {
    intake.complain(...complaintOf(error, ""));
  }
}

function applySettings() {
  const root = document.documentElement;
  root.dataset.theme = setting("theme");
  root.dataset.blur = setting("blur");
  if (root.dataset.language === setting("language")) return;
  root.dataset.language = setting("language");
  translate(document);
  document.title = `${word("title")} – sextortion-signals`;
  const other = byId("other-language");
  [other.lang, other.textContent] = otherLanguage() === "ja" ? ["ja", "日本語"] : ["en", "English"];
  intake.build();
  intake.hasQueue = queue.items.length > 0;
  filters.build();
  detail.render(queue.get(selected));
  refresh();
  if (byId("dialog").open) showSettings();
}

function refresh() {
  queue.refresh();
  filters.render();
  list.render(selected);
  const counts = { all: number(queue.items.length), high: number(queue.count("high")) };
  const rest = { elevated: number(queue.count("elevated")), decided: number(queue.decided) };
  byId("summary").textContent = queue.items.length > 0 ? word("summary", { ...counts, ...rest }) : word("triage");
}

/** Draw again soon: while batches stream in, a few times a second is enough. */
function refreshSoon() {
  redraw ??= setTimeout(() => {
    redraw = null;
    refresh();
    if (selected === null && queue.view.length > 0) select(queue.view[0].id);
  }, REDRAW_MS);
}

function showReview(isReview) {
  byId("intake").hidden = isReview;
  byId("review").hidden = !isReview;
  byId("add").hidden = !isReview;
  byId("export").hidden = queue.items.length === 0;
  intake.hasQueue = queue.items.length > 0;
  if (!isReview) {
    intake.focus();
    return;
  }
  refresh();
  list.focus();
}

function select(id, { isClick = false } = {}) {
  const isInText = detail.hasFocus;
  selected = id;
  detail.render(queue.get(id));
  if (isClick) byId("review").dataset.open = "yes"; // one column: the text takes the place of the list
  list.render(id);
  list.show(id);
  if (isInText || isClick) focusList();
}

/** In one column the list is out of sight while a text is open, and cannot have the focus. */
function focusList() {
  list.focus();
  if (!list.hasFocus) detail.focus();
}

function openText() {
  byId("review").dataset.open = "yes";
  detail.open();
}

function moveToMoved(by) {
  if (byId("review").hidden || queue.get(selected)?.kind !== "conversation") return;
  byId("review").dataset.open = "yes";
  detail.moveToMoved(by);
}

function backToList() {
  byId("review").dataset.open = "no";
  list.focus();
}

function search() {
  byId("review").dataset.open = "no";
  filters.focusSearch();
}

function decide(decision) {
  const item = queue.get(selected);
  if (item === null || byId("review").hidden) return;
  const at = queue.position(item.id);
  const made = queue.decide(item.id, decision);
  announce(made === null ? word("undecided") : decisionName(made));
  detail.renderDecision(item);
  refresh();
  if (made === null || !isOn("advance") || at === -1) return;
  // The item may have left the list, if only the undecided are shown: then the next one stands in its place.
  const next = queue.view[queue.position(item.id) === -1 ? at : at + 1];
  if (next) select(next.id);
}

function help() {
  showHelp([...signals].map(([id, wording]) => [id, nameOf(id), wording[setting("language")].definition]));
}

function offerExport() {
  const onExport = (isAll) => {
    const items = isAll ? queue.items : queue.items.filter((item) => item.decision !== null);
    save(toCsv(items), `review-${new Date().toISOString().slice(0, 10)}.csv`);
    queue.markSaved();
  };
  showExport({ all: queue.items.length, decided: queue.decided, onExport });
}

function readText(text, readAs) {
  return read([new Source(word("pasted"), text)], readAs);
}

function readFiles(files) {
  return read(
    files.map((file) => new Source(file.name, file)),
    "auto",
  );
}

function readExamples() {
  const wordings = [...signals.values()].map((wording) => wording[setting("language")]);
  const texts = wordings.flatMap(({ hits, near_misses: misses }) => [...hits.slice(0, 3), ...misses.slice(0, 2)]);
  return read([new Source(word("exampleSource"), texts.join("\n"))], "lines");
}

/** Read sources after those that are being read now. */
function read(sources, readAs) {
  intake.giveUpChoice();
  if (signals.size === 0) learnSignals();
  reading = reading.then(() => readAll(sources, readAs));
  return reading;
}

/** Read one source after the other into the queue; what is wrong with one of them does not stop the others. */
async function readAll(sources, readAs) {
  intake.complain(null);
  const signal = progress.begin();
  const before = queue.items.length;
  let complaint = null;
  for (const source of sources) {
    try {
      await readSource(source, readAs, signal, before);
    } catch (error) {
      if (signal.aborted) break;
      complaint = complaintOf(error, source.name);
    }
  }
  const done = queue.items.length - before;
  const failed = queue.items.filter((item) => item.level === "failed" && item.id > before).length;
  const outcome = signal.aborted ? "stopped" : failed > 0 ? "finishedFailed" : "finished";
  progress.end(word(outcome, { done: number(done), failed: number(failed) }), done > 0);
  if (complaint !== null) {
    if (done === 0) showReview(false);
    intake.complain(...complaint);
    announce(word(...complaint));
  }
}

async function readSource(source, readAs, signal, before) {
  const opened = await open(source, readAs);
  const column = opened.column ?? (await chooseColumn(source, opened.columns));
  if (column === null || signal.aborted) return;
  const onItems = (items) => {
    const isFirst = queue.items.length === before;
    queue.add(items);
    progress.update(source.fraction, queue.items.length - before);
    if (isFirst) showReview(true);
    if (isFirst) intake.clear();
    refreshSoon();
  };
  await assessRecords(opened.records(column), { service, sourceName: source.name, onItems, signal });
}

function chooseColumn(source, columns) {
  progress.rest();
  showReview(false);
  return intake.chooseColumn(source.name, columns);
}

function complaintOf(error, name) {
  if (error instanceof ReadError) return [error.key, error.values];
  if (error instanceof ServiceError)
    return [error.status === 401 || error.status === 403 ? "problemKey" : "problemService"];
  if (error instanceof DOMException) return ["problemFile", { name }];
  throw error;
}
