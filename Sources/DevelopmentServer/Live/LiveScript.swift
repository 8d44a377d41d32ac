// SPDX-License-Identifier: Apache-2.0
// Part of HTTPApp.

/// The script that LiveReload puts into documents: an Engine.IO client (protocol version 4) which only
/// listens, and what it does about what it hears.
///
/// It begins with polling, which works wherever HTTP works, and goes over to a WebSocket where one
/// works too.
enum LiveScript {
  static let text = """
    // SPDX-License-Identifier: Apache-2.0
    // Part of HTTPApp.

    (() => {
      "use strict";
      const script = document.currentScript;
      if (!script || window.__live) return;
      window.__live = true;

      const engine = new URL("./", script.src);
      const root = new URL("../", script.src);
      const SEPARATOR = "\\x1e";
      let revision = script.dataset.revision;
      let failures = 0;
      let leave = () => {};

      // What is heard

      const hear = (message) => {
        const [kind, now, ...paths] = message.split("\\n");
        if (kind === "reload") {
          location.reload();
        } else if (kind === "css") {
          revision = now;
          swap(paths);
        } else if (kind === "revision" && now !== revision) {
          catchUp(now);
        }
      };

      /** This page is older than the server's files. A cache on the way may go on to send old pages, so
       *  that one reload has to be enough. */
      const catchUp = (now) => {
        revision = now;
        try {
          if (sessionStorage.getItem("__live") === now) return;
          sessionStorage.setItem("__live", now);
        } catch {
          return; // without storage nothing would end the reloading
        }
        location.reload();
      };

      // Style sheets

      const decoded = (path) => {
        try { return decodeURIComponent(path); } catch { return path; }
      };
      const pathOf = (url) => {
        const { origin, pathname } = new URL(url, document.baseURI);
        return origin === root.origin ? decoded(pathname) : "";
      };

      /** Swaps the sheets that are at these paths, or import what is; what is used in another way needs
       *  a reload. */
      const swap = async (paths) => {
        const changed = new Set(paths.map((path) => decoded(root.pathname) + path));
        const linked = new Set(), imported = new Set();
        const importsChanged = (sheet) => {
          let rules = [];
          try { rules = sheet.cssRules; } catch { /* of another origin */ }
          let found = false;
          for (const rule of rules) {
            if (!(rule instanceof CSSImportRule)) continue;
            const url = new URL(rule.href, sheet.href ?? document.baseURI);
            if (changed.has(pathOf(url))) {
              imported.add(url);
              found = true;
            }
            if (rule.styleSheet && importsChanged(rule.styleSheet)) found = true;
          }
          return found;
        };
        const superseded = new Set([...loading.values()].flat());
        const owners = [...document.querySelectorAll("link[rel~=stylesheet], style")].filter((owner) => {
          if (superseded.has(owner)) return false;
          const isChanged = owner.href ? changed.has(pathOf(owner.href)) : false;
          if (isChanged) linked.add(pathOf(owner.href));
          const imports = owner.sheet ? importsChanged(owner.sheet) : false;
          return isChanged || imports;
        });
        const swapped = new Set([...linked, ...[...imported].map(pathOf)]);
        const loaded = new Set(performance.getEntriesByType("resource").map(({ name }) => pathOf(name)));
        if ([...changed].some((path) => loaded.has(path) && !swapped.has(path))) return location.reload();
        // These keep their URLs, and so may come out of a cache.
        await Promise.allSettled([...imported].map((url) => fetch(url, { cache: "reload" })));
        owners.forEach(replace);
      };

      /** Links that are loading, and those that go when they are there. */
      const loading = new Map();

      /** The old sheet stays until the new one is there, so that the page is never without. */
      const replace = (owner) => {
        const successor = owner.cloneNode(true);
        if (owner.href) {
          const url = new URL(owner.href);
          url.searchParams.set("__live", revision);
          successor.href = url;
          const olds = [owner, ...(loading.get(owner) ?? [])];
          const done = () => {
            olds.forEach((old) => { old.remove(); loading.delete(old); });
            loading.delete(successor);
          };
          loading.set(successor, olds);
          successor.addEventListener("load", done, { once: true });
          successor.addEventListener("error", done, { once: true });
          owner.after(successor);
        } else {
          owner.replaceWith(successor);
        }
      };

      // Engine.IO

      const address = (transport, sid) => {
        const url = new URL(engine);
        url.searchParams.set("EIO", "4");
        url.searchParams.set("transport", transport);
        if (sid) url.searchParams.set("sid", sid);
        if (transport === "websocket") url.protocol = url.protocol.replace("http", "ws");
        return url;
      };

      /** One session, from the handshake to its end, which is thrown. */
      const session = async () => {
        const abort = new AbortController();
        let patience = 20_000, watchdog = 0, socket = null, upgrade = null;
        const isAlive = () => {
          clearTimeout(watchdog);
          watchdog = setTimeout(() => abort.abort(), patience);
        };
        const request = async (sid, body) => {
          const answer = await fetch(address("polling", sid), {
            method: body ? "POST" : "GET", body, cache: "no-store", signal: abort.signal,
          });
          if (!answer.ok) throw new Error(`${answer.status}`);
          return (await answer.text()).split(SEPARATOR);
        };
        const receive = (packet, pong) => {
          isAlive();
          if (packet[0] === "1") throw new Error("closed by the server");
          if (packet[0] === "2") pong("3" + packet.slice(1));
          if (packet[0] === "4") hear(packet.slice(1));
        };

        /** Resolves when the WebSocket has shown that it works. */
        const probe = (sid) => new Promise((resolve) => {
          socket = new WebSocket(address("websocket", sid));
          socket.onopen = () => socket.send("2probe");
          socket.onmessage = ({ data }) => { if (data === "3probe") resolve(true); };
          socket.onerror = socket.onclose = () => resolve(false);
        });
        /** Resolves when the WebSocket, which carries the session now, is closed. */
        const listen = () => new Promise((resolve) => {
          const end = () => { socket.close(); resolve(); };
          abort.signal.addEventListener("abort", end);
          socket.onerror = socket.onclose = end;
          socket.onmessage = ({ data }) => {
            try { receive(data, (pong) => socket.send(pong)); } catch { end(); }
          };
          socket.send("5");
        });

        leave = () => abort.abort();
        isAlive();
        try {
          const [open, ...early] = await request();
          const { sid, pingInterval, pingTimeout, upgrades } = JSON.parse(open.slice(1));
          patience = pingInterval + pingTimeout;
          failures = 0;
          const pong = (packet) => request(sid, packet).catch(() => abort.abort());
          early.forEach((packet) => receive(packet, pong));
          if (upgrades.includes("websocket")) probe(sid).then((works) => { upgrade = works; });
          // The server ends the poll that is under way when the probe arrives.
          while (!upgrade) {
            for (const packet of await request(sid)) receive(packet, pong);
          }
          await listen();
        } finally {
          clearTimeout(watchdog);
          abort.abort();
          socket?.close();
        }
      };

      let isGone = false, running = null;
      const run = async () => {
        while (!isGone) {
          try { await session(); } catch { /* it is over, however it ended */ }
          if (isGone) break;
          const delay = Math.min(200 * 1.5 ** failures++, 3000);
          await new Promise((resolve) => setTimeout(resolve, delay));
        }
        running = null;
      };
      const start = () => {
        isGone = false;
        running ??= run();
      };
      addEventListener("pagehide", () => { isGone = true; leave(); });
      addEventListener("pageshow", ({ persisted }) => { if (persisted) start(); });
      start();
    })();

    """
}
