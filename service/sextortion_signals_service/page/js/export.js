/** Decisions and scores as CSV, in the columns that `sextortion-signals tune` and `batch` use. */

const FORMULA_STARTS = new Set("=+-@\t\r\n＝＋－＠");
const NUMBER = /^[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?$/;
const LABEL = { confirm: "1", reject: "0" };
const COLUMNS = [
  ...["text", "risk", "decision", "kind", "source", "row"],
  ...["ss_risk", "ss_level", "ss_role", "ss_signals", "ss_evidence", "ss_language", "ss_model", "ss_error"],
];

/** Return the items as CSV with a header. Columns of the input come last, as `in_NAME`: no name is there twice. */
export function toCsv(items) {
  const inputs = [...new Set(items.flatMap((item) => Object.keys(item.fields ?? {})))];
  const header = [...COLUMNS, ...inputs.map((name) => `in_${name}`)];
  const rows = items.map((item) => [...cellsOf(item), ...inputs.map((name) => flat(item.fields?.[name]))]);
  return [header, ...rows].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** Offer `csv` as a file to save. The byte order mark makes spreadsheets read it as UTF-8. */
export function save(csv, name) {
  const address = URL.createObjectURL(new Blob(["\uFEFF", csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function cellsOf(item) {
  // A decision on a conversation says nothing of one text, and `tune` sets the points for texts.
  const label = item.kind === "text" ? (LABEL[item.decision] ?? "") : "";
  const isAssessed = item.level !== "failed";
  return [
    item.text,
    label,
    item.decision ?? "",
    item.kind,
    item.source,
    item.row,
    isAssessed ? Math.round(item.risk * 10_000) / 10_000 : "",
    isAssessed ? item.level : "",
    item.role ?? "",
    item.signals.map(({ id, score }) => (score === undefined ? id : `${id} ${score.toFixed(2)}`)).join("; "),
    item.signals.flatMap(({ id, evidence }) => (evidence ?? []).map((span) => quoted(id, span))).join("; "),
    item.language ? item.language.code + (item.language.verified ? "" : " (unverified)") : "",
    item.model ?? "",
    item.problem ? "could not be assessed" : item.truncated ? "note: only the first part of the text was read" : "",
  ];
}

function quoted(id, { start, end, quote }) {
  return `${id}[${start}:${end}] ${quote}`;
}

function flat(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function cell(value) {
  const text = String(value);
  // A spreadsheet would run this cell as a formula; the characters are those of OWASP's page on CSV injection.
  const harmless = FORMULA_STARTS.has(text[0]) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
