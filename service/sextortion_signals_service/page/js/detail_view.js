/** One item: its text with the evidence, why, what to answer, and the decision. */

import { AdviceView } from "./advice_view.js";
import { besideMoved, messageList, messageNode, timeline } from "./conversation_view.js";
import { byId, el, fill } from "./dom.js";
import { markedText, swatch } from "./highlight.js";
import { decisionName, levelBadge, roleHint, roleName } from "./labels.js";
import { DECISIONS } from "./queue.js";
import { whyPanel } from "./why_view.js";
import { languageName, percent, word } from "./words.js";

const KEYS = { confirm: "c", reject: "r", unsure: "u" };

export class DetailView {
  #box = byId("detail");
  #article = null;
  #words = null;
  #advice;
  #nameOf;
  #onDecide;
  #onBack;

  /** `nameOf(signal)` is the name of a signal; `onDecide(decision)` and `onBack()` are called from the buttons. */
  constructor({ service, nameOf, onDecide, onBack }) {
    this.#advice = new AdviceView(service);
    this.#nameOf = nameOf;
    this.#onDecide = onDecide;
    this.#onBack = onBack;
  }

  /** Show `item`, or what to do while none is chosen. Texts are blurred again. */
  render(item) {
    this.#article = null;
    this.#words = null;
    this.#box.scrollTop = 0;
    if (item === null) fill(this.#box, el("p", { class: "choose" }, word("choose")));
    else fill(this.#box, this.#build(item));
  }

  /** Bring the buttons up to date with the decision on the item. */
  renderDecision(item) {
    for (const button of this.#article?.querySelectorAll("[data-decide]") ?? []) {
      button.setAttribute("aria-pressed", String(button.dataset.decide === item.decision));
    }
  }

  /** Put the focus on the text, which shows it. */
  open() {
    // A long conversation shall be seen from its beginning.
    this.#words?.focus({ preventScroll: true });
    this.#words?.closest(".panel").scrollIntoView({ block: "nearest" });
  }

  focus() {
    this.#article?.focus();
  }

  /** Put the focus on the next message that moved the risk (`by` is 1), or on the one before (-1). */
  moveToMoved(by) {
    besideMoved(this.#article, by)?.focus();
  }

  get hasFocus() {
    return this.#box.contains(document.activeElement);
  }

  #build(item) {
    const article = el(
      "article",
      { class: "case", tabindex: -1, "aria-labelledby": "case-title", dataset: { level: item.level, revealed: "no" } },
      this.#head(item),
      el("div", { class: "panels" }, item.level === "failed" ? this.#failed(item) : this.#panels(item)),
      this.#decisions(item),
    );
    article.addEventListener("focusin", (event) => {
      if (event.target.closest(".veil")) article.dataset.revealed = "yes";
    });
    article.addEventListener("focusout", (event) => {
      if (!article.contains(event.relatedTarget)) article.dataset.revealed = "no";
    });
    this.#article = article;
    return article;
  }

  #head(item) {
    const isFailed = item.level === "failed";
    return el(
      "header",
      { class: "case-head" },
      el(
        "button",
        { type: "button", class: "back quiet", onclick: this.#onBack },
        el("span", { "aria-hidden": "true" }, "← "),
        word("back"),
      ),
      el(
        "h2",
        { id: "case-title", class: "case-title" },
        levelBadge(item.level),
        isFailed ? word("problemTitle") : [el("span", { class: "case-risk" }, percent(item.risk)), this.#role(item)],
      ),
      isFailed ? null : this.#scale(item),
    );
  }

  #role({ role }) {
    return el("span", { class: "case-role" }, roleName(role), el("span", { class: "hint" }, ` ${roleHint(role)}`));
  }

  #scale({ risk, thresholds, level }) {
    if (!thresholds) return null;
    const { elevated, high } = thresholds;
    const limits = word("riskScale", { elevated: percent(elevated), high: percent(high) });
    const at = (name, value, ...classes) => {
      const part = el("span", { class: classes.join(" "), dataset: { name } });
      part.style[name === "fill" ? "width" : "left"] = `${value * 100}%`;
      return part;
    };
    return el(
      "div",
      { class: "scale" },
      el(
        "div",
        {
          class: "scale-track",
          role: "img",
          "aria-label": `${word("risk")} ${percent(risk)}; ${limits}`,
          dataset: { level },
        },
        [at("fill", risk, "scale-fill"), at("elevated", elevated, "scale-tick"), at("high", high, "scale-tick")],
      ),
      el("p", { class: "hint" }, limits),
    );
  }

  #panels(item) {
    const isConversation = item.kind === "conversation";
    return [
      isConversation ? this.#conversation(item) : this.#text(item),
      whyPanel(item, { nameOf: this.#nameOf, onQuote: (signal, found) => this.#lead(signal, found) }),
      this.#advice.panel(item),
      this.#about(item),
    ];
  }

  #failed(item) {
    const text =
      item.text === "" ? null : this.#veil(el("div", { class: "words", dir: "auto", translate: "no" }, item.text));
    return el("section", { class: "panel" }, el("p", {}, word(item.problem)), text, this.#facts(item));
  }

  #text(item) {
    return el(
      "section",
      { class: "panel" },
      el("h3", {}, word("text")),
      item.truncated ? el("p", { class: "note" }, word("truncated")) : null,
      item.language?.verified === false ? el("p", { class: "note" }, word("unverified")) : null,
      this.#veil(markedText(item.text, item.signals, this.#nameOf)),
      this.#legend(item.signals),
    );
  }

  #conversation(item) {
    const onMessage = (index) => messageNode(this.#article, index).focus();
    const whole = item.isWhole ? timeline(item, onMessage) : el("p", { class: "note" }, word("noConversations"));
    const marked = item.messages.flatMap(({ signals }) => signals).filter(({ evidence }) => evidence?.length > 0);
    const signals = new Map(marked.map((signal) => [signal.id, signal]));
    return [
      item.isWhole ? el("section", { class: "panel" }, el("h3", {}, word("timeline")), whole) : null,
      el(
        "section",
        { class: "panel" },
        el("h3", {}, word("messages")),
        item.isWhole ? null : whole,
        this.#veil(messageList(item, this.#nameOf)),
        this.#legend([...signals.values()]),
      ),
    ];
  }

  /** Return a box that is blurred until the focus is in it; see signals.css. */
  #veil(content) {
    this.#words = el(
      "div",
      { class: "veil", tabindex: 0, role: "group", "aria-label": word("text") },
      el("div", { class: "veiled" }, content),
      el(
        "p",
        { class: "veil-hint", "aria-hidden": "true" },
        el("b", {}, word("reveal")),
        " ",
        el("kbd", {}, "Enter"),
        el("span", {}, word("revealHint")),
      ),
    );
    return this.#words;
  }

