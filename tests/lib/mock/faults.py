# SPDX-License-Identifier: Apache-2.0
"""What a scripted server can be told to do wrong. The table is in ../README.md."""
import json
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from .wire import Response


@dataclass
class Action:
    """instead(request) answers without asking the registry, after reading what it likes of the
    request; change(request, response) alters the registry's own answer."""
    name: str
    instead: object = None
    change: object = None


@dataclass
class Fault:
    """A rule: which requests it hits, how often, and what happens to them."""
    match: str  # regular expression over "METHOD /path?query"
    action: Action
    times: int = 1  # -1: for ever
    skip: int = 0  # matching requests that pass first
    ordinal: int = None  # the k-th request of the journal, whatever it is
    hits: int = 0
    seen: int = field(default=0, repr=False)

    def takes(self, entry) -> bool:
        if self.ordinal is not None and entry.number != self.ordinal:
            return False
        if not re.search(self.match, f'{entry.method} {unquote(entry.target)}'):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.times >= 0 and self.hits >= self.times):
            return False
        self.hits += 1
        return True


def change(name: str, how) -> Action:
    """how(response) alters the registry's answer."""
    def apply(_request, response):
        how(response)
        return response
    return Action(name, change=apply)


def status(code: int, body=b'', headers=(), read=True) -> Action:
    """This answer instead of the registry's; read: take the request's body first."""
    def instead(request):
        if read:
            request.body()
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        found = Response(code, list(dict(headers).items()), data, no_body=request.method == 'HEAD')
        if isinstance(body, (dict, list)):
            found.set('Content-Type', 'application/json')
        return found
    return Action(f'status {code}', instead)


def too_many(retry_after=None, body=None) -> Action:
    """429 with a Retry-After of any kind."""
    headers = {} if retry_after is None else {'Retry-After': str(retry_after)}
    return status(429, body if body is not None else
                  {'errors': [{'code': 'TOOMANYREQUESTS', 'message': 'slow down'}]}, headers)


def cut(at: int, framing='length') -> Action:
    """The body ends after so many bytes (negative: before its end)."""
    def how(response):
        response.cut, response.framing = at, framing
    return change(f'cut {at} {framing}', how)


def reset(at=None) -> Action:
    """RST: after so many bytes of the body, or before any answer."""
    if at is None:
        return silent(end='reset')

    def how(response):
        response.cut, response.end = at, 'reset'
    return change(f'reset {at}', how)


def flip(at=0) -> Action:
    """One bit of the body differs."""
    def how(response):
        data = bytearray(response.body)
        data[at] ^= 1
        response.body = bytes(data)
    return change(f'flip {at}', how)


def longer(by=1) -> Action:
    """The body has more bytes than the descriptor says, with a matching Content-Length (negative:
    fewer)."""
    def how(response):
        response.body = response.body + b'!' * by if by > 0 else response.body[:by]
    return change(f'longer {by}', how)


def truncated_document(at: int) -> Action:
    """The body is cut and the length fits: a broken document in a whole answer."""
    def how(response):
        response.body = response.body[:at]
        response.set('Docker-Content-Digest', None)
    return change(f'truncated {at}', how)


def header(name: str, value) -> Action:
    """The answer's header set, or removed with None."""
    return change(f'header {name}', lambda response: response.set(name, value))


def digest_header(value) -> Action:
    """Docker-Content-Digest set, or removed with None."""
    return header('Docker-Content-Digest', value)


def slow(rate: float) -> Action:
    """The body comes at so many bytes a second."""
    def how(response):
        response.rate = rate
    return change(f'slow {rate}', how)


def slow_head(rate: float) -> Action:
    """The headers come at so many bytes a second."""
    def how(response):
        response.head_rate = rate
    return change(f'slow head {rate}', how)


def silent(seconds: float = 0, end='close') -> Action:
    """Reads the request, waits, and ends the connection without an answer."""
    def instead(request):
        request.body()
        return Response(0, delay=seconds, silent=True, end=end)
    return Action(f'silent {seconds}', instead)


def lost(stored: bool) -> Action:
    """The request is carried out (or its body thrown away) and its answer never comes."""
    if not stored:
        return silent()

    def apply(_request, response):
        response.silent = True
        return response
    return Action('lost reply', change=apply)


def broken_upload(after: int, end='close') -> Action:
    """The connection ends after so many bytes of the request's body."""
    def instead(request):
        request.body(after)
        request.unread = False
        return Response(0, silent=True, end=end)
    return Action(f'broken upload {after}', instead)


def redirect(url: str, code=307) -> Action:
    """To this URL; {target} in it becomes the request's own."""
    def instead(request):
        return Response(code, [('Location', url.replace('{target}', request.entry.target))])
    return Action(f'redirect {code}', instead)


def location(form: str) -> Action:
    """Rewrites Location: relative, absolute, query, missing, or the beginning of a URL
    ("http://other:1") that replaces scheme and host."""
    def apply(request, response):
        old = response.header('Location')
        path = re.sub('^https?://[^/]+', '', old)
        if form == 'relative':
            new = path
        elif form == 'absolute':
            new = request.connection.server.url + path
        elif form == 'query':
            new = path + ('&' if '?' in path else '?') + 'zone=a%2Fb&x=1'
        elif form == 'missing':
            new = None
        else:
            new = form + path
        return response.set('Location', new)
    return Action(f'location {form}', change=apply)


def ignore_range() -> Action:
    """A request for a range is answered 200 with everything."""
    def instead(request):
        request.entry.headers = [(key, value) for key, value in request.entry.headers
                                 if key.lower() != 'range']
        request.entry.facts['range ignored'] = True
    return Action('range ignored', instead)


def raw_head(data: bytes, end='close') -> Action:
    """These bytes instead of status line and headers, then the body."""
    def apply(_request, response):
        response.raw_head, response.cut, response.end = data, len(response.body), end
        return response
    return Action('raw head', change=apply)


class Faults:
    """The rules of one server."""

    def __init__(self):
        self.rules = []

    def add(self, match: str, action: Action, times=1, skip=0, ordinal=None) -> Fault:
        rule = Fault(match, action, times, skip, ordinal)
        self.rules.append(rule)
        return rule

    def answer(self, request, usual, lock) -> Response:
        """The answer of the first rule that takes the request, or the usual one."""
        with lock:
            rule = next((each for each in self.rules if each.takes(request.entry)), None)
        if rule is None:
            return usual(request)
        request.entry.fault = rule.action.name
        if rule.action.instead:
            response = rule.action.instead(request)
            return usual(request) if response is None else response
        return rule.action.change(request, usual(request))
