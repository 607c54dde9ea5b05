# SPDX-License-Identifier: Apache-2.0
"""Debian's docker-registry on a free loopback port: plain, TLS, basic auth or token auth."""
import base64
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from harness import PATIENCE, tool
from images import Image, check_graph

LINE = re.compile(r'^(\S+) - \S* \[[^]]*\] "(\S+) (\S+) \S+" (\d+) (\d+|-)')


@dataclass
class Access:
    """One line of the access log."""
    method: str
    target: str
    status: int
    sent: int

    def __str__(self) -> str:
        return f'{self.method} {self.target} -> {self.status}'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def password_file(path: Path, user: str, password: str) -> Path:
    """An htpasswd file with bcrypt, the only kind that docker-registry reads."""
    if shutil.which('htpasswd'):
        line = subprocess.run(['htpasswd', '-Bbn', '-C', '4', user, password], check=True,
                              capture_output=True, text=True).stdout.strip()
    else:
        try:
            import crypt
            salt = crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)
            line = f'{user}:{crypt.crypt(password, salt)}'
        except (ImportError, AttributeError):
            tool('htpasswd')
    path.write_text(line + '\n', encoding='utf-8')
    return path


class Registry:
    """tls: (certificate, key) paths; basic: (user, password); token: a TokenServer whose signer
    is a TokenSigner; foreign: accept manifests with foreign layers; program: another
    distribution registry; level: of its log beside the access log, of which connections()
    needs 'info'."""

    def __init__(self, folder, tls=None, basic=None, token=None, foreign=True, program=None,
                 level='info'):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.program = program or tool('docker-registry')
        self.tls = tls
        self.basic = basic
        self.token = token
        self.foreign = foreign
        self.level = level
        self.log = self.folder / 'log'
        self.process = None
        self.offset = 0
        self.port = 0
        self.start()

    @property
    def address(self) -> str:
        return f'127.0.0.1:{self.port}'

    @property
    def url(self) -> str:
        return f'{"https" if self.tls else "http"}://{self.address}'

    def _config(self) -> dict:
        http_options = {'addr': self.address, 'secret': 'not-a-secret', 'relativeurls': False}
        if self.tls:
            http_options['tls'] = {'certificate': str(self.tls[0]), 'key': str(self.tls[1])}
        found = {
            'version': '0.1',
            'log': {'level': self.level, 'formatter': 'json', 'accesslog': {'disabled': False}},
            'storage': {'filesystem': {'rootdirectory': str(self.folder / 'storage')},
                        'delete': {'enabled': True}},
            'http': http_options}
        if self.foreign:
            found['validation'] = {'manifests': {'urls': {'allow': ['.*']}}}
        if self.basic:
            path = password_file(self.folder / 'htpasswd', *self.basic)
            found['auth'] = {'htpasswd': {'realm': 'test', 'path': str(path)}}
        if self.token:
            found['auth'] = {'token': {
                'realm': self.token.realm, 'service': self.token.service,
                'issuer': self.token.signer.issuer,
                'rootcertbundle': str(self.token.signer.authority.certificate)}}
        return found

    def start(self) -> None:
        for _ in range(5):
            self.port = self.port or free_port()
            path = self.folder / 'config.yml'
            path.write_text(json.dumps(self._config()), encoding='utf-8')  # JSON is YAML
            with open(self.log, 'ab') as log:
                self.process = subprocess.Popen(
                    [self.program, 'serve', str(path)], stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, cwd=self.folder, env={'PATH': os.environ.get('PATH', ''),
                                                      'OTEL_TRACES_EXPORTER': 'none'})
            if self._wait():
                return
            self.port = 0
        raise RuntimeError(f'docker-registry does not start:\n{self.log.read_text()[-2000:]}')

    def _wait(self) -> bool:
        end = time.monotonic() + 10 * PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.02)
        self.stop()
        return False

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def wipe(self) -> None:
        """Removes all that it holds."""
        shutil.rmtree(self.folder / 'storage', ignore_errors=True)

    # --- what it was asked

    def _read_log(self) -> str:
        """The log since the last clear(), once it has come to rest: a line is written after the
        answer."""
        size = -1
        while size != self.log.stat().st_size:
            size = self.log.stat().st_size
            time.sleep(0.05)
        with open(self.log, encoding='utf-8', errors='replace') as log:
            log.seek(self.offset)
            return log.read()

    def clear(self) -> None:
        self._read_log()
        self.offset = self.log.stat().st_size

    def requests(self, pattern='') -> list:
        """Access lines whose 'METHOD target' matches a regular expression."""
        found = []
        for line in self._read_log().splitlines():
            match = LINE.match(line)
            if match and re.search(pattern, f'{match[2]} {match[3]}'):
                sent = 0 if match[5] == '-' else int(match[5])
                found.append(Access(match[2], match[3], int(match[4]), sent))
        return found

    def writes(self) -> list:
        return self.requests('^(POST|PUT|PATCH|DELETE) ')

    def connections(self) -> int:
        """How many connections carried requests."""
        return len(set(re.findall(r'"http.request.remoteaddr":"([^"]*)"', self._read_log())))

    # --- what it holds

    def tags(self) -> dict:
        """{"repository:tag": digest}, from the storage folder."""
        top = self.folder / 'storage/docker/registry/v2/repositories'
        found = {}
        for link in top.glob('**/_manifests/tags/*/current/link'):
            name = link.relative_to(top).parts
            repository = '/'.join(name[:name.index('_manifests')])
            found[f'{repository}:{link.parts[-3]}'] = link.read_text(encoding='ascii').strip()
        return found

    def uploads(self) -> list:
        """Upload sessions that are open."""
        top = self.folder / 'storage/docker/registry/v2/repositories'
        return [path.name for path in top.glob('**/_uploads/*')]

    def walk(self, allow_missing=()) -> int:
        """Every tag's whole graph is there and has the right bytes (I1); gives the number of
        tags."""
        top = self.folder / 'storage/docker/registry/v2'
        tags = self.tags()
        for name, digest in tags.items():
            home = top / 'repositories' / name.rpartition(':')[0]

            def read(where, wanted, home=home):
                if not (home / where / 'sha256' / wanted[7:] / 'link').exists():
                    return None
                path = top / 'blobs' / 'sha256' / wanted[7:9] / wanted[7:] / 'data'
                return path.read_bytes() if path.exists() else None
            try:
                check_graph(digest, lambda d: read('_manifests/revisions', d),
                            lambda d: read('_layers', d), allow_missing)
            except AssertionError as error:
                raise AssertionError(f'{name}: {error}') from None
        return len(tags)

    # --- filling and reading it

    def _authorization(self, repository) -> dict:
        if self.basic:
            coded = base64.b64encode(':'.join(self.basic).encode()).decode()
            return {'Authorization': f'Basic {coded}'}
        if self.token:
            rights = {(repository, 'pull'), (repository, 'push')}
            signed = self.token.signer(self.token.service, 'seed', rights, 300)
            return {'Authorization': f'Bearer {signed}'}
        return {}

    def _connect(self):
        if not self.tls:
            return http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection('127.0.0.1', self.port, timeout=30, context=context)

    def push(self, image: Image, repository: str, *tags) -> Image:
        """A minimal pusher: every blob, every manifest by digest, then the tags."""
        connection = self._connect()
        headers = self._authorization(repository)

        def send(method, target, body=b'', expected=(201, 202), **more):
            connection.request(method, target, body, {**headers, **more})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status not in expected:
                raise RuntimeError(f'{method} {target}: {answer.status} {said[:300]!r}')
            return answer
        for digest, data in image.blobs.items():
            start = send('POST', f'/v2/{repository}/blobs/uploads/')
            target = re.sub('^https?://[^/]+', '', start.getheader('Location'))
            send('PUT', f'{target}&digest={digest}', data,
                 **{'Content-Type': 'application/octet-stream'})
        names = list(image.manifests.items()) + [(tag, image.manifests[image.digest])
                                                 for tag in tags]
        for name, (media_type, data) in names:
            send('PUT', f'/v2/{repository}/manifests/{name}', data, **{'Content-Type': media_type})
        connection.close()
        return image
