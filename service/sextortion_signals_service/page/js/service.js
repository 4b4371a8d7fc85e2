/** The service behind this page: requests that wait their turn, try again when told to, and can be stopped. */

const FIRST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 30;
const PART_MESSAGES = 256;
const PART_CHARACTERS = 64 * 1024;
const BUSY = new Set([429, 502, 503, 504]);
const NO_ACCESS = new Set([401, 403]);

/** The service refused a request for good; `slug` is the end of the problem's type, `title` its fixed text. */
export class ServiceError extends Error {
  constructor(status, problem) {
    super(`status ${status}`);
    this.status = status;
    this.slug = String(problem?.type ?? "")
      .split(":")
      .at(-1);
    this.title = problem?.title ?? "";
  }
}

export class Service {
  #key = null;
  #asking = null;
  #catalogues = new Map();
  #partMessages = PART_MESSAGES;

  /**
   * `onWait(seconds)` is told before each pause, and `onWait(null)` after it; `wait(seconds, signal)` returns when the
   * time is over, or earlier. `askKey()` gives an access key, or null.
   */
  constructor({ onWait, askKey, wait }) {
    this.onWait = onWait;
    this.askKey = askKey;
    this.wait = wait;
  }

  /** Assess texts; the result has an `assessment` or a `problem` for each, in order. */
  async assessMany(texts, signal) {
    // Reading the beginning of a text that is too long is better than leaving it out; the answer says so.
    return (await this.#send("v1/assess/batch", { texts, truncate: true }, signal)).results;
  }

  async assess(text, options, signal) {
    return this.#send("v1/assess", { text, truncate: true, ...options }, signal);
  }

  /**
   * Assess a conversation. A long one goes in parts: each answer has a `state`, with which the service, which stores
   * nothing, goes on with the next. Parts that are too large for this service become smaller ones.
   */
  async assessConversation(messages, options, signal) {
    let whole = null;
    let done = 0;
    while (done < messages.length) {
      const part = partOf(messages, done, this.#partMessages);
      const body = { messages: part, truncate: true, ...options, ...(whole && { state: whole.state }) };
      try {
        const next = await this.#send("v1/conversations/assess", body, signal);
        whole = whole === null ? next : joined(whole, next);
        done += part.length;
      } catch (error) {
        const isTooLarge = error.slug === "too-many-messages" || error.status === 413;
        if (!isTooLarge || part.length === 1) throw error;
        this.#partMessages = Math.ceil(part.length / 2);
      }
    }
    return whole;
  }

  /** Return a catalogue, asked for once: `v1/signals`, `v1/advice?lang=ja`. */
  catalogue(path) {
    if (!this.#catalogues.has(path)) {
      const asked = this.#send(path);
      asked.catch(() => this.#catalogues.delete(path));
      this.#catalogues.set(path, asked);
    }
    return this.#catalogues.get(path);
  }

  async #send(path, body, signal) {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#try(path, body, signal);
      if (response?.ok) return response.json();
      if (response && NO_ACCESS.has(response.status)) {
        await this.#renewKey(response);
      } else if (response && !BUSY.has(response.status)) {
        throw new ServiceError(response.status, await problemOf(response));
      } else {
        const seconds = pause(attempt, response?.headers.get("Retry-After"));
        this.onWait(seconds);
        await this.wait(seconds, signal);
        this.onWait(null);
      }
    }
  }

  /** Return the response, or null where the service could not be reached. */
  async #try(path, body, signal) {
    const headers = this.#key === null ? {} : { Authorization: `Bearer ${this.#key}` };
    const options = { signal, headers, cache: "no-store", referrerPolicy: "no-referrer" };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      Object.assign(options, { method: "POST", body: JSON.stringify(body) });
    }
    try {
      return await fetch(path, options);
    } catch (error) {
      if (signal?.aborted) throw error;
      return null;
    }
  }

  async #renewKey(response) {
    // Requests that are refused together wait for the same answer.
    this.#asking ??= this.askKey().finally(() => {
      this.#asking = null;
    });
    const key = await this.#asking;
    if (key === null) throw new ServiceError(response.status, await problemOf(response));
    this.#key = key;
  }
}

function partOf(messages, begin, most) {
  const part = [];
  let characters = 0;
  for (const { sender, text } of messages.slice(begin, begin + most)) {
    characters += text.length;
    if (part.length > 0 && characters > PART_CHARACTERS) break;
    part.push({ sender, text });
  }
  return part;
}

/** Return two answers as one: risk, stages and advice are those of the last, which knows what came before. */
function joined(before, after) {
  const signals = new Map(before.signals.map((signal) => [signal.id, signal]));
  for (const { id, score, evidence } of after.signals) {
    const known = signals.get(id) ?? { id, score, evidence: [] };
    signals.set(id, { id, score: Math.max(known.score, score), evidence: [...known.evidence, ...evidence] });
  }
  return {
    ...after,
    signals: [...signals.values()].sort((a, b) => b.score - a.score),
    messages: [...before.messages, ...after.messages],
    timeline: [...before.timeline, ...after.timeline],
  };
}

function pause(attempt, retryAfter) {
  const asked = Number.parseInt(retryAfter, 10);
  const seconds = Number.isNaN(asked) ? FIRST_WAIT_SECONDS * 2 ** attempt : asked;
  return Math.min(Math.max(seconds, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS);
}

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
