# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""python-engineio's servers, for our client: echoes, and does what some messages ask for.

`asgi` is its asyncio server under uvicorn, `wsgi` its threaded one under Werkzeug.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from urllib.parse import parse_qs

import engineio

SEEN: list[str] = []
"""For each request of a session: transport and cookie."""


def answer(message: object, environ: dict) -> object:
    """What is sent back; `None` is for disconnecting."""
    match message:
        case "leave":
            return None
        case "json":
            return {"answer": 42, "list": [1, "ä"]}
        case "seen":
            return list(SEEN)
        case "token":
            return environ.get("HTTP_X_TOKEN", "")
        case "query":
            return environ.get("QUERY_STRING", "")
    return message


def refusal(environ: dict) -> str | None:
    """Why a client may not connect."""
    return "who are you?" if "refuse=1" in environ.get("QUERY_STRING", "") else None


def note(query: str, cookie: str) -> None:
    items = parse_qs(query)
    if "sid" in items:
        SEEN.append(f"{items['transport'][0]} {cookie}")


def said(event: str) -> None:
    print(event, flush=True)


def asgi(options: dict) -> None:
    import uvicorn

    server = engineio.AsyncServer(async_mode="asgi", async_handlers=False, **options)
    environs: dict[str, dict] = {}

    @server.on("connect")
    async def connect(sid: str, environ: dict) -> object:
        environs[sid] = environ
        return refusal(environ)

    @server.on("message")
    async def message(sid: str, data: object) -> None:
        reply = answer(data, environs[sid])
        await (server.disconnect(sid) if reply is None else server.send(sid, reply))

    @server.on("disconnect")
    async def disconnect(sid: str, reason: str) -> None:
        said(f"disconnected: {reason}")

    app = engineio.ASGIApp(server)

    async def noting(scope: dict, receive: object, send: object) -> None:
        if scope["type"] != "lifespan":
            cookies = [value.decode() for name, value in scope["headers"] if name == b"cookie"]
            note(scope["query_string"].decode(), "; ".join(cookies))
        await app(scope, receive, send)

    async def run() -> None:
        host = uvicorn.Server(uvicorn.Config(noting, port=0, log_level="error", ws="websockets-sansio"))
        host.capture_signals = contextlib.nullcontext  # ours end it
        serving = asyncio.create_task(host.serve())
        while not host.started:
            await asyncio.sleep(0.01)
        said(f"http://127.0.0.1:{host.servers[0].sockets[0].getsockname()[1]}")
        await serving

    asyncio.run(run())


def wsgi(options: dict) -> None:
    import logging

    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = engineio.Server(async_mode="threading", async_handlers=False, **options)
    environs: dict[str, dict] = {}

    @server.on("connect")
    def connect(sid: str, environ: dict) -> object:
        environs[sid] = environ
        return refusal(environ)

    @server.on("message")
    def message(sid: str, data: object) -> None:
        reply = answer(data, environs[sid])
        server.disconnect(sid) if reply is None else server.send(sid, reply)

    @server.on("disconnect")
    def disconnect(sid: str, reason: str) -> None:
        said(f"disconnected: {reason}")

    app = engineio.WSGIApp(server)

    def noting(environ: dict, start_response: object) -> object:
        note(environ.get("QUERY_STRING", ""), environ.get("HTTP_COOKIE", ""))
        return app(environ, start_response)

    host = make_server("127.0.0.1", 0, noting, threaded=True)
    said(f"http://127.0.0.1:{host.port}")
    host.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["asgi", "wsgi"])
    parser.add_argument("--ping-interval", type=float, default=25)
    parser.add_argument("--ping-timeout", type=float, default=20)
    parser.add_argument("--cookie")
    arguments = vars(parser.parse_args())
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    kind = arguments.pop("kind")
    sys.exit((asgi if kind == "asgi" else wsgi)(arguments))


main()
