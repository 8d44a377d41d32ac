// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/** @typedef {import("./engineio.js").EngineIOClient} EngineIOClient */

const NAMES = { polling: "Polling", websocket: "WebSocket" };
const WAYS = { polling: "by HTTP long polling", websocket: "over a WebSocket" };
const STEPS_KEPT = 12;

/** The badge in the header: what carries the session now, and how it came to that. */
export class Badge {
  #root;
  #part = (/** @type {string} */ selector) => this.#root.querySelector(selector);
  #began = 0;

  /** @param {HTMLElement} root @param {EngineIOClient} client */
  constructor(root, client) {
    this.#root = root;
    addEventListener("click", ({ target }) => {
      if (target instanceof Node && !root.contains(target)) root.removeAttribute("open");
    });
    const on = (type, listener) => client.addEventListener(type, ({ detail }) => listener(detail));

    on("open", ({ transport }) => {
      this.#began = performance.now();
      this.#show(transport, NAMES[transport], "");
      this.#step(`Session opened ${WAYS[transport]}`);
    });
    on("upgrading", () => {
      this.#show("upgrading", "Polling", "moving to WebSocket");
      this.#step("WebSocket probe answered; polling comes to rest", true);
    });
    on("upgrade", () => {
      this.#show("websocket", "WebSocket", `from polling in ${this.#elapsed} ms`);
      this.#step("Session moved onto the WebSocket", true);
    });
    on("upgradeerror", ({ reason }) => {
      this.#show("polling", "Polling", "no WebSocket");
      this.#step(`WebSocket did not work (${reason}); polling goes on`, true);
    });
    on("close", ({ reason, opened }) => {
      this.#show("closed", "Not connected", "");
      this.#step(opened ? `Session ended: ${reason}` : `Could not connect: ${reason}`);
    });
    on("reconnecting", ({ attempt }) => this.#show("lost", "Reconnecting", `attempt ${attempt}`));
  }

  get #elapsed() {
    return Math.max(1, Math.round(performance.now() - this.#began));
  }

  /** @param {string} state @param {string} name @param {string} story */
  #show(state, name, story) {
    this.#root.dataset.state = state;
    this.#part("#transport").textContent = name;
    this.#part("#story").textContent = story;
  }

  /** @param {string} text @param {boolean} [timed] whether the time since `open` is of interest */
  #step(text, timed = false) {
    const item = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = new Date().toLocaleTimeString();
    item.append(time, ` ${text}${timed ? ` (+${this.#elapsed} ms)` : ""}`);
    const list = this.#part("#steps");
    list.append(item);
    while (list.childElementCount > STEPS_KEPT) list.firstElementChild.remove();
  }
}
