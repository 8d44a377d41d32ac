// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/**
 * A small Engine.IO client for browsers: protocol version 4, no dependency.
 *
 *     const client = new EngineIOClient();
 *     client.addEventListener("message", ({ detail }) => console.log(detail.data));
 *     client.connect();
 *
 * It starts with long polling, which works wherever HTTP works, and moves to a WebSocket once a
 * probe has shown that one works too; if none does, polling goes on. Messages keep their order and
 * arrive once, whatever carries them.
 *
 * Reconnecting is not part of Engine.IO; it is here because every page wants it. A session that was
 * not ended by `close()` is followed by a new one, after a growing, randomly spread delay. What was
 * said in between is for the application to catch up on.
 *
 * | event          | detail                           | when
 * |----------------|----------------------------------|-----------------------------------------------
 * | `open`         | `{ transport }`                  | a session began; messages can be sent
 * | `message`      | `{ data: string \| Uint8Array }` | the server sent text or bytes
 * | `upgrading`    | `{}`                             | the probe was answered; polling comes to rest
 * | `upgrade`      | `{ transport }`                  | the WebSocket carries the session now
 * | `upgradeerror` | `{ reason }`                     | no WebSocket; polling goes on
 * | `close`        | `{ reason, opened, retry }`      | a session ended, or none could be opened
 * | `reconnecting` | `{ attempt, delay }`             | the next attempt begins in `delay` ms
 *
 * Reasons: `client close`, `server close`, `transport close` (the WebSocket went), `transport error`
 * (a request failed), `ping timeout` (the server fell silent), `parse error`, and `refused` (the
 * handshake was answered with 401 or 403; that one is not tried again).
 */

import {
  CLOSE, MESSAGE, NOOP, OPEN, PING, PONG, SEPARATOR, UPGRADE,
  Polling, Socket, bytesOf, payloadSize,
} from "./engineio-transports.js";

/** @typedef {import("./engineio-transports.js").Packet} Packet */
/** @typedef {import("./engineio-transports.js").TransportName} TransportName */

const DEFAULTS = {
  /** Where Engine.IO lives, relative to the page. @type {string | URL} */
  url: "/engine.io/",
  /** The first one opens the session; `["polling"]` never upgrades. @type {TransportName[]} */
  transports: ["polling", "websocket"],
  reconnect: true,
  /** Milliseconds before the first new attempt, doubled for each next one up to the maximum. */
  reconnectDelay: 500,
  reconnectDelayMax: 10_000,
  /** Milliseconds allowed for a handshake, and for a probe. */
  timeout: 15_000,
};

const NO_SESSION = {
  sid: "", pingInterval: 0, pingTimeout: 0, maxPayload: Infinity,
  upgrades: /** @type {string[]} */ ([]),
};

export class EngineIOClient extends EventTarget {
  /** @type {"closed" | "connecting" | "open" | "closing" | "waiting"} `waiting` to reconnect */
  state = "closed";
  #options;
  #session = NO_SESSION;
  /** @type {Polling | Socket | null} */ #transport = null;
  /** @type {Socket | null} */ #probe = null;
  /** @type {Packet[]} */ #queue = [];
  /** @type {Promise<void> | null} */ #flushing = null;
  #held = false; // writes wait while the transport changes
  #attempts = 0;
  #watchdog = 0;
  #retry = 0;

  /** @param {Partial<typeof DEFAULTS>} [options] */
  constructor(options = {}) {
    super();
    this.#options = { ...DEFAULTS, ...options };
  }

  /** @returns {TransportName | null} what carries the session now */
  get transport() {
    return this.#transport?.name ?? null;
  }

