// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

// The chat page: what the server says goes onto the page, what the reader does goes to the server.
// Text from others only ever reaches the page through `textContent`.

import { Badge } from "./badge.js";
import { EngineIOClient } from "./engineio.js";
import { MessageLog } from "./log.js";

const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const TYPING_REFRESH = 3000; // ms after which "still typing" is said again, and a pause is a stop
const TYPING_EXPIRY = 8000; // ms after which somebody who said nothing more has stopped
const LONGEST = 2000;

const pollingOnly = new URLSearchParams(location.search).get("transport") === "polling";
const client = new EngineIOClient({
  url: new URL("engine.io/", document.baseURI),
  transports: pollingOnly ? ["polling"] : ["polling", "websocket"],
});
const log = new MessageLog($("log"), $("unread"));
new Badge($("connection"), client);

/** What the server calls us; empty until it has welcomed us. */
let me = "";
let wanted = localStorage.getItem("name") ?? "";
/** @type {Set<string>} */
let people = new Set();
/** @type {Map<string, number>} name to expiry timer */
const typists = new Map();

// From the server

const receive = {
  welcome({ you, people: here, history }) {
    const again = me !== "";
    me = you;
    people = new Set(here);
    log.me = you;
    log.addHistory(history);
    log.addNote(again ? "You are back" : `You joined as ${you}`);
    showRoom();
    showPeople();
  },
  joined({ name }) {
    if (people.has(name)) return;
    people.add(name);
    log.addNote(`${name} joined`);
    showPeople();
  },
  left({ name }) {
    if (!people.delete(name)) return;
    setTyping(name, false);
    log.addNote(`${name} left`);
    showPeople();
  },
  said(message) {
    setTyping(message.name, false);
    log.addMessage(message);
  },
  typing({ name, typing }) {
    setTyping(name, typing);
  },
  error({ message }) {
    if (me) return log.addNote(message, "error");
    showWelcome(message);
  },
};

client.addEventListener("message", ({ detail }) => {
  const message = JSON.parse(detail.data);
  if (Object.hasOwn(receive, message.type)) receive[message.type](message);
});

// The connection

client.addEventListener("open", () => tell({ type: "join", name: wanted }));

client.addEventListener("close", ({ detail }) => {
  for (const name of typists.keys()) setTyping(name, false);
  typing.forget();
  $("send").disabled = true;
  // The countdown is for the eye only; once is enough for the ear.
  if (detail.opened && detail.retry) $("announcement").textContent = "Connection lost, reconnecting";
  if (detail.reason === "refused") showWelcome("The server did not let you in.");
});

let countdown = 0;
client.addEventListener("reconnecting", ({ detail }) => {
  const due = Date.now() + detail.delay;
  const what = me ? "Connection lost." : "The server cannot be reached.";
  const show = () => {
    const seconds = Math.ceil((due - Date.now()) / 1000);
    const when = seconds > 1 ? `in ${seconds} seconds` : "now";
    $("trouble-text").textContent = `${what} Trying again ${when}.`;
  };
  clearInterval(countdown);
  countdown = setInterval(show, 1000);
  show();
  $("trouble").hidden = false;
});

$("retry").addEventListener("click", () => client.connect());
const hurry = () => !document.hidden && client.state === "waiting" && client.connect();
addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);

/** @param {object} message */
function tell(message) {
  return client.send(JSON.stringify(message));
}

// Coming and going

$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = $("name").value.trim();
  if (!name) return showWelcome("Please choose a name.");
  localStorage.setItem("name", name);
  enter(name);
});

$("leave").addEventListener("click", () => {
  localStorage.removeItem("name");
  client.close();
  showWelcome("");
});

/** @param {string} name */
function enter(name) {
  wanted = name;
  setJoining(true);
  if (!tell({ type: "join", name })) client.connect(); // and join when it is open
}

/** @param {string} problem */
function showWelcome(problem) {
  me = "";
  log.clear();
  clearInterval(countdown);
  $("room").hidden = $("trouble").hidden = $("show-people").hidden = true;
  $("welcome").hidden = false;
  $("name").value ||= wanted;
  $("name-error").textContent = problem;
  $("name").setAttribute("aria-invalid", String(problem !== ""));
  setJoining(false);
  $("name").focus();
}

/** @param {boolean} joining */
function setJoining(joining) {
  $("join-button").disabled = joining;
  $("join-button").textContent = joining ? "Joining …" : "Join";
}

function showRoom() {
  clearInterval(countdown);
  $("announcement").textContent = "";
  const arriving = $("room").hidden;
  $("welcome").hidden = $("trouble").hidden = true;
  $("room").hidden = $("show-people").hidden = false;
  $("send").disabled = false;
  if (!arriving) return;
  log.toEnd();
  if (matchMedia("(pointer: fine)").matches) $("text").focus(); // no keyboard over the history
}

// Who is here, and who is typing

function showPeople() {
  const others = [...people].filter((name) => name !== me).sort((a, b) => a.localeCompare(b));
  const items = [me, ...others].map((name) => {
    const item = document.createElement("li");
    item.append(log.avatar(name), log.element("span", "name", name));
    if (name === me) item.append(log.element("span", "you", "you"));
    return item;
  });
  $("people-list").replaceChildren(...items);
  $("head-count").textContent = people.size;
}

$("show-people").addEventListener("click", () => togglePeople());
addEventListener("click", ({ target }) => {
  if (!$("people").contains(target) && !$("show-people").contains(target)) togglePeople(false);
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  $("connection").open = false;
  togglePeople(false);
});

function togglePeople(shown = !$("people").classList.contains("shown")) {
  $("people").classList.toggle("shown", shown);
  $("show-people").setAttribute("aria-expanded", String(shown));
}

/** @param {string} name @param {boolean} typing */
function setTyping(name, typing) {
  clearTimeout(typists.get(name));
  typists.delete(name);
  if (typing) typists.set(name, setTimeout(() => setTyping(name, false), TYPING_EXPIRY));
  const names = [...typists.keys()];
  const some = names.length > 3
    ? "Several people are"
    : new Intl.ListFormat("en").format(names) + (names.length === 1 ? " is" : " are");
  $("typing").textContent = names.length ? `${some} typing …` : "";
}

/** What we tell the others about our own typing. */
const typing = {
  said: 0, // when we last said so; 0: they think that we are not typing
  pause: 0,
  /** @param {boolean} now */
  set(now) {
    clearTimeout(this.pause);
    if (now) this.pause = setTimeout(() => this.set(false), TYPING_REFRESH);
    if (now ? Date.now() - this.said < TYPING_REFRESH : !this.said) return;
    this.said = now ? Date.now() : 0;
    tell({ type: "typing", typing: now });
  },
  forget() {
    clearTimeout(this.pause);
    this.said = 0;
  },
};

// Writing

$("text").addEventListener("input", () => {
  typing.set($("text").value.trim() !== "");
  const left = LONGEST - $("text").value.length;
  $("left-over").textContent = left <= 200 ? `${left} left` : "";
});

$("text").addEventListener("blur", () => typing.set(false));

$("text").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("compose").requestSubmit();
});

$("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text || !tell({ type: "say", text })) return; // what could not be sent stays in the field
  typing.forget(); // saying something ends it for the others too
  $("compose").reset();
  $("left-over").textContent = "";
  $("text").focus();
  log.toEnd();
});

showWelcome("");
if (wanted) enter(wanted);
