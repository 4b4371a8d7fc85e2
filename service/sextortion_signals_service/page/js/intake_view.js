/** Where texts come in: pasted, chosen, dropped, or the catalogue's own examples. */

import { byId, el, fill } from "./dom.js";
import { word } from "./words.js";

const KINDS = [
  ["auto", "readAuto"],
  ["text", "readText"],
  ["lines", "readLines"],
  ["chat", "readChat"],
  ["csv", "readCsv"],
  ["jsonl", "readJsonl"],
];
const ENDINGS = ".csv,.tsv,.txt,.jsonl,.ndjson,.json,text/plain,text/csv";

export class IntakeView {
  #box = byId("intake");
  #text = "";
  #message = el("p", { class: "note", role: "alert" });
  #columns = el("div", { class: "columns" });
  #on;
  #giveUp = null;

  /** `on` has the functions `text(text, readAs)`, `files(files)`, `examples()` and `back()`. */
  constructor(on) {
    this.#on = on;
    this.#acceptDrops();
    this.build();
  }

  /** Build all of it in the language that is set now; what was typed stays. */
  build() {
    this.#text = this.#box.querySelector("textarea")?.value ?? "";
    this.complain(null);
    fill(
      this.#box,
      el("h2", { id: "intake-title" }, word("intakeTitle")),
      this.#message,
      this.#columns,
      el("div", { class: "ways" }, this.#paste(), this.#file()),
      el("p", { class: "privacy" }, word("privacy")),
      el("p", { class: "hint" }, word("triage"), " ", word("care")),
    );
  }

  /** Show what is wrong with the input, a word and its values; null clears it. */
  complain(key, values = {}) {
    fill(this.#columns);
    this.#message.textContent = key === null ? "" : word(key, values);
    this.#message.hidden = key === null;
  }

  /** Let the reader choose the text column of a table. Return its name, or null if something else was begun instead. */
  chooseColumn(name, columns) {
    return new Promise((resolve) => {
      this.#giveUp = resolve;
      const select = el(
        "select",
        { autocomplete: "off" },
        columns.map((column) => el("option", { value: column }, column)),
      );
      const go = () => {
        fill(this.#columns);
        resolve(select.value);
      };
      fill(
        this.#columns,
        el("label", { class: "select" }, el("span", {}, word("whichColumn", { name })), select),
        el("button", { type: "button", class: "main", onclick: go }, word("continue")),
      );
      select.focus();
    });
  }

  /** End a choice that is still open: something else was begun. */
  giveUpChoice() {
    this.#giveUp?.(null);
    this.#giveUp = null;
  }

  /** Show the way back only where there is a queue to go back to. */
  set hasQueue(value) {
    byId("back-to-queue").hidden = !value;
  }

  /** Forget what was pasted, once it is in the queue. */
  clear() {
    this.#box.querySelector("textarea").value = "";
  }

  focus() {
    this.#box.querySelector("textarea").focus();
  }

  #paste() {
    // The text goes to no spelling service and no translation, and does not come back when the page is loaded again.
    const area = el("textarea", {
      id: "paste",
      rows: 9,
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      translate: "no",
      "aria-describedby": "paste-hint",
    });
    area.value = this.#text;
    const kind = el(
      "select",
      { id: "read-as", autocomplete: "off" },
      KINDS.map(([value, key]) => el("option", { value }, word(key))),
    );
    const go = () => this.#on.text(area.value, kind.value);
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) go();
    });
    return el(
      "div",
      { class: "way" },
      el("label", { for: "paste", class: "way-title" }, word("intakeText")),
      el("p", { id: "paste-hint", class: "hint" }, word("intakeHint")),
      area,
      el(
        "div",
        { class: "way-foot" },
        el("label", { class: "select" }, el("span", {}, word("readAs")), kind),
        el("button", { type: "button", class: "main", id: "assess", onclick: go }, word("assess")),
      ),
    );
  }

  #file() {
    const input = el("input", {
      type: "file",
      id: "file",
      class: "sr",
      multiple: true,
      accept: ENDINGS,
      autocomplete: "off",
      tabindex: -1,
      "aria-hidden": "true",
    });
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // the same file can be chosen again
      if (files.length > 0) this.#on.files(files);
    });
    return el(
      "div",
      { class: "way way-file" },
      el("p", { class: "way-title" }, word("orFile")),
      el("p", { class: "hint" }, word("fileHint")),
      input,
      el("button", { type: "button", id: "choose-file", onclick: () => input.click() }, word("chooseFile")),
      el(
        "button",
        { type: "button", id: "examples", class: "quiet", onclick: () => this.#on.examples() },
        word("examples"),
      ),
      el(
        "button",
        { type: "button", id: "back-to-queue", class: "quiet", hidden: true, onclick: () => this.#on.back() },
        word("backToQueue"),
      ),
    );
  }

  #acceptDrops() {
    const sign = byId("drop");
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragover", (event) => {
      // Without this the browser would leave the page, and the decisions, to show the file.
      event.preventDefault();
      sign.hidden = !hasFiles(event);
    });
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) sign.hidden = true;
    });
    document.addEventListener("drop", (event) => {
      sign.hidden = true;
      if (isField(event.target) && !hasFiles(event)) return; // text dragged into a field belongs there
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) this.#on.files(files);
    });
  }
}

function isField(node) {
  return node instanceof HTMLTextAreaElement || node instanceof HTMLInputElement;
}
