#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Proxies of the environment: which hosts go through them, their passwords, their failures."""
import base64
import os
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402

HOST = 'registry.example'


def closed_port() -> int:
    with socket.create_server(('127.0.0.1', 0)) as server:
        return server.getsockname()[1]


class Proxies(Scenario):

    def setUp(self):
        super().setUp()
        self.password = self.secret()
        ca = self.authority()
        self.source = self.mock(tls=ca.issue('registry', (HOST,)), basic=('me', self.password))
        self.source.seen_as = f'https://{HOST}'
        self.image = self.source.seed(images.multi_platform('proxy'), 'app', '1')
        self.target = self.mock()
        self.proxy = self.running(mock.Proxy({f'{HOST}:443': self.source}))
        self.ca = {'SSL_CERT_FILE': ca.certificate, 'no_proxy': '127.0.0.1'}

    def path(self, host=HOST, retries=0, **settings):
        return self.config(
            [self.entry(host, 'app', '1')], self.target.address,
            registries={host: {'username': 'me', 'password': self.password, **settings}},
            run={'retries': retries, 'connect_timeout': f'{2 * harness.PATIENCE}s'})

    def succeeds(self, env, **how):
        found = self.mirror(self.path(**how), '--debug', env={**self.ca, **env})
        self.assertEqual(self.target.state.tag('app', '1'), self.image.digest)
        return found

    def fails(self, env, *words, status=1, **how):
        found = self.mirror(self.path(**how), '--debug', env={**self.ca, **env}, status=status)
        for word in words:
            self.assertIn(word, found.said)
        self.assertEqual(self.target.state.check(), 0)
        return found

    # --- which variables

    def test_variables(self):
        for name in ('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'):
            with self.subTest(name=name):
                self.proxy.asked.clear()
                self.target.state.__init__()
                self.succeeds({name: self.proxy.url})
                self.assertEqual(set(self.proxy.asked), {f'{HOST}:443'})

    def test_tunnels_are_reused(self):
        self.succeeds({'https_proxy': self.proxy.url})
        self.assertLessEqual(len(self.proxy.asked), 8)
        self.assertGreater(len(self.source.requests()), len(self.proxy.asked))

    def test_no_proxy(self):
        """A host that is listed is reached without: here it has no address then."""
        for value in (HOST, 'example', '.example', f'other.test,{HOST}', f'other.test {HOST}',
                      '*'):
            with self.subTest(value=value):
                self.fails({'https_proxy': self.proxy.url, 'no_proxy': f'127.0.0.1,{value}'
                            if value != '*' else value}, 'resolve')
                self.assertEqual(self.proxy.asked, [])

    def test_no_proxy_lists_others(self):
        for value in ('', 'xample', 'registry.example.org', 'stry.example', 'registry'):
            with self.subTest(value=value):
                self.target.state.__init__()
                self.succeeds({'https_proxy': self.proxy.url, 'no_proxy': f'127.0.0.1,{value}'})

    def test_loopback_is_an_ordinary_host(self):
        """As with curl: who wants no proxy for it lists it."""
        other = mock.Proxy({self.target.address: self.target, f'{HOST}:443': self.source})
        self.running(other)
        self.succeeds({'https_proxy': other.url, 'no_proxy': None})
        self.assertIn(self.target.address, other.asked)

    # --- plain http

    def plain(self):
        """A registry that is also the proxy: it understands the absolute form."""
        near = self.mock(basic=('me', self.password))
        near.seen_as = f'http://{HOST}'
        near.seed(self.image, 'app', '1')
        return near

    def test_plain_http(self):
        near = self.plain()
        self.succeeds({'http_proxy': near.url, 'https_proxy': self.proxy.url}, plain_http=True)
        self.assertTrue(all(each.target.startswith(f'http://{HOST}/v2/')
                            for each in near.requests()))
        self.assertEqual(self.proxy.asked, [])

    def test_upper_case_is_not_for_plain_http(self):
        """HTTP_PROXY may come from a request's "Proxy:" header where a server starts us."""
        near = self.plain()
        self.fails({'HTTP_PROXY': near.url}, 'resolve', plain_http=True)
        self.assertEqual(near.requests(), [])

    # --- passwords

    def with_password(self, url):
        self.proxy_password = self.secret('Canary%2Fproxy' + os.urandom(6).hex())
        self.secret(self.proxy_password.replace('%2F', '/'))
        return url.replace('http://', f'http://agent:{self.proxy_password}@')

    def authorization(self):
        plain = f"agent:{self.proxy_password.replace('%2F', '/')}"
        return 'Basic ' + base64.b64encode(plain.encode()).decode()

    def test_password_goes_to_the_proxy_only(self):
        self.succeeds({'https_proxy': self.with_password(self.proxy.url)})
        for head in self.proxy.heads:
            self.assertIn(f'Proxy-Authorization: {self.authorization()}', head)
            self.assertNotIn(self.password, head)
            self.assertEqual(head.lower().count('authorization:'), 1, head)
        for server in (self.source, self.target):
            self.assertEqual([each for each in server.requests()
                              if each.header('Proxy-Authorization')], [])

    def test_password_is_never_shown(self):
        urls = (self.with_password(f'http://127.0.0.1:{closed_port()}'),
                self.with_password('http://no-such-proxy.invalid:3128'),
                self.with_password(self.proxy.url).replace('http:', 'gopher:'),
                self.with_password(self.proxy.url).replace('127.0.0.1', '[bad'))
        for url in urls:
            with self.subTest(url=url):
                self.fails({'https_proxy': url}, 'proxy')

    # --- failures

    def answering(self, answer: bytes):
        """A proxy that says this to everything, and how often it was asked."""
        server = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(server.close)
        asked = []

        def serve():
            while True:
                try:
                    sock = server.accept()[0]
                except OSError:
                    return
                with sock:
                    sock.recv(4096)
                    asked.append(1)
                    sock.sendall(answer)
        threading.Thread(target=serve, daemon=True).start()
        return f'http://127.0.0.1:{server.getsockname()[1]}', asked

    def test_dead_proxy(self):
        port = closed_port()
        self.fails({'https_proxy': f'http://127.0.0.1:{port}'}, f'https://{HOST}', str(port),
                   "the proxy can't be used", 'no_proxy')

    def test_unknown_proxy(self):
        self.fails({'https_proxy': 'http://no-such-proxy.invalid:3128'}, 'no-such-proxy.invalid',
                   "the proxy can't be used")

    def test_refusals(self):
        for status, code in ((407, 3), (403, 3), (502, 1), (503, 1)):
            with self.subTest(status=status):
                url, asked = self.answering(
                    f'HTTP/1.1 {status} No\r\nContent-Length: 0\r\n'
                    'Proxy-Authenticate: Basic realm="x"\r\n\r\n'.encode())
                self.fails({'https_proxy': url}, f'the proxy refuses the connection: {status}',
                           status=code, retries=1)
                if code == 3:
                    self.assertEqual(len(asked), 1, 'asked again')

    def test_refused_by_the_routes(self):
        self.proxy.routes.clear()
        self.fails({'https_proxy': self.proxy.url}, 'the proxy refuses the connection: 502')

    def test_nonsense(self):
        for answer in (b'', b'hello\r\n\r\n', b'HTTP/1.1 200 OK\r\n' + b'X: y\r\n' * 20000):
            with self.subTest(answer=answer[:30]):
                self.fails({'https_proxy': self.answering(answer)[0]})

    def test_silent_proxy(self):
        server = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(server.close)
        start = time.monotonic()
        self.fails({'https_proxy': f'http://127.0.0.1:{server.getsockname()[1]}'}, HOST)
        self.assertLess(time.monotonic() - start, 2 * (2 + 3) * harness.PATIENCE)

    def test_recovers(self):
        """One refusal for want of a way is tried again."""
        route = self.proxy.routes.pop(f'{HOST}:443')
        threading.Timer(0.5, self.proxy.routes.__setitem__, (f'{HOST}:443', route)).start()
        self.succeeds({'https_proxy': self.proxy.url}, retries=6)

    def test_certificate_is_checked_behind_a_proxy(self):
        other = self.mock(tls=self.authority().issue('other', ('other.example',)))
        self.proxy.routes[f'{HOST}:443'] = other
        self.fails({'https_proxy': self.proxy.url}, 'certificate')
        self.assertEqual(other.requests(), [])


if __name__ == '__main__':
    harness.main()
