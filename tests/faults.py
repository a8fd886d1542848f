"""A proxy that spoils what a server says, to see who notices."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Fault:
    """What to do to the next `times` requests that match; for ever with -1."""

    match: str
    how: str
    """`503`, `cut` in the middle of the answer, `stall` in the middle, `refuse`."""
    times: int = -1
    after: int = 0
    """Requests that match and are let through first."""

    def hits(self, line: str) -> bool:
        if not self.times or not re.search(self.match, line):
            return False
        if self.after:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Proxy:
    """One request a connection, passed on to a server on loopback."""

    upstream: int
    faults: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    slow: float = 0.0

    def __post_init__(self):
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self, *faults):
        with self._lock:
            self.faults, self.seen = list(faults), []

    def close(self):
        self._server.close()

    def requests(self, match):
        return [line for line in self.seen if re.search(match, line)]

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(
                    target=self._serve, args=(client,), daemon=True
                ).start()

    def _serve(self, client):
        with client, contextlib.suppress(OSError):
            request = self._request(client)
            line = request.partition(b"\r\n")[0].decode("latin-1")
            with self._lock:
                self.seen.append(line)
                fault = next((one for one in self.faults if one.hits(line)), None)
            time.sleep(self.slow)
            self._answer(client, request, fault.how if fault else "")

    def _request(self, client):
        data = b""
        while b"\r\n\r\n" not in data:
            part = client.recv(1 << 16)
            if not part:
                raise ConnectionResetError
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        if re.search(rb"(?i)\r\nexpect: 100", head):
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        while found and len(body) < int(found[1]):
            body += client.recv(1 << 16)
        head = re.sub(rb"(?i)\r\n(connection|expect):[^\r]*", b"", head)
        return head + b"\r\nConnection: close\r\n\r\n" + body

    def _answer(self, client, request, how):
        if how == "503":
            body = (
                b"<Error><Code>ServiceUnavailable</Code><Message>busy</Message></Error>"
            )
            if request.startswith(b"HEAD"):
                body = b""
            head = f"HTTP/1.1 503 Slow Down\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            client.sendall(head.encode() + body)
            return
        if how == "refuse":
            self._hang_up(client)
            return
        with socket.create_connection(("127.0.0.1", self.upstream)) as server:
            server.sendall(request)
            answer = b"".join(iter(lambda: server.recv(1 << 16), b""))
        if how:  # in the middle of the body, where there is one
            body = answer.index(b"\r\n\r\n") + 4
            client.sendall(answer[: (body + len(answer)) // 2])
            if how == "stall":
                time.sleep(120)
            self._hang_up(client)
        else:
            client.sendall(answer)

    @staticmethod
    def _hang_up(client):
        """Reset the connection instead of ending it."""
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextlib.contextmanager
def served(*command, port="--port"):
    """The port at which a server in a process of its own answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    with subprocess.Popen(
        [*command, port, str(number)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", number)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield number
        process.terminate()
