/** The filters above the queue. They are built once and brought up to date, so that typing keeps its place. */

import { byId, el, fill } from "./dom.js";
import { decisionName, levelLabel, roleName } from "./labels.js";
import { DECISIONS, LEVELS, ROLES } from "./queue.js";
import { number, word } from "./words.js";

const SEARCH_PAUSE_MS = 150;

export class FiltersView {
  #queue;
  #onChange;
  #signals;
  #levels = new Map();
  #selects = [];
  #count = el("span", { class: "count" });
  #clear;
  #search;
  #timer = null;

  /** `signals()` gives `[id, name]` pairs; `onChange()` is called after each change of the filters. */
  constructor(queue, { signals, onChange }) {
    this.#queue = queue;
    this.#signals = signals;
    this.#onChange = onChange;
    this.build();
  }

  /** Build all of it in the language that is set now. */
  build() {
    this.#search = this.#searchBox();
    this.#clear = el("button", { type: "button", class: "link", onclick: () => this.clear() }, word("clearFilters"));
    const decisions = [["open", word("open")], ...DECISIONS.map((name) => [name, decisionName(name)])];
    this.#selects = [
      this.#select(
        "role",
        word("role"),
        ROLES.map((role) => [role, roleName(role)]),
      ),
      this.#select("signal", word("signal"), this.#signals()),
      this.#select("decision", word("decision"), decisions),
    ];
    fill(
      byId("filters"),
      this.#search,
      el(
        "div",
        { class: "levels" },
        LEVELS.map((level) => this.#levelButton(level)),
      ),
      el(
        "div",
        { class: "selects" },
        this.#selects.map(({ label }) => label),
      ),
      el("div", { class: "filter-foot" }, this.#count, this.#clear),
    );
    this.render();
  }

  render() {
    const { levels, filter, isFiltered, items, view } = this.#queue;
    for (const [level, { button, count }] of this.#levels) {
      button.setAttribute("aria-pressed", String(levels.has(level)));
      const here = this.#queue.count(level);
      count.textContent = number(here);
      button.hidden = level === "failed" && here === 0;
    }
    for (const { name, box } of this.#selects) box.value = filter[name];
    this.#count.textContent = word("shown", { shown: number(view.length), all: number(items.length) });
    this.#clear.hidden = !isFiltered;
  }

  clear() {
    this.#search.value = "";
    this.#queue.clearFilters();
    this.#onChange();
    this.focusSearch();
  }

  focusSearch() {
    this.#search.focus();
    this.#search.select();
  }

  #searchBox() {
    const search = (event) => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#set("text", event.target.value.trim()), SEARCH_PAUSE_MS);
    };
    return el("input", {
      type: "search",
      class: "search",
      "aria-label": word("search"),
      placeholder: word("searchHint"),
      autocomplete: "off",
      spellcheck: "false",
      value: this.#queue.filter.text,
      oninput: search,
    });
  }

  #levelButton(level) {
    const count = el("span", { class: "level-count" });
    const toggle = () => {
      const { levels } = this.#queue;
      if (!levels.delete(level)) levels.add(level);
      this.#onChange();
    };
    const button = el(
      "button",
      { type: "button", class: "chip", onclick: toggle, dataset: { level } },
      levelLabel(level),
      " ",
      count,
    );
    this.#levels.set(level, { button, count });
    return button;
  }

  #select(name, label, choices) {
    const options = [["", word("any")], ...choices].map(([value, text]) => el("option", { value }, text));
    const box = el(
      "select",
      { autocomplete: "off", onchange: (event) => this.#set(name, event.target.value) },
      options,
    );
    return { name, box, label: el("label", { class: "select" }, el("span", {}, label), box) };
  }

  #set(name, value) {
    this.#queue.filter[name] = value;
    this.#onChange();
  }
}
