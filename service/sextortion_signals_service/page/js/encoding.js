/**
 * Which encoding a file is in: told by its bytes, in the order in which the command line tries them
 * (src/sextortion_signals/batch/encodings.py). A wrong guess would turn a threat into harmless-looking characters, so
 * a candidate counts only if every byte of the file decodes with it.
 */

const SAMPLE_BYTES = 1 << 18;

// Characters of Windows-1252 where English has them; kana in Shift_JIS never fit.
const WINDOWS_1252_USE = new RegExp(
  [
    "(?<![\\x80-\\xff])(?:",
    "(?<=[A-Za-z0-9.!?])\\x92", // apostrophe, closing single quotation mark
    "|(?<![A-Za-z0-9])[\\x91\\x93](?=\\S)", // opening quotation marks
    "|(?<=[!-~])\\x94(?![A-Za-z0-9])", // closing quotation mark
    "|\\x95(?=\\s)", // bullet
    "|[\\x96\\x97](?=[\\w\\s\"'.,!?]|$)", // dashes
    "|[\\x85\\xa0]", // ellipsis, space that does not break
    "|(?<=[A-Za-z])[\\xc0-\\xff][\\x85\\x92\\x94\\x96\\x97]?", // letters with accents
    "|[\\xc0-\\xff](?=[A-Za-z])",
    "|(?<=[A-Za-z.,!?])[\\x85\\x92\\x94\\x96\\x97][\\x93\\x94]", // two marks in a row
    "|[\\x80\\xa3](?=\\s?[0-9])|(?<=[0-9])[\\x80\\xa3]", // euro, pound
    ")(?![\\x80-\\xff])",
  ].join(""),
  "g",
);

/** Return the label of the first encoding that decodes the whole of `blob`, or null. */
export async function recogniseEncoding(blob) {
  const sample = new Uint8Array(await blob.slice(0, SAMPLE_BYTES).arrayBuffer());
  for (const encoding of candidates(sample)) {
    if (encoding === "windows-1252" && !readsAsWindows1252(sample)) continue;
    if (await decodes(blob, encoding)) return encoding;
  }
  return null;
}

/** Decode `blob` piece by piece; `progress(bytes)` is called with what was read so far. */
export async function* decodedPieces(blob, encoding, progress = () => {}) {
  const decoder = new TextDecoder(encoding);
  let bytes = 0;
  for await (const piece of pieces(blob)) {
    bytes += piece.length;
    progress(bytes);
    yield decoder.decode(piece, { stream: true });
  }
  yield decoder.decode();
}

async function decodes(blob, encoding) {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const piece of pieces(blob)) decoder.decode(piece, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    // A file that cannot be read (NotReadableError) is another matter than one in another encoding.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function* pieces(blob) {
  const reader = blob.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

function candidates(sample) {
  const [first, second, third] = sample;
  if (first === 0xef && second === 0xbb && third === 0xbf) return ["utf-8"];
  if (first === 0xff && second === 0xfe) return ["utf-16le"];
  if (first === 0xfe && second === 0xff) return ["utf-16be"];
  if (sample.includes(0)) return [zeros(sample, 1) >= zeros(sample, 0) ? "utf-16le" : "utf-16be"];
  if (latin(sample).includes("\x1b$")) return ["iso-2022-jp", "utf-8"];
  const japanese = readsAsEucJp(sample) ? ["euc-jp", "shift_jis"] : ["shift_jis", "euc-jp"];
  return ["utf-8", "windows-1252", ...japanese];
}

function zeros(sample, from) {
  let count = 0;
  for (let index = from; index < sample.length; index += 2) count += sample[index] === 0;
  return count;
}

function readsAsEucJp(sample) {
  // EUC-JP often decodes as Shift_JIS too, into half-width katakana; hiragana in Shift_JIS never decodes as EUC-JP.
  try {
    const text = new TextDecoder("euc-jp", { fatal: true }).decode(sample, { stream: true });
    const beyondAscii = text.match(/[^\x00-\x7f]/g) ?? [];
    const hiragana = beyondAscii.filter((character) => character >= "ぁ" && character <= "ゖ");
    return hiragana.length * 10 > beyondAscii.length;
  } catch {
    return false;
  }
}

function readsAsWindows1252(sample) {
  return latin(sample)
    .split("\n")
    .every((line) => !/[\x80-\xff]/.test(line.replace(WINDOWS_1252_USE, "")));
}

/** One character a byte. TextDecoder's "latin1" is Windows-1252 and would move bytes 0x80 to 0x9f. */
function latin(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 4096) {
    text += String.fromCharCode(...bytes.subarray(start, start + 4096));
  }
  return text;
}
