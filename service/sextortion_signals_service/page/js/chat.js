/** Conversations written as text: LINE's exported logs, and lines of `name: text`. */

// 午後9:15, 21:15, 09:15 PM
const TIME = /^(?:午前|午後)?\s?\d{1,2}:\d{2}(?:\s?[AP]M)?/i;
const MESSAGE = new RegExp(`${TIME.source}([\\t ])(.*)$`, "i");
// 2024/02/28(水), 2024.02.28 水曜日, 2024年2月28日水曜日, Wed, 02/28/2024
const DATE =
  /^(?:\d{4}[./年]\s?\d{1,2}[./月]\s?\d{1,2}日?\s?[(（]?[^\d\s]{0,12}[)）]?|[A-Z][a-z]{2,8},? \d{1,2}\/\d{1,2}\/\d{4})$/;
const HEADER = /^\uFEFF?\[LINE\]/;
const SAVED = /^(?:保存日時|Saved on)/;
const NAMED = /^(?:\[[^\]\n]{1,30}\]\s*)?([^:：\t]{1,30}?)\s*[:：](?!\/\/)\s*(\S.*)$/;

/** Return the messages `{sender, text}` of a conversation, or null if `text` is none. */
export function parseChat(text) {
  const lines = text.split(/\r\n|\r|\n/);
  return looksLikeLine(lines) ? parseLine(lines) : parseNamed(lines);
}

/** Say whether the beginning of a file is that of a LINE log. */
export function looksLikeLine(lines) {
  if (HEADER.test(lines[0] ?? "")) return true;
  const filled = lines.filter((line) => line.trim() !== "").slice(0, 200);
  const messages = filled.filter((line) => /^[^\t]*\t[^\t]+\t/.test(line) && TIME.test(line));
  if (messages.length === 0) return false;
  return filled.some((line) => DATE.test(line)) || (messages.length > 1 && messages.length === filled.length);
}

function parseLine(lines) {
  const partner = partnerOf(lines[0]);
  const messages = [];
  let isQuoted = false;
  for (const line of lines) {
    const match = MESSAGE.exec(line);
    const isMessage = match !== null && (!isQuoted || match[1] === "\t");
    if (isMessage) {
      const message = split(match[1], match[2], partner);
      // Without a sender it is a note of the app: a call, a message taken back.
      if (message !== null) messages.push(message);
      isQuoted = message !== null && /^"(?:[^"]|"")*$/.test(message.text);
    } else if (isQuoted || (messages.length > 0 && !DATE.test(line))) {
      messages.at(-1).text += `\n${line}`;
      isQuoted = isQuoted && !line.endsWith('"');
    }
  }
  const read = messages.map(({ sender, text }) => ({ sender, text: unquote(text.trimEnd()) }));
  return read.length > 0 ? read.filter(({ text }) => text !== "") : null;
}

function partnerOf(header) {
  const match = /^\uFEFF?\[LINE\]\s?(?:(.+)とのトーク履歴|Chat history (?:with|in) "?([^"]+)"?)/.exec(header ?? "");
  return match ? (match[1] ?? match[2]).trim() : null;
}

function split(separator, rest, partner) {
  if (separator === "\t") {
    const [sender, ...text] = rest.split("\t");
    return text.length > 0 ? { sender, text: text.join("\t") } : null;
  }
  // Newer logs part name and text by a blank; a name with blanks in it is known from the first line only.
  if (partner !== null && rest.startsWith(`${partner} `)) {
    return { sender: partner, text: rest.slice(partner.length + 1) };
  }
  const end = rest.indexOf(" ");
  return end > 0 ? { sender: rest.slice(0, end), text: rest.slice(end + 1) } : null;
}

function unquote(text) {
  return /^"[^]*\n[^]*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function parseNamed(lines) {
  const filled = lines.filter((line) => line.trim() !== "");
  const matches = filled.map((line) => NAMED.exec(line.trim()));
  if (filled.length < 2 || matches.includes(null)) return null;
  const messages = matches.map(([, sender, text]) => ({ sender, text }));
  const senders = new Set(messages.map((message) => message.sender));
  // A form ("Name: ...", "Date: ...") has another word before each colon; people in a conversation take turns.
  const areTurns = senders.size >= 2 && senders.size <= Math.max(2, filled.length / 2);
  return areTurns && ![...senders].every((sender) => /^\d+$/.test(sender)) ? messages : null;
}
