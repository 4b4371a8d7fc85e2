/** CSV: any common delimiter, line breaks inside quotation marks, read piece by piece. */

const DELIMITERS = [",", "\t", ";", "|"];
const SNIFFED_LINES = 50;

/** Column names (after NFKC, lower case, no outer spaces) that are taken for the text without being asked. */
const TEXT_COLUMNS = new Set([
  ...["text", "message", "body", "content", "comment", "report", "msg", "message_text", "report_text"],
  ...["本文", "内容", "メッセージ", "コメント", "テキスト", "文章", "投稿", "投稿内容", "投稿本文"],
  ...["通報", "通報内容", "通報文", "相談", "相談内容", "相談文", "報告", "報告内容", "メッセージ本文"],
]);

/** Reads rows `{line, cells}` out of pieces of text: `push` each piece, then `end`. */
export class CsvParser {
  #delimiter;
  #cell = "";
  #cells = [];
  #state = "start"; // of a cell: start, plain, quoted, closed (a quotation mark ended it, or is the first of two)
  #line = 1;
  #rowLine = 1;
  #afterReturn = false;

  constructor(delimiter) {
    this.#delimiter = delimiter;
  }

  push(piece) {
    const rows = [];
    for (let index = 0; index < piece.length; index += 1) this.#take(piece[index], rows);
    return rows;
  }

  /** Return the last row, if the text did not end with a line break. */
  end() {
    const rows = [];
    if (this.#state !== "quoted" && (this.#cells.length > 0 || this.#cell !== "" || this.#state !== "start")) {
      this.#finishRow(rows);
    }
    return rows;
  }

  /** Whether a quotation mark was opened and never closed. */
  get isOpen() {
    return this.#state === "quoted";
  }

  #take(character, rows) {
    const isBreak = character === "\n" || character === "\r";
    if (isBreak && !(character === "\n" && this.#afterReturn)) this.#line += 1;
    if (this.#state === "quoted") {
      if (character === '"') this.#state = "closed";
      else this.#cell += character;
    } else if (isBreak) {
      if (!(character === "\n" && this.#afterReturn)) this.#finishRow(rows);
    } else if (character === '"' && (this.#state === "start" || this.#state === "closed")) {
      if (this.#state === "closed") this.#cell += character;
      this.#state = "quoted";
    } else if (character === this.#delimiter) {
      this.#finishCell();
    } else {
      this.#cell += character;
      this.#state = "plain";
    }
    this.#afterReturn = character === "\r";
  }

  #finishCell() {
    this.#cells.push(this.#cell);
    this.#cell = "";
    this.#state = "start";
  }

  #finishRow(rows) {
    const blank = this.#cells.length === 0 && this.#cell === "" && this.#state === "start";
    this.#finishCell();
    if (!blank) rows.push({ line: this.#rowLine, cells: this.#cells });
    this.#cells = [];
    this.#rowLine = this.#line;
  }
}

/** Return the delimiter that gives the first rows the same number of cells, at least two; else a comma. */
export function sniffDelimiter(sample) {
  const lines = sample
    .split(/(?<=\n)/)
    .slice(0, SNIFFED_LINES)
    .join("");
  let best = [DELIMITERS[0], 0, 0];
  for (const delimiter of DELIMITERS) {
    const [regularity, width] = regularityOf(lines, delimiter);
    if (regularity > best[1] || (regularity === best[1] && width > best[2])) best = [delimiter, regularity, width];
  }
  return best[0];
}

function regularityOf(text, delimiter) {
  const parser = new CsvParser(delimiter);
  const widths = [...parser.push(text), ...parser.end()].map((row) => row.cells.length);
  if (widths.length === 0 || widths[0] < 2) return [0, 0];
  return [widths.filter((width) => width === widths[0]).length / widths.length, widths[0]];
}

/** Return the only column with a usual name for the text, or null where none or several have one. */
export function findTextColumn(columns) {
  const usual = columns.filter((name) => TEXT_COLUMNS.has(name.normalize("NFKC").trim().toLowerCase()));
  return usual.length === 1 ? usual[0] : null;
}

/** Return a header's names; empty ones, as spreadsheets leave at the right edge, get a number. */
export function columnNames(header) {
  return header.map((name, index) => (name.trim() === "" ? `column_${index + 1}` : name));
}

/** Return the first row of `sample` read with the delimiter that fits it best. */
export function headerOf(sample) {
  const parser = new CsvParser(sniffDelimiter(sample));
  const [first] = [...parser.push(sample), ...parser.end()];
  return first ? first.cells : [];
}
