# SPDX-License-Identifier: Apache-2.0
"""An HTTP/1.1 server by sockets that can misbehave in every way and keeps a journal."""
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from .wire import Gone, Reader, Response, send_response

KEEP_BODY = 1 << 16
DRAIN = 1 << 18


@dataclass
class Entry:
    """One request, as the journal has it."""
    number: int
    connection: int
    method: str
    target: str
    headers: list
    time: float
    body: bytes = b''  # its beginning
    body_length: int = 0
    status: int = 0  # 0: no answer
    sent: int = 0  # bytes of the answer's body
    end: float = 0.0
    fault: str = ''
    facts: dict = field(default_factory=dict)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def header(self, name: str):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def text(self) -> str:
        """Everything that the client said, to look for secrets in."""
        lines = [f'{self.method} {self.target}', *(f'{k}: {v}' for k, v in self.headers)]
        return unquote('\n'.join(lines)) + '\n' + '\n'.join(lines) + '\n' + \
            unquote(self.body.decode('utf-8', 'replace'))

    def __str__(self) -> str:
        return f'{self.method} {self.target} -> {self.status}'


def most_at_once(entries) -> int:
    """How many of these requests were under way at the same time."""
    events = sorted([(each.time, 1) for each in entries] + [(each.end, -1) for each in entries])
    most = now = 0
    for _, step in events:
        now += step
        most = max(most, now)
    return most


class Request:
    """What a handler gets. The body is read when it is asked for."""

    def __init__(self, entry: Entry, connection):
        self.entry = entry
        self.method = entry.method
        self.path = unquote(entry.path)
        self.query = entry.query
        self.connection = connection
        self.header = entry.header
        self.length = int(entry.header('Content-Length') or 0)
        self.chunked = 'chunked' in (entry.header('Transfer-Encoding') or '').lower()
        self.expects = (entry.header('Expect') or '').lower() == '100-continue'
        self.unread = bool(self.length or self.chunked)

    def body(self, limit=None) -> bytes:
        """The whole body; with a limit it stops there and leaves the rest unread."""
        if not self.unread:
            return b''
        if self.expects:
            self.connection.write(b'HTTP/1.1 100 Continue\r\n\r\n')
        reader = self.connection.reader
        if limit is not None:
            data = reader.exactly(min(limit, self.length))
        else:
            data = reader.chunks() if self.chunked else reader.exactly(self.length)
            self.unread = False
        self.entry.body_length += len(data)
        self.entry.body += data[:KEEP_BODY - len(self.entry.body)]
        return data


class Connection:
    """One accepted connection in a thread of its own."""

    def __init__(self, server, sock, number):
        self.server = server
        self.sock = sock
        self.number = number
        self.reader = Reader(sock)

    def write(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise Gone from error

    def serve(self) -> None:
        try:
            while self._serve_one():
                pass
        except (Gone, OSError):
            pass
        finally:
            self.server.forget(self)

    def _serve_one(self) -> bool:
        head = self.reader.head()
        if head is None:
            return False
        method, target, headers = head
        entry = self.server.enter(self.number, method, target, headers)
        request = Request(entry, self)
        try:
            response = self.server.handler(request)
            return self._answer(request, response)
        finally:
            entry.end = time.monotonic()

    def _answer(self, request: Request, response: Response) -> bool:
        entry = request.entry
        big = request.unread and (request.expects or request.chunked or request.length > DRAIN)
        keep = not big and (request.header('Connection') or '').lower() != 'close'
        entry.status = response.status
        send_response(self, entry, response, keep)
        if request.unread:
            request.expects = False
            if not big:
                request.body()
            else:
                self._linger()
        return keep and response.keeps_connection()

    def _linger(self) -> None:
        """Closes without a reset, so that the answer reaches a client that is still writing."""
        self.sock.settimeout(0.5)
        try:
            self.sock.shutdown(socket.SHUT_WR)
            for _ in range(64):
                if not self.sock.recv(65536):
                    break
        except OSError:
            pass

    def close(self, reset=False) -> None:
        try:
            if reset:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                     b'\x01\0\0\0\0\0\0\0')
            else:
                self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


class Server:
    """Listens on a free loopback port; handler(Request) -> Response runs in many threads."""

    def __init__(self, handler=None, tls=None, host='127.0.0.1', name=None):
        self.handler = handler or self.handle
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*map(str, tls))
        self.name = name or host
        self.journal = []
        self.connections = 0  # that carried HTTP
        self.tls_trials = 0  # TLS greetings on a plain port
        self.downgrades = 0  # plain requests on a TLS port
        self.lock = threading.Lock()
        self.open = set()
        self.listener = socket.create_server((host, 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f'{self.name}:{self.port}'

    @property
    def url(self) -> str:
        return f'{"https" if self.context else "http"}://{self.address}'

    def handle(self, request: Request) -> Response:
        raise NotImplementedError

    def enter(self, connection, method, target, headers) -> Entry:
        with self.lock:
            entry = Entry(len(self.journal) + 1, connection, method, target, headers,
                          time.monotonic())
            self.journal.append(entry)
            return entry

    def _accept(self) -> None:
        while not self.closed:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._greet, args=(sock,), daemon=True).start()

    def _greet(self, sock) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            first = sock.recv(1, socket.MSG_PEEK)
            if self.context:
                if first and first != b'\x16':
                    self.downgrades += 1
                    sock.close()
                    return
                sock = self.context.wrap_socket(sock, server_side=True,
                                                do_handshake_on_connect=False)
                self._handshake(sock)
            elif first == b'\x16':
                with self.lock:
                    self.tls_trials += 1
                sock.sendall(b'HTTP/1.0 400 Bad Request\r\n\r\n')
                sock.close()
                return
        except (OSError, ssl.SSLError):
            sock.close()
            return
        if not first:
            sock.close()
            return
        with self.lock:
            self.connections += 1
            connection = Connection(self, sock, self.connections)
            self.open.add(connection)
        connection.serve()

    @staticmethod
    def _handshake(sock) -> None:
        """Refuses without a reset, so that the alert reaches the client."""
        try:
            sock.do_handshake()
        except (OSError, ssl.SSLError):
            sock.settimeout(0.5)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
            raise

    def forget(self, connection: Connection) -> None:
        with self.lock:
            self.open.discard(connection)
        connection.close()

    def stop(self) -> None:
        self.closed = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        with self.lock:
            connections = list(self.open)
        for connection in connections:
            connection.close()

    def clear(self) -> None:
        """Forgets the journal, not the state."""
        with self.lock:
            self.journal = []
            self.connections = 0
            self.tls_trials = 0

    def requests(self, pattern='') -> list:
        """The journal's entries whose 'METHOD target' matches a regular expression."""
        with self.lock:
            return [entry for entry in self.journal
                    if re.search(pattern, f'{entry.method} {unquote(entry.target)}')]
