/** What was pasted or dropped, read as records: one text, many, or conversations. */

import { parseChat, looksLikeLine } from "./chat.js";
import { CsvParser, columnNames, findTextColumn, headerOf, sniffDelimiter } from "./csv.js";
import { decodedPieces, recogniseEncoding } from "./encoding.js";

const SAMPLE_CHARACTERS = 65_536;
const PEEKED_ROWS = 1024;
const KIND_BY_ENDING = { csv: "csv", tsv: "csv", jsonl: "jsonl", ndjson: "jsonl", json: "jsonl" };

/** Something is wrong with what was pasted or dropped; `key` is a word of the interface. It never holds the text. */
export class ReadError extends Error {
  constructor(key, name) {
    super(key);
    this.key = key;
    this.values = { name };
  }
}

/** A named piece of text: a string, or a file, which is decoded while it is read. `fraction` is how much was read. */
export class Source {
  fraction = 0;
  #content;

  constructor(name, content) {
    this.name = name;
    this.#content = content;
  }

  async *pieces() {
    if (typeof this.#content === "string") {
      yield this.#content;
      this.fraction = 1;
      return;
    }
    const encoding = await recogniseEncoding(this.#content);
    if (encoding === null) throw new ReadError("problemEncoding", this.name);
    yield* decodedPieces(this.#content, encoding, (bytes) => {
      this.fraction = bytes / this.#content.size;
    });
  }

  async sample() {
    let sample = "";
    for await (const piece of this.pieces()) {
      sample += piece;
      if (sample.length >= SAMPLE_CHARACTERS) break;
    }
    return sample;
  }

  async whole() {
    let text = "";
    for await (const piece of this.pieces()) text += piece;
    return text;
  }
}

/**
 * Return `{kind, columns, column, records}`: `records(column)` gives one after the other `{row, text, fields}`,
 * `{row, messages, fields}` or `{row, problem, ...}`. `column` is null where a table's text column has to be chosen.
 * Throws `ReadError` where nothing can be read.
 */
export async function open(source, readAs = "auto") {
  const sample = await source.sample();
  if (sample.trim() === "") throw new ReadError("problemEmpty", source.name);
  const kind = readAs === "auto" ? recogniseKind(source.name, sample) : readAs;
  if (kind === "csv") return openCsv(source, sample);
  if (kind === "jsonl") return openJsonl(source);
  if (kind === "lines") return untabled(kind, lineRecords(source));
  const text = await source.whole();
  const messages = kind === "text" ? null : (messagesInJson(text) ?? parseChat(text));
  if (messages === null) return untabled("text", [{ row: 1, text: withoutMark(text), fields: {} }]);
  return untabled("chat", [{ row: 1, messages, fields: {} }]);
}

function recogniseKind(name, sample) {
  const ending = KIND_BY_ENDING[name.toLowerCase().match(/\.(\w+)$/)?.[1]];
  if (ending) return ending;
  const lines = withoutMark(sample).split(/\r\n|\r|\n/);
  if (looksLikeLine(lines)) return "chat";
  if (isObject(parsed(lines.find((line) => line.trim() !== "")))) return "jsonl";
  // Pasted prose has commas too: only a header with a usual name for the text makes it a table.
  const header = headerOf(withoutMark(sample));
  return header.length > 1 && lines.length > 1 && findTextColumn(header) !== null ? "csv" : "chat";
}

function untabled(kind, records) {
  return { kind, columns: null, column: "", records: () => records };
}

async function openCsv(source, sample) {
  const parser = new CsvParser(sniffDelimiter(withoutMark(sample)));
  const rows = csvRows(source, parser);
  const { value: header } = await rows.next();
  if (header === undefined) throw new ReadError("problemHeader", source.name);
  const columns = columnNames(header.cells);
  if (new Set(columns).size < columns.length) throw new ReadError("problemTwice", source.name);
  return {
    kind: "csv",
    columns,
    column: findTextColumn(columns),
    records: (column) => csvRecords(rows, columns, column),
  };
}

async function* csvRows(source, parser) {
  let isFirst = true;
  for await (const piece of source.pieces()) {
    yield* parser.push(isFirst ? withoutMark(piece) : piece);
    isFirst = false;
  }
  yield* parser.end();
  if (parser.isOpen) throw new ReadError("problemQuote", source.name);
}

async function* csvRecords(rows, columns, column) {
  for await (const { line, cells } of rows) {
    const fields = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ""]));
    const text = fields[column];
    delete fields[column];
    yield cells.length > columns.length
      ? { row: line, problem: "problemCells", text, fields }
      : { row: line, text, fields };
  }
}

async function openJsonl(source) {
  const rows = jsonlRows(source);
  const first = [];
  for (let next = await rows.next(); !next.done; next = await rows.next()) {
    first.push(next.value);
    if (first.length === PEEKED_ROWS) break;
  }
  const values = first.map((row) => row.value).filter(isObject);
  if (values.length === 0) throw new ReadError("problemNoText", source.name);
  const columns = [...new Set(values.flatMap((value) => Object.keys(value)))];
  // Where there are conversations, a row without a text of its own is no question but a row that cannot be read.
  const column = findTextColumn(columns) ?? (values.some(isConversation) ? "" : null);
  return { kind: "jsonl", columns, column, records: (chosen) => jsonlRecords(first, rows, chosen) };
}

async function* jsonlRows(source) {
  for await (const { row, text } of lineRecords(source)) yield { row, value: parsed(text) };
}

async function* jsonlRecords(first, rest, column) {
  for (const row of first) yield jsonlRecord(row, column);
  for await (const row of rest) yield jsonlRecord(row, column);
}

function jsonlRecord({ row, value }, column) {
  if (!isObject(value)) return { row, problem: "problemJson", text: "", fields: {} };
  const { [column]: text, messages, ...fields } = value;
  if (isConversation(value)) {
    return { row, messages: messages.map(({ sender, text }) => ({ sender: String(sender ?? ""), text })), fields };
  }
  return typeof text === "string" ? { row, text, fields } : { row, problem: "problemMissing", text: "", fields };
}

/** Lines that hold something, as records of one text each. */
async function* lineRecords(source) {
  let rest = "";
  let row = 0;
  for await (const piece of source.pieces()) {
    const lines = (rest + piece).split(/\r\n|\n/);
    rest = lines.pop();
    for (const line of lines) {
      row += 1;
      if (line.trim() !== "") yield { row, text: row === 1 ? withoutMark(line) : line, fields: {} };
    }
  }
  if (rest.trim() !== "") yield { row: row + 1, text: row === 0 ? withoutMark(rest) : rest, fields: {} };
}

function isConversation(value) {
  const { messages } = value;
  return Array.isArray(messages) && messages.length > 0 && messages.every((item) => typeof item?.text === "string");
}

/** Return the messages of a conversation with one JSON object a line, or null if `text` is none. */
function messagesInJson(text) {
  const lines = withoutMark(text)
    .split(/\r\n|\n/)
    .filter((line) => line.trim() !== "");
  const values = lines.map(parsed);
  if (!values.every((value) => typeof value?.sender === "string" && typeof value.text === "string")) return null;
  return values.map(({ sender, text }) => ({ sender, text }));
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function withoutMark(text) {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
