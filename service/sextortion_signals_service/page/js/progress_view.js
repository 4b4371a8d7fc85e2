/** How far reading and assessing have come, pauses of the service, and the button that stops it all. */

import { announce, byId } from "./dom.js";
import { number, word } from "./words.js";

const SHOWN_AFTER_END_MS = 6000;

export class ProgressView {
  #box = byId("progress");
  #bar = byId("progress-bar");
  #text = byId("progress-text");
  #controller = null;
  #done = 0;
  #wake = new Set();
  #hide = null;

  constructor() {
    byId("stop").addEventListener("click", () => this.#controller?.abort());
    byId("try-now").addEventListener("click", () => {
      for (const wake of this.#wake) wake();
    });
  }

  /** Show the progress and return the signal that its stop button gives. */
  begin() {
    clearTimeout(this.#hide);
    this.#controller = new AbortController();
    this.#box.hidden = false;
    byId("stop").hidden = false;
    this.#bar.hidden = false;
    this.#bar.removeAttribute("value");
    this.#text.textContent = "";
    this.#done = 0;
    return this.#controller.signal;
  }

  /** `fraction` is how much of the source was read, `done` how many items came of it. */
  update(fraction, done) {
    this.#done = done;
    this.#box.hidden = false;
    this.#bar.value = fraction;
    this.waiting(null);
  }

  /** Be out of sight while the reader has something to choose. */
  rest() {
    this.#box.hidden = true;
  }

  /** Say that the service makes us wait; null says that it goes on. */
  waiting(seconds) {
    byId("try-now").hidden = seconds === null;
    this.#text.textContent =
      seconds === null
        ? word("progressCount", { done: number(this.#done) })
        : word("waiting", { seconds: number(seconds) });
  }

  /** Return after `seconds`, earlier when the reader wants it so; throws when `signal` stops it. */
  wait(seconds, signal) {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#wake.delete(end);
        if (signal?.aborted) reject(signal.reason);
        else resolve();
      };
      const timer = setTimeout(end, seconds * 1000);
      this.#wake.add(end);
      signal?.addEventListener("abort", end, { once: true });
    });
  }

  end(message, isSuccess) {
    this.#controller = null;
    this.#bar.hidden = true;
    byId("stop").hidden = true;
    byId("try-now").hidden = true;
    this.#text.textContent = message;
    announce(message);
    this.#hide = setTimeout(
      () => {
        this.#box.hidden = true;
      },
      isSuccess ? SHOWN_AFTER_END_MS : 0,
    );
  }
}
