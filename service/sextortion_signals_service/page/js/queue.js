/** The queue: finished items, sorted by risk, filtered, with the decisions on them. Nothing here touches the page. */

export const LEVELS = ["high", "elevated", "low", "failed"];
export const ROLES = ["offender", "victim", "third_party", "other"];
export const DECISIONS = ["confirm", "reject", "unsure"];

const NO_FILTER = { role: "", signal: "", decision: "", text: "" };

export class Queue {
  items = [];
  view = []; // what the filters let through, in order
  levels = new Set(); // levels to show; none chosen shows all
  filter = { ...NO_FILTER };
  #byId = new Map();
  #position = new Map();
  #isSorted = true;
  #unsaved = false;

  /** Take finished items in. They are sorted in by the next `refresh`, so that a stream of batches is not slowed. */
  add(items) {
    for (const item of items) {
      item.id = this.#byId.size + 1;
      this.#byId.set(item.id, item);
      this.items.push(item);
    }
    this.#isSorted = false;
  }

  get(id) {
    return this.#byId.get(id) ?? null;
  }

  /** Return the place of an item among those shown, or -1. */
  position(id) {
    return this.#position.get(id) ?? -1;
  }

  /** Bring `view` up to date with the items and the filters. */
  refresh() {
    // Equal risks stay in the order in which they came.
    if (!this.#isSorted) this.items.sort((a, b) => b.risk - a.risk || a.id - b.id);
    this.#isSorted = true;
    const wanted = folded(this.filter.text);
    this.view = this.items.filter((item) => this.#fits(item, wanted));
    this.#position = new Map(this.view.map((item, index) => [item.id, index]));
  }

  clearFilters() {
    this.levels.clear();
    this.filter = { ...NO_FILTER };
    this.refresh();
  }

  get isFiltered() {
    return this.levels.size > 0 || Object.values(this.filter).some((value) => value !== "");
  }

  /** Set the decision on an item; the one that it has already is taken back. Return the decision it has now. */
  decide(id, decision) {
    const item = this.get(id);
    item.decision = item.decision === decision ? null : decision;
    this.#unsaved = true;
    this.refresh();
    return item.decision;
  }

  /** Whether there are decisions that were not exported since they were made. */
  get hasUnsaved() {
    return this.#unsaved && this.decided > 0;
  }

  markSaved() {
    this.#unsaved = false;
  }

  get decided() {
    return this.items.filter((item) => item.decision !== null).length;
  }

  count(level) {
    return this.items.filter((item) => item.level === level).length;
  }

  #fits(item, wanted) {
    const { role, signal, decision } = this.filter;
    if (this.levels.size > 0 && !this.levels.has(item.level)) return false;
    if (role !== "" && item.role !== role) return false;
    if (signal !== "" && !item.signals.some(({ id }) => id === signal)) return false;
    if (decision !== "" && (item.decision ?? "open") !== decision) return false;
    if (wanted === "") return true;
    item.folded ??= folded(item.text);
    return item.folded.includes(wanted);
  }
}

/** Full-width and half-width, capital and small letters are the same in a search. */
function folded(text) {
  return text.normalize("NFKC").toLowerCase();
}