  #legend(signals) {
    const marked = signals.filter(({ evidence }) => evidence?.length > 0);
    if (marked.length === 0) return null;
    const entries = marked.map(({ id }) => el("li", {}, swatch(id), this.#nameOf(id)));
    return el("ul", { class: "legend", "aria-label": word("legend") }, entries);
  }

  /** Put the focus on the mark of one piece of evidence; in a conversation it is one of its message. */
  #lead(signal, { start, message }) {
    const words = message === undefined ? this.#article : messageNode(this.#article, message);
    words.querySelector(`mark[data-signal="${signal}"][data-start="${start}"]`)?.focus();
  }

  #about(item) {
    return el("section", { class: "panel" }, el("h3", {}, word("about")), this.#facts(item));
  }

  #facts({ source, row, language, model }) {
    const facts = [[word("source"), word("row", { source, row })]];
    if (language)
      facts.push([
        word("language"),
        `${languageName(language.code)}${language.verified ? ` (${word("verified")})` : ""}`,
      ]);
    if (model) facts.push([word("model"), model]);
    return [
      el(
        "dl",
        { class: "facts" },
        facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]),
      ),
      el("p", { class: "hint" }, word("triage")),
    ];
  }

  #decisions(item) {
    const buttons = DECISIONS.map((decision) =>
      el(
        "button",
        {
          type: "button",
          class: "decide",
          dataset: { decide: decision },
          "aria-pressed": String(item.decision === decision),
          title: decisionName(decision),
          onclick: () => this.#onDecide(decision),
        },
        el("span", {}, word(decision), " ", el("kbd", { "aria-hidden": "true" }, KEYS[decision])),
        el("span", { class: "hint" }, word(`${decision}Hint`)),
      ),
    );
    return el("div", { class: "decisions", role: "group", "aria-label": word("decision") }, buttons);
  }
}
