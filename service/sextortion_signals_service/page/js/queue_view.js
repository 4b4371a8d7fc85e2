/** The queue as a list of which only what can be seen exists: ten thousand rows scroll like twenty. */

import { byId, el, fill } from "./dom.js";
import { swatch } from "./highlight.js";
import { decisionMark, levelBadge, roleName } from "./labels.js";
import { number, percent, word } from "./words.js";

const ROW_REM = 5.25; // the height of .row in queue.css
const ROWS_BEYOND = 4;
const EXCERPT = 160;

export class QueueView {
  #box = byId("queue");
  #space = el("div", { class: "space", role: "presentation" });
  #rows = new Map();
  #queue;
  #selected = null;
  #nameOf;

  /** `onSelect(id)` is called for a click or a key, `onOpen(id)` to have the text shown. */
  constructor(queue, { nameOf, onSelect, onOpen }) {
    this.#queue = queue;
    this.#nameOf = nameOf;
    this.onSelect = onSelect;
    this.onOpen = onOpen;
    this.#box.append(this.#space);
    this.#box.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.#box.addEventListener("click", (event) => this.#onClick(event));
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
    new ResizeObserver(() => this.#draw()).observe(this.#box);
  }

  /** Show the queue as it is now; what stands at the top of the list stays where it is while rows come in above. */
  render(selected) {
    const anchor = this.#anchor();
    this.#selected = selected;
    this.#rows.clear();
    const { view } = this.#queue;
    this.#space.style.height = `${view.length * this.#height}px`;
    this.#box.hidden = view.length === 0;
    byId("nothing").hidden = view.length > 0 || this.#queue.items.length === 0;
    if (anchor) this.#restore(anchor);
    this.#draw();
  }

  /** Select the item `step` places further on, and bring it into sight. */
  move(step) {
    const { view } = this.#queue;
    if (view.length === 0) return;
    const here = this.#queue.position(this.#selected);
    const to = here === -1 ? 0 : Math.min(Math.max(here + step, 0), view.length - 1);
    this.onSelect(view[to].id);
  }

  show(id) {
    const at = this.#queue.position(id);
    if (at === -1) return;
    const top = at * this.#height;
    const bottom = top + this.#height;
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    else if (bottom > this.#box.scrollTop + this.#box.clientHeight) {
      this.#box.scrollTop = bottom - this.#box.clientHeight;
    }
    // Not only when the scroll event comes: a screen reader is told of the row at once.
    this.#draw();
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  get hasFocus() {
    return document.activeElement === this.#box;
  }

  get #height() {
    return ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  #anchor() {
    // The rows drawn before tell where an item stood; at the very top, new first items shall be seen.
    if (this.#box.scrollTop === 0) return null;
    const drawn = [...this.#rows.values()].find((row) => row.offset >= this.#box.scrollTop);
    return drawn ? { id: drawn.id, distance: drawn.offset - this.#box.scrollTop } : null;
  }

  #restore({ id, distance }) {
    const at = this.#queue.position(id);
    if (at !== -1) this.#box.scrollTop = at * this.#height - distance;
  }

  #draw() {
    const { view } = this.#queue;
    const height = this.#height;
    const first = Math.max(0, Math.floor(this.#box.scrollTop / height) - ROWS_BEYOND);
    const last = Math.min(
      view.length,
      Math.ceil((this.#box.scrollTop + this.#box.clientHeight) / height) + ROWS_BEYOND,
    );
    const rows = new Map();
    for (let at = first; at < last; at += 1) {
      const item = view[at];
      const row = this.#rows.get(item.id) ?? { id: item.id, node: this.#row(item, at) };
      row.offset = at * height;
      row.node.style.transform = `translateY(${row.offset}px)`;
      rows.set(item.id, row);
    }
    this.#rows = rows;
    fill(
      this.#space,
      [...rows.values()].map(({ node }) => node),
    );
    if (rows.has(this.#selected)) this.#box.setAttribute("aria-activedescendant", `item-${this.#selected}`);
    else this.#box.removeAttribute("aria-activedescendant");
  }

  #row(item, at) {
    const excerpt = item.text.slice(0, EXCERPT).replace(/\s+/g, " ");
    return el(
      "div",
      {
        class: "row",
        id: `item-${item.id}`,
        role: "option",
        "aria-selected": String(item.id === this.#selected),
        "aria-posinset": at + 1,
        "aria-setsize": this.#queue.view.length,
        dataset: { id: item.id, level: item.level },
      },
      el(
        "div",
        { class: "row-head" },
        levelBadge(item.level),
        item.level === "failed" ? null : el("span", { class: "row-risk" }, percent(item.risk)),
        item.role ? el("span", { class: "row-role" }, roleName(item.role)) : null,
        item.decision ? decisionMark(item.decision) : null,
      ),
      el("div", { class: "row-text veiled", dir: "auto", translate: "no" }, excerpt),
      el("div", { class: "row-signals" }, this.#about(item)),
    );
  }

  #about(item) {
    const signals = item.signals.map(({ id }) => el("span", { class: "tag" }, swatch(id), this.#nameOf(id)));
    if (item.kind !== "conversation") return signals;
    return [el("span", { class: "tag" }, word("conversation", { count: number(item.messages.length) })), ...signals];
  }

  #onClick(event) {
    const row = event.target.closest("[data-id]");
    if (row) this.onSelect(Number(row.dataset.id), { isClick: true });
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.#box.clientHeight / this.#height) - 1);
    const { length } = this.#queue.view;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -length, End: length };
    if (event.key in steps) {
      event.preventDefault();
      this.move(steps[event.key]);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.#selected !== null) this.onOpen(this.#selected);
    }
  }
}
