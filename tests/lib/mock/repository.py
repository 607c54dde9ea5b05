# SPDX-License-Identifier: Apache-2.0
"""The scripted chart repository: files over HTTP, with validators, credentials and faults."""
import base64
import re

from charts import index
from images import digest_of

from .faults import Faults
from .server import Server
from .wire import Response

DATE = 'Tue, 02 Jan 2024 03:04:05 GMT'


class ChartRepository(Server):
    """basic: (user, password); hides: 404 instead of 401 without them; query: a query string that
    every request must carry; validators: which of 'etag' and 'date' index and charts have."""

    def __init__(self, base='/charts', basic=None, hides=False, query='', validators=('etag',),
                 **how):
        self.base = base
        self.basic = basic
        self.hides = hides
        self.query = query
        self.validators = validators
        self.faults = Faults()
        self.files = {}  # path: bytes
        self.charts = []
        super().__init__(**how)

    @property
    def repo_url(self) -> str:
        """For repo_url in a config."""
        return self.url + self.base + (f'?{self.query}' if self.query else '')

    def fault(self, match, action, times=1, skip=0, ordinal=None):
        return self.faults.add(match, action, times, skip, ordinal)

    def put(self, name: str, data: bytes) -> None:
        """A file below the base, or anywhere if the name begins with a slash."""
        self.files[name if name.startswith('/') else f'{self.base}/{name}'] = data

    def add(self, *charts, **top) -> None:
        """Charts, their provenance, and the index with all that was added so far."""
        for each in charts:
            self.put(each.file_name, each.data)
            if each.provenance:
                self.put(f'{each.file_name}.prov', each.provenance)
        self.charts += charts
        self.put('index.yaml', index(self.charts, **top))

    def fetched(self, pattern='') -> list:
        """Names of the files that were sent whole or in part, without the base."""
        return [entry.path.removeprefix(f'{self.base}/') for entry in self.requests('^GET ')
                if entry.status in (200, 206) and re.search(pattern, entry.path)]

    def handle(self, request) -> Response:
        response = self.faults.answer(request, self.usual, self.lock)
        response.no_body = response.no_body or request.method == 'HEAD'
        return response

    def usual(self, request) -> Response:
        if self.basic and not self.is_known(request):
            if self.hides:
                return Response(404, body=b'not found\n')
            return Response(401, [('WWW-Authenticate', 'Basic realm="charts"')], b'who?\n')
        if self.query and self.query not in request.entry.target.partition('?')[2]:
            return Response(403, body=b'no signature\n')
        data = self.files.get(request.path)
        if data is None:
            return Response(404, [('Content-Type', 'text/html')], b'<html>Not found</html>\n')
        return self.send(request, data)

    def is_known(self, request) -> bool:
        wanted = base64.b64encode(':'.join(self.basic).encode()).decode()
        return request.header('Authorization') == f'Basic {wanted}'

    def send(self, request, data: bytes) -> Response:
        found = Response(200, [('Content-Type', 'application/octet-stream')], data)
        tag = f'"{digest_of(data)[7:23]}"'
        if 'etag' in self.validators:
            found.set('ETag', tag)
            if request.header('If-None-Match') == tag:
                return Response(304, found.headers, no_body=True, length=len(data))
        if 'date' in self.validators:
            found.set('Last-Modified', DATE)
            if (request.header('If-Modified-Since') == DATE
                    and request.header('If-None-Match') is None):
                return Response(304, found.headers, no_body=True, length=len(data))
        wanted = re.fullmatch(r'bytes=(\d+)-(\d*)', request.header('Range') or '')
        if wanted and request.method == 'GET':
            first, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
            if first > last:
                return Response(416).set('Content-Range', f'bytes */{len(data)}')
            found.status, found.body = 206, data[first:last + 1]
            found.set('Content-Range', f'bytes {first}-{last}/{len(data)}')
        return found
