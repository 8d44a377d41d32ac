// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/**
 * A small Engine.IO client for browsers: protocol version 4, no dependency, one file.
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

/** @typedef {string | Uint8Array} Packet text with its type digit in front, or a binary message */
/** @typedef {"polling" | "websocket"} TransportName */

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

const OPEN = "0", CLOSE = "1", PING = "2", PONG = "3", MESSAGE = "4", UPGRADE = "5", NOOP = "6";
const INVALID = "";
const SEPARATOR = "\x1e"; // between the packets of one polling payload
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
    const Transport = this.#options.transports[0] === "websocket" ? Socket : Polling;
    this.#use(new Transport((name) => this.#url(name)));
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

/** What both transports have in common: after `abort()` nothing is heard of them any more. */
class Transport {
  onpacket = (/** @type {Packet} */ _) => {};
  onlost = (/** @type {string} */ _) => {};

  abort() {
    this.onpacket = this.onlost = () => {};
  }
}

/** Long polling: one GET always waits for packets, POSTs carry ours. */
class Polling extends Transport {
  name = /** @type {const} */ ("polling");
  #url;
  #abort = new AbortController();
  #paused = false;
  #polling;

  /** @param {(name: TransportName) => URL} url */
  constructor(url) {
    super();
    this.#url = url;
    this.#polling = this.#poll();
  }

  async #poll() {
    try {
      while (!this.#paused && !this.#abort.signal.aborted) {
        const payload = await this.#request({});
        for (const packet of payload.split(SEPARATOR)) this.onpacket(decode(packet));
      }
    } catch (error) {
      this.onlost(error.message);
    }
  }

  /** Resolves when no GET is in flight any more. */
  pause() {
    this.#paused = true;
    return this.#polling;
  }

  resume() {
    this.#paused = false;
    this.#polling = this.#polling.then(() => this.#poll());
  }

  /**
   * Posts as many packets from the front of the queue as fit into one payload, at least one.
   * @param {Packet[]} queue @param {number} maxPayload bytes
   */
  async write(queue, maxPayload) {
    let size = payloadSize(queue[0]);
    let count = 1;
    for (; count < queue.length; count += 1) {
      size += SEPARATOR.length + payloadSize(queue[count]);
      if (size > maxPayload) break;
    }
    const body = queue.splice(0, count).map(encode).join(SEPARATOR);
    await this.#request({ method: "POST", body });
  }

  /** @param {RequestInit} init @returns {Promise<string>} the answer's body */
  async #request(init) {
    const request = { ...init, cache: /** @type {const} */ ("no-store"), signal: this.#abort.signal };
    const failed = () => { throw new Error("transport error"); };
    const response = await fetch(this.#url(this.name), request).catch(failed);
    if (response.status === 401 || response.status === 403) throw new Error("refused");
    return response.ok ? response.text().catch(failed) : failed();
  }

  /** A beacon outlives the page. */
  leave() {
    this.abort();
    const url = this.#url(this.name);
    if (url.searchParams.has("sid")) navigator.sendBeacon(url, CLOSE);
  }

  abort() {
    super.abort();
    this.#abort.abort();
  }
}

/** A WebSocket: every packet is a frame of its own. */
class Socket extends Transport {
  name = /** @type {const} */ ("websocket");
  #socket;

  /** @param {(name: TransportName) => URL} url */
  constructor(url) {
    super();
    this.#socket = new WebSocket(url(this.name));
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onclose = () => this.onlost("transport close");
    this.#socket.onmessage = ({ data }) =>
      this.onpacket(typeof data === "string" ? data : new Uint8Array(data));
  }

  get isOpen() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Resolves when the server has answered `2probe`. @param {number} timeout milliseconds */
  probe(timeout) {
    const timer = setTimeout(() => this.onlost("probe timeout"), timeout);
    const answer = new Promise((resolve) => {
      this.onpacket = (packet) =>
        packet === `${PONG}probe` ? resolve(packet) : this.onlost("probe failed");
      this.#socket.onopen = () => this.#socket.send(`${PING}probe`);
    });
    return this.orLost(answer).finally(() => clearTimeout(timer));
  }

  /** Rejects when the socket is lost first. @param {Promise<unknown>} promise */
  orLost(promise) {
    return new Promise((resolve, reject) => {
      this.onlost = (reason) => reject(new Error(reason));
      promise.then(resolve, reject);
    });
  }

  /** @param {Packet[]} queue */
  async write(queue) {
    for (const packet of queue.splice(0)) this.#socket.send(packet);
  }

  leave() {
    if (this.isOpen) this.#socket.send(CLOSE);
  }

  abort() {
    super.abort();
    this.#socket.close();
  }
}

/** @param {ArrayBuffer | ArrayBufferView} data @returns a copy: the caller may reuse its buffer */
function bytesOf(data) {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
    : new Uint8Array(data).slice();
}

/** @param {Packet} packet @returns {string} the packet as a polling payload carries it */
function encode(packet) {
  if (typeof packet === "string") return packet;
  let binary = "";
  for (const byte of packet) binary += String.fromCharCode(byte);
  return `b${btoa(binary)}`;
}

/** @param {string} packet @returns {Packet} */
function decode(packet) {
  if (packet[0] !== "b") return packet;
  try {
    return Uint8Array.from(atob(packet.slice(1)), (character) => character.charCodeAt(0));
  } catch {
    return INVALID;
  }
}

/** @param {Packet} packet @returns {number} bytes it takes in a polling payload */
function payloadSize(packet) {
  if (typeof packet !== "string") return 1 + 4 * Math.ceil(packet.length / 3);
  return new TextEncoder().encode(packet).length;
}
