# SPDX-License-Identifier: Apache-2.0
"""A CONNECT proxy that leads public host names to servers of the tests."""
import socket
import threading


class Proxy:
    """routes: {'registry.example:443': server}. Everything else is refused with 502."""

    def __init__(self, routes):
        self.routes = dict(routes)
        self.asked = []  # "host:port", one a CONNECT
        self.heads = []
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=128)
        self.url = f'http://127.0.0.1:{self.listener.getsockname()[1]}'
        threading.Thread(target=self._accept, daemon=True).start()

    def environment(self) -> dict:
        return {'HTTPS_PROXY': self.url, 'https_proxy': self.url,
                'NO_PROXY': '127.0.0.1,localhost', 'no_proxy': '127.0.0.1,localhost'}

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock) -> None:
        head = b''
        try:
            while b'\r\n\r\n' not in head:
                data = sock.recv(4096)
                if not data:
                    return sock.close()
                head += data
            method, name = head.decode('latin-1').split(' ')[:2]
            self.asked.append(name)
            self.heads.append(head.decode('latin-1'))
            server = self.routes.get(name)
            if method != 'CONNECT' or server is None:
                sock.sendall(b'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')
                return sock.close()
            other = socket.create_connection(('127.0.0.1', server.port))
            sock.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
        except OSError:
            return sock.close()
        threading.Thread(target=self._pump, args=(sock, other), daemon=True).start()
        self._pump(other, sock)
        return None

    @staticmethod
    def _pump(source, sink) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self) -> None:
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
