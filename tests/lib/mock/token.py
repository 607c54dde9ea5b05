# SPDX-License-Identifier: Apache-2.0
"""A token server: opaque tokens for the scripted registry, or signed ones for a real one."""
import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from .faults import Faults
from .server import Server
from .wire import Response


@dataclass
class Token:
    text: str
    account: str  # '' is anonymous
    rights: set  # of (repository, action)
    expires: float
    offered: list = field(default_factory=list)  # scopes as asked for


def parse_scope(text: str):
    """("repository name", [actions]) of "repository:name:pull,push"; the name may have colons."""
    kind, _, rest = text.partition(':')
    name, _, actions = rest.rpartition(':')
    return name if kind == 'repository' else f'{kind}:{name}', actions.split(',')


class TokenServer(Server):
    """users: {name: password}; refresh: {refresh token: name}. Rights are granted by
    allow(account, repository, action) -> bool (default: pull for all, push for known users)."""

    service = 'mock-service'

    def __init__(self, users=None, refresh=None, life=300, signer=None, allow=None, realm=None,
                 one_scope=False, post_status=0, **how):
        self.users = users or {}
        self.refresh = refresh or {}
        self.life = life
        self.declared_life = None  # expires_in, when it should lie
        self.signer = signer
        self.allow = allow or (lambda account, repository, action: bool(account)
                               or action == 'pull')
        self.one_scope = one_scope  # refuses requests for several scopes
        self.post_status = post_status
        self.field = 'token'
        self.tokens = {}
        self.seen = []  # (method, account or None, scopes)
        self.faults = Faults()
        super().__init__(**how)
        self.realm = realm or f'{self.url}/token'

    def fault(self, match, action, times=1, skip=0, ordinal=None):
        return self.faults.add(match, action, times, skip, ordinal)

    def handle(self, request) -> Response:
        return self.faults.answer(request, self.usual, self.lock)

    def usual(self, request) -> Response:
        if request.path != '/token':
            return Response(404, body=b'no such page\n')
        if request.method == 'POST':
            form = parse_qs(request.body().decode(), keep_blank_values=True)
            if self.post_status:
                return Response(self.post_status, body=b'POST is not supported here\n')
            account = self.account_of_form(form)
            scopes = ' '.join(form.get('scope', [''])).split()
        else:
            query = parse_qs(request.entry.target.partition('?')[2])
            account = self.account_of_header(request.header('Authorization'))
            scopes = ' '.join(query.get('scope', [])).split()
        self.seen.append((request.method, account, scopes))
        if account is None:
            return Response(401, [('Content-Type', 'application/json')],
                            b'{"details":"incorrect username or password"}')
        if self.one_scope and len(scopes) > 1:
            return Response(400, body=b'only one scope at a time\n')
        return self.grant(account, scopes)

    def account_of_header(self, header):
        if not header:
            return ''
        user, _, password = base64.b64decode(header.partition(' ')[2]).decode().partition(':')
        return user if self.users.get(user) == password else None

    def account_of_form(self, form):
        grant = form.get('grant_type', [''])[0]
        if grant == 'refresh_token':
            return self.refresh.get(form.get('refresh_token', [''])[0])
        user = form.get('username', [''])[0]
        known = user and self.users.get(user) == form.get('password', [''])[0]
        return user if grant == 'password' and known else None

    def grant(self, account: str, scopes: list) -> Response:
        rights = set()
        for scope in scopes:
            repository, actions = parse_scope(scope)
            rights |= {(repository, action) for action in actions
                       if self.allow(account, repository, action)}
        text = self.signer(self.service, account, rights, self.life) if self.signer else \
            'bearer' + secrets.token_hex(16)
        self.tokens[text] = Token(text, account, rights, time.monotonic() + self.life, scopes)
        body = {self.field: text, 'expires_in': self.declared_life or self.life}
        return Response(200, [('Content-Type', 'application/json')], json.dumps(body).encode())

    def judge(self, bearer: str, needed: list):
        """None, or the error that a registry reports for this token."""
        found = self.tokens.get(bearer)
        if not found or found.expires < time.monotonic():
            return 'invalid_token'
        if any(each not in found.rights for each in needed):
            return 'insufficient_scope'
        return None
