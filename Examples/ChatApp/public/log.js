// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/** @typedef {{ name: string, text: string, at: number }} Message */

const GROUP_WITHIN = 5 * 60_000; // ms in which messages of one person stand together
const AT_END = 48; // pixels from the end that still count as being there
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

/** The list of messages: a reader at its end stays there, one who reads further up is left alone. */
export class MessageLog {
  me = "";
  #list;
  #button;
  /** @type {Message | null} */ #last = null;
  /** @type {Set<string>} */ #shown = new Set();
  #unread = 0; // below what the reader sees
  #unseen = 0; // while the page was hidden
  #title = document.title;

  /** @param {HTMLElement} list @param {HTMLElement} button says what is new, and goes there */
  constructor(list, button) {
    this.#list = list;
    this.#button = button;
    button.addEventListener("click", () => this.toEnd());
    list.addEventListener("scroll", () => this.#atEnd && this.#setUnread(0), { passive: true });
    new ResizeObserver(() => this.#unread || this.#stick()).observe(list);
    document.addEventListener("visibilitychange", () => document.hidden || this.#setUnseen(0));
  }

  clear() {
    this.#list.replaceChildren();
    this.#shown.clear();
    this.#last = null;
    this.#setUnread(0);
    this.#setUnseen(0);
  }

  /** What was said before we came, or while we were away. @param {Message[]} messages */
  addHistory(messages) {
    this.#list.ariaLive = "off"; // not to be read aloud all at once
    for (const message of messages) if (!this.#shown.has(key(message))) this.#append(message);
    this.#list.ariaLive = "polite";
  }

  /** @param {Message} message */
  addMessage(message) {
    this.#append(message);
    if (document.hidden) this.#setUnseen(this.#unseen + 1);
  }

  /** @param {string} text @param {"note" | "error"} [kind] */
  addNote(text, kind = "note") {
    const item = this.element("li", "note");
    if (kind === "error") item.classList.add("error");
    item.append(this.element("span", "", text));
    this.#last = null;
    this.#place(item, false);
  }

  toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#setUnread(0);
  }

  /** @param {string} name */
  avatar(name) {
    const avatar = this.element("span", "avatar", [...name][0].toLocaleUpperCase());
    avatar.ariaHidden = "true";
    avatar.style.setProperty("--hue", String(hue(name)));
    return avatar;
  }

  /** @param {string} tag @param {string} className @param {string} [text] never markup */
  element(tag, className, text = "") {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  /** @param {Message} message */
  #append(message) {
    const { name, text, at } = message;
    const last = this.#last;
    const date = new Date(at);
    if (!this.#sameDay(date)) {
      const item = this.element("li", "note day");
      item.dataset.day = date.toDateString();
      item.append(this.element("span", "", day.format(date)));
      this.#list.append(item);
    }

    const mine = name === this.me;
    const item = this.element("li", mine ? "message mine" : "message");
    const follows = last?.name === name && at - last.at < GROUP_WITHIN;
    item.classList.toggle("follows", follows);
    const author = this.element("span", "author", name);
    author.style.setProperty("--hue", String(hue(name)));
    const when = /** @type {HTMLTimeElement} */ (this.element("time", "", time.format(date)));
    when.dateTime = date.toISOString();
    when.title = date.toLocaleString();
    const bubble = this.element("div", "bubble");
    bubble.append(author, this.element("p", "text", text), when);
    item.append(this.avatar(name), bubble);

    this.#shown.add(key(message));
    this.#last = message;
    this.#place(item, !mine);
  }

  /** @param {Date} date */
  #sameDay(date) {
    const days = this.#list.querySelectorAll(".day");
    const latest = days[days.length - 1];
    const shown = latest instanceof HTMLElement ? latest.dataset.day : new Date().toDateString();
    return shown === date.toDateString();
  }

  /** @param {HTMLElement} item @param {boolean} counts whether a reader further up is told */
  #place(item, counts) {
    const atEnd = this.#atEnd;
    this.#list.append(item);
    if (atEnd) this.#stick();
    else if (counts) this.#setUnread(this.#unread + 1);
  }

  get #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < AT_END;
  }

  #stick() {
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** @param {number} count */
  #setUnread(count) {
    this.#unread = count;
    this.#button.hidden = count === 0;
    this.#button.textContent = count === 1 ? "1 new message ↓" : `${count} new messages ↓`;
  }

  /** @param {number} count */
  #setUnseen(count) {
    this.#unseen = count;
    document.title = count ? `(${count}) ${this.#title}` : this.#title;
  }
}

/** @param {Message} message */
function key({ name, text, at }) {
  return JSON.stringify([at, name, text]);
}

/** The same colour for the same name, on every page. @param {string} name */
function hue(name) {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return Math.round((hash * 137.5) % 360);
}