  /** Connects; while waiting to reconnect, does so at once. */
  connect() {
    if (this.state === "closing") {
      this.addEventListener("close", () => this.connect(), { once: true });
    }
    if (this.state !== "closed" && this.state !== "waiting") return;
    clearTimeout(this.#retry);
    addEventListener("pagehide", this.#leave);
    this.state = "connecting";
    this.#session = NO_SESSION;
    this.#watch(this.#options.timeout);
    const First = this.#options.transports[0] === "websocket" ? Socket : Polling;
    this.#use(new First((name) => this.#url(name)));
  }

  /**
   * Sends text or bytes. Answers false, and sends nothing, when no session is open.
   * @param {string | ArrayBuffer | ArrayBufferView} data
   * @throws {RangeError} when the server would not take so much in one payload
   * @throws {TypeError} when text contains U+001E, which polling cannot carry
   */
  send(data) {
    if (this.state !== "open") return false;
    const packet = typeof data === "string" ? MESSAGE + data : bytesOf(data);
    if (typeof packet === "string" && packet.includes(SEPARATOR)) {
      throw new TypeError("Engine.IO text cannot contain U+001E");
    }
    if (payloadSize(packet) > this.#session.maxPayload) {
      throw new RangeError(`larger than the ${this.#session.maxPayload} bytes the server takes`);
    }
    this.#write(packet);
    return true;
  }

  /** Sends what is still queued, says goodbye, and stays closed. */
  close() {
    if (this.state === "open") {
      this.state = "closing";
      this.#write(CLOSE);
    } else if (this.state === "connecting" || this.state === "waiting") {
      this.#end("client close");
    }
  }

  /** @param {TransportName} name */
  #url(name) {
    const url = new URL(this.#options.url, location.href);
    if (name === "websocket") url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("EIO", "4");
    url.searchParams.set("transport", name);
    if (this.#session.sid) url.searchParams.set("sid", this.#session.sid);
    return url;
  }

  /** @param {Polling | Socket} transport */
  #use(transport) {
    this.#transport = transport;
    transport.onpacket = (packet) => this.#receive(packet);
    transport.onlost = (reason) => this.#end(reason);
  }

  /** @param {Packet} packet */
  #receive(packet) {
    if (typeof packet !== "string") return this.#emit("message", { data: packet });
    const data = packet.slice(1);
    switch (packet[0]) {
      case OPEN:
        return this.#open(data);
      case CLOSE:
        return this.#end("server close");
      case PING:
        this.#watch(this.#session.pingInterval + this.#session.pingTimeout);
        return this.#write(PONG + data);
      case MESSAGE:
        return this.#emit("message", { data });
      case NOOP:
        return;
      default:
        return this.#end("parse error");
    }
  }

  /** @param {string} handshake JSON */
  #open(handshake) {
    try {
      this.#session = { ...NO_SESSION, ...JSON.parse(handshake) };
    } catch {
      return this.#end("parse error");
    }
    this.#attempts = 0;
    this.state = "open";
    this.#watch(this.#session.pingInterval + this.#session.pingTimeout);
    this.#emit("open", { transport: this.transport });
    const upgrades = this.#options.transports.filter((it) => this.#session.upgrades.includes(it));
    if (this.#transport instanceof Polling && upgrades.includes("websocket")) {
      this.#upgrade(this.#transport);
    }
  }

  /**
   * Polling goes on until the probe is answered; then it comes to rest, so that nothing is in flight
   * when `5` hands the session over. That keeps messages in order, and once each.
   * @param {Polling} polling
   */
  async #upgrade(polling) {
    const probe = this.#probe = new Socket((name) => this.#url(name));
    try {
      await probe.probe(this.#options.timeout);
      this.#held = true;
      this.#emit("upgrading", {});
      await probe.orLost(Promise.all([polling.pause(), this.#flushing]));
      if (this.#probe !== probe) return; // the session ended meanwhile
      this.#use(probe);
      probe.write([UPGRADE]);
      this.#emit("upgrade", { transport: this.transport });
    } catch (error) {
      probe.abort();
      if (this.#probe !== probe) return;
      polling.resume();
      this.#emit("upgradeerror", { reason: error.message });
    } finally {
      if (this.#probe === probe) {
        this.#probe = null;
        this.#held = false;
        this.#flush();
      }
    }
  }

  /** @param {Packet} packet */
  #write(packet) {
    this.#queue.push(packet);
    this.#flush();
  }

  #flush() {
    if (this.#queue.length && !this.#flushing && !this.#held) this.#flushing = this.#drain();
  }

  async #drain() {
    await null; // what is sent in the same breath shares a payload
    const transport = this.#transport;
    try {
      while (transport && transport === this.#transport && this.#queue.length && !this.#held) {
        await transport.write(this.#queue, this.#session.maxPayload);
      }
    } catch (error) {
      if (transport === this.#transport) this.#end(error.message);
    } finally {
      this.#flushing = null;
    }
    if (this.state === "closing" && !this.#queue.length) this.#end("client close");
  }

  /** @param {number} time milliseconds within which the server has to speak */
  #watch(time) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#end("ping timeout"), time);
  }

  /** The page goes away, and there is no time to wait for anything. */
  #leave = (/** @type {PageTransitionEvent} */ event) => {
    this.#transport?.leave();
    this.#end("client close");
    if (event.persisted) addEventListener("pageshow", () => this.connect(), { once: true });
  };

  /** The only way out of a session, or of an attempt at one. @param {string} reason */
  #end(reason) {
    if (this.state === "closing") reason = "client close";
    clearTimeout(this.#watchdog);
    clearTimeout(this.#retry);
    removeEventListener("pagehide", this.#leave);
    this.#transport?.abort();
    this.#probe?.abort();
    this.#transport = this.#probe = null;
    this.#queue = [];
    this.#held = false;
    this.state = "closed";
    const retry = this.#options.reconnect && reason !== "client close" && reason !== "refused";
    this.#emit("close", { reason, opened: this.#session !== NO_SESSION, retry });
    if (retry && this.state === "closed") this.#reconnect();
  }

  #reconnect() {
    const { reconnectDelay, reconnectDelayMax } = this.#options;
    const longest = Math.min(reconnectDelay * 2 ** this.#attempts, reconnectDelayMax);
    const delay = Math.round(longest * (0.5 + Math.random() / 2)); // clients come back one by one
    this.#attempts += 1;
    this.state = "waiting";
    this.#retry = setTimeout(() => this.connect(), delay);
    this.#emit("reconnecting", { attempt: this.#attempts, delay });
  }

  /** @param {string} type @param {object} detail */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
