# SPDX-License-Identifier: Apache-2.0
"""A listener that nobody should trust: it answers everything and remembers what it was told."""
import base64
import re

from .server import Server
from .wire import Response


class Trap(Server):
    """answer: the Response for every request (default 200, an empty document)."""

    def __init__(self, answer=None, **how):
        self.answer = answer
        super().__init__(**how)

    def handle(self, request) -> Response:
        request.body()
        found = self.answer(request) if callable(self.answer) else Response(200, body=b'{}')
        found.no_body = request.method == 'HEAD'
        return found

    def heard(self) -> str:
        """All that was said to it."""
        return '\n'.join(entry.text() for entry in self.requests())

    def check(self, secrets) -> None:
        """No canary arrived, neither in the clear nor in Basic's coding."""
        heard = self.heard()
        for coded in re.findall(r'[A-Za-z0-9+/=_-]{16,}', heard):
            try:
                heard += base64.b64decode(coded + '=' * (-len(coded) % 4)).decode('latin-1')
            except ValueError:
                continue
        for secret in secrets:
            if secret in heard:
                raise AssertionError(f'a secret reached {self.address}: {self.requests()[:5]}')
