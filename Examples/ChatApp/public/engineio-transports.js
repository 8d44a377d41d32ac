// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

// What carries Engine.IO packets between `engineio.js` and the server: requests, or a WebSocket.

/** @typedef {string | Uint8Array} Packet text with its type digit in front, or a binary message */
/** @typedef {"polling" | "websocket"} TransportName */

export const OPEN = "0", CLOSE = "1", PING = "2", PONG = "3";
export const MESSAGE = "4", UPGRADE = "5", NOOP = "6";
/** Between the packets of one polling payload. */
export const SEPARATOR = "\x1e";
const INVALID = ""; // a packet that no receiver takes for a good one

/** What both transports have in common: after `abort()` nothing is heard of them any more. */
class Transport {
  onpacket = (/** @type {Packet} */ _) => {};
  onlost = (/** @type {string} */ _) => {};

  abort() {
    this.onpacket = this.onlost = () => {};
  }
}

/** Long polling: one GET always waits for packets, POSTs carry ours. */
export class Polling extends Transport {
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
export class Socket extends Transport {
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
export function bytesOf(data) {
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
export function payloadSize(packet) {
  if (typeof packet !== "string") return 1 + 4 * Math.ceil(packet.length / 3);
  return new TextEncoder().encode(packet).length;
}
