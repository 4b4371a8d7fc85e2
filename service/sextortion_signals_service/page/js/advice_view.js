/** The advice for an item in Japanese or English, for one reader, and the reply that is copied from it. */

import { announce, byId, el, fill } from "./dom.js";
import { ServiceError } from "./service.js";
import { setting } from "./settings.js";
import { word } from "./words.js";

const LANGUAGES = [
  ["ja", "日本語"],
  ["en", "English"],
];
const AUDIENCES = [
  ["", "audienceDefault"],
  ["child", "audienceChild"],
  ["adult", "audienceAdult"],
  ["guardian", "audienceGuardian"],
  ["school", "audienceSchool"],
  ["moderator", "audienceModerator"],
];

export class AdviceView {
  #service;
  #language = null;
  #audience = "";
  #body = null;
  #asked = null;
  #advice = [];

  constructor(service) {
    this.#service = service;
  }

  /** Return the panel for `item`; the advice itself comes in when the service has given it. */
  panel(item) {
    if ((item.advice ?? []).length === 0) {
      return el("section", { class: "panel" }, el("h3", {}, word("advice")), el("p", {}, word("noAdvice")));
    }
    // A reply goes to the person who wrote, so it begins in the language of the text.
    const own = item.language?.code;
    this.#language = own === "ja" || own === "en" ? own : setting("language");
    this.#audience = "";
    this.#body = el("div", { class: "advice" });
    this.#show(item);
    return el(
      "section",
      { class: "panel" },
      el("h3", {}, word("advice")),
      el("div", { class: "advice-tools" }, this.#languages(item), this.#audiences(item), this.#copyButton()),
      this.#body,
    );
  }

  #languages(item) {
    const buttons = LANGUAGES.map(([code, name]) =>
      el(
        "button",
        {
          type: "button",
          class: "chip",
          lang: code,
          "aria-pressed": String(code === this.#language),
          dataset: { code },
        },
        name,
      ),
    );
    for (const button of buttons) {
      button.addEventListener("click", () => {
        this.#language = button.dataset.code;
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        this.#show(item);
      });
    }
    return el("div", { class: "switch", role: "group", "aria-label": word("adviceLanguage") }, buttons);
  }

  #audiences(item) {
    // The rules that choose advice are the service's own, so it must have assessed the whole.
    if (item.kind === "conversation" && !item.isWhole) return null;
    const options = AUDIENCES.map(([value, key]) => el("option", { value }, word(key)));
    const change = (event) => {
      this.#audience = event.target.value;
      this.#show(item);
    };
    return el(
      "label",
      { class: "select" },
      el("span", {}, word("adviceFor")),
      el("select", { autocomplete: "off", onchange: change }, options),
    );
  }

  async #show(item) {
    const asked = (this.#asked = Symbol());
    const language = this.#language;
    const body = this.#body;
    body.lang = language;
    try {
      const advice = this.#audience === "" ? await this.#usual(item, language) : await this.#chosen(item, language);
      if (asked !== this.#asked) return; // another one was asked for meanwhile
      this.#advice = advice;
      fill(
        body,
        advice.map((entry) => article(entry)),
        resources(advice),
      );
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      fill(body, el("p", { class: "note", lang: setting("language") }, word("problemService")));
    }
  }

  async #usual(item, language) {
    const { items } = await this.#service.catalogue(`v1/advice?lang=${language}`);
    const find = ({ id, audience }) => items.find((entry) => entry.id === id && entry.audience === audience);
    return item.advice.map(find).filter(Boolean);
  }

  async #chosen(item, language) {
    const options = { lang: language, audience: this.#audience };
    if (item.kind !== "conversation") return (await this.#service.assess(item.text, options)).advice;
    return (await this.#service.assessConversation(item.messages, options)).advice;
  }

  #copyButton() {
    const said = el("span", { class: "copied", "aria-hidden": "true" });
    const copy = async () => {
      const key = (await copied(replyText(this.#advice))) ? "copied" : "notCopied";
      announce(word(key));
      said.textContent = word(key);
    };
    return el(
      "div",
      { class: "copy" },
      el("button", { type: "button", class: "main", id: "copy-reply", onclick: copy }, word("copyReply")),
      said,
    );
  }
}

function article({ title, body, actions }) {
  return el(
    "section",
    { class: "advice-item" },
    el("h4", {}, title),
    el("p", {}, body),
    el(
      "ul",
      {},
      actions.map((action) => el("li", {}, action)),
    ),
  );
}

function resources(advice) {
  const places = placesOf(advice);
  if (places.length === 0) return null;
  return [el("h4", { class: "places-title" }, word("resources")), el("ul", { class: "places" }, places.map(place))];
}

function place({ name, url, contact, hours, note, checked }) {
  const isAddress = /^https:\/\//.test(url);
  const title = isAddress ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name) : name;
  const facts = [contact, hours].filter(Boolean).join(" · ");
  return el(
    "li",
    {},
    el("b", {}, title),
    facts === "" ? null : el("span", { class: "place-facts" }, facts),
    el("span", { class: "place-note" }, note),
    el("span", { class: "hint", lang: setting("language") }, word("checked", { day: checked })),
  );
}

function placesOf(advice) {
  return [...new Map(advice.flatMap((entry) => entry.resources).map((resource) => [resource.id, resource])).values()];
}

/** Return the advice as a message: titles, bodies, steps, and the places once at the end. */
export function replyText(advice) {
  const dot = advice[0]?.lang === "ja" ? "・" : "- ";
  const parts = advice.map(({ title, body, actions }) => [title, body, ...actions.map((action) => dot + action)]);
  const places = placesOf(advice).map(
    ({ name, url, contact, hours }) => dot + [name, url, contact, hours].filter(Boolean).join(" / "),
  );
  return [...parts, places]
    .map((lines) => lines.join("\n"))
    .filter(Boolean)
    .join("\n\n");
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS, except on this machine, browsers offer no clipboard: the text is laid out selected instead.
    byId("reply-text")?.remove();
    const box = el("textarea", {
      id: "reply-text",
      class: "reply-text",
      readonly: true,
      rows: 8,
      "aria-label": word("copyReply"),
    });
    box.value = text;
    byId("copy-reply").after(box);
    box.select();
    const isDone = document.execCommand("copy");
    if (isDone) box.remove();
    return isDone;
  }
}
