# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 on the wire: reading requests, and writing answers whole or broken."""
import http
import time
from dataclasses import dataclass, field

PIECE = 1 << 16


class Gone(Exception):
    """The connection is over, by the client's will or by a fault's."""


class Reader:
    """Buffered reading from a socket."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = bytearray()

    def _fill(self) -> bool:
        try:
            data = self.sock.recv(PIECE)
        except OSError as error:
            raise Gone from error
        self.buffer += data
        return bool(data)

    def _take(self, count: int) -> bytes:
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def line(self) -> bytes:
        while b'\n' not in self.buffer:
            if len(self.buffer) > 1 << 20 or not self._fill():
                raise Gone
        return self._take(self.buffer.index(b'\n') + 1).rstrip(b'\r\n')

    def head(self):
        """(method, target, headers) or None at the end."""
        while not self.buffer:
            if not self._fill():
                return None
        method, target, _ = self.line().decode('latin-1').split(' ', 2)
        headers = []
        while line := self.line():
            key, _, value = line.decode('latin-1').partition(':')
            headers.append((key, value.strip()))
        return method, target, headers

    def exactly(self, count: int) -> bytes:
        parts = []
        while count:
            if not self.buffer and not self._fill():
                raise Gone
            part = self._take(min(count, len(self.buffer)))
            count -= len(part)
            parts.append(part)
        return b''.join(parts)

    def chunks(self) -> bytes:
        parts = []
        while size := int(self.line().split(b';')[0], 16):
            parts.append(self.exactly(size))
            self.line()
        while self.line():
            pass
        return b''.join(parts)


@dataclass
class Response:
    """An answer and the way it is sent. framing: length, chunked, close, http10. cut: the body
    stops after so many bytes and the connection ends in the way of `end` (close or reset).
    rate: bytes a second; delay: seconds before the head; head_rate: bytes a second of the head;
    raw_head: bytes sent instead of status line and headers; extra: bytes beyond the body."""
    status: int
    headers: list = field(default_factory=list)
    body: bytes = b''
    framing: str = 'length'
    length: int = None  # declared; default: the body's
    cut: int = None
    end: str = 'close'
    rate: float = 0
    delay: float = 0
    head_rate: float = 0
    raw_head: bytes = None
    silent: bool = False  # no answer at all: ends the connection
    no_body: bool = False  # an answer to HEAD

    def header(self, name: str):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def set(self, name: str, value) -> 'Response':
        """Sets a header, or removes it when the value is None."""
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, str(value)))
        return self

    def keeps_connection(self) -> bool:
        return (self.cut is None and not self.silent and self.raw_head is None
                and self.framing in ('length', 'chunked'))


def reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return 'Unknown'


def head_of(response: Response, keep: bool) -> bytes:
    if response.raw_head is not None:
        return response.raw_head
    version = '1.0' if response.framing == 'http10' else '1.1'
    lines = [f'HTTP/{version} {response.status} {reason(response.status)}']
    headers = list(response.headers)
    if response.framing == 'chunked' and not response.no_body:
        headers.append(('Transfer-Encoding', 'chunked'))
    elif response.framing == 'length' and response.status != 204:
        length = len(response.body) if response.length is None else response.length
        headers.append(('Content-Length', str(length)))
    if not keep or response.framing in ('close', 'http10'):
        headers.append(('Connection', 'close'))
    lines += [f'{key}: {value}' for key, value in headers]
    return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1')


def send_paced(connection, data: bytes, rate: float) -> None:
    if not rate:
        connection.write(data)
        return
    step = max(1, int(rate / 20))
    for start in range(0, len(data), step):
        if connection.server.closed:
            raise Gone
        connection.write(data[start:start + step])
        time.sleep(step / rate)


def wait(connection, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if connection.server.closed:
            raise Gone
        time.sleep(min(0.05, max(0, end - time.monotonic())))


def send_response(connection, entry, response: Response, keep: bool) -> None:
    wait(connection, response.delay)
    if response.silent:
        entry.status = 0
        connection.close(reset=response.end == 'reset')
        raise Gone
    send_paced(connection, head_of(response, keep), response.head_rate)
    body = b'' if response.no_body else response.body
    whole = len(body)
    if response.cut is not None:
        body = body[:response.cut if response.cut >= 0 else whole + response.cut]
    chunked = response.framing == 'chunked' and not response.no_body
    step = PIECE if not response.rate else max(1, int(response.rate / 20))
    for start in range(0, len(body), step):
        part = body[start:start + step]
        if chunked:
            connection.write(b'%x\r\n%s\r\n' % (len(part), part))
        else:
            connection.write(part)
        entry.sent += len(part)
        if response.rate:
            wait(connection, len(part) / response.rate)
    if response.cut is not None:
        if response.end == 'reset':
            wait(connection, 0.05)  # let what was sent be read before the reset discards it
        connection.close(reset=response.end == 'reset')
        raise Gone
    if chunked:
        connection.write(b'0\r\n\r\n')
