# SPDX-License-Identifier: Apache-2.0
"""Signs the tokens (JWT, RS256) that a real docker-registry believes."""
import base64
import json
import secrets
import ssl
import subprocess
import time

from certificates import Authority
from harness import tool


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


class TokenSigner:
    """Called by a TokenServer: (service, account, rights, life) -> token."""

    issuer = 'artmirror-tests'

    def __init__(self, authority: Authority):
        self.authority = authority
        self.certificate, self.key = authority.issue('token-signer', ('token-signer',), rsa=True)
        der = ssl.PEM_cert_to_DER_cert(self.certificate.read_text(encoding='ascii'))
        self.header = {'typ': 'JWT', 'alg': 'RS256', 'x5c': [base64.b64encode(der).decode()]}

    def __call__(self, service, account, rights, life) -> str:
        access = {}
        for repository, action in sorted(rights):
            access.setdefault(repository, []).append(action)
        now = int(time.time())
        claims = {'iss': self.issuer, 'sub': account, 'aud': service, 'iat': now, 'nbf': now - 10,
                  'exp': now + int(life), 'jti': secrets.token_hex(8),
                  'access': [{'type': 'repository', 'name': name, 'actions': actions}
                             for name, actions in access.items()]}
        text = '.'.join(coded(json.dumps(part).encode()) for part in (self.header, claims))
        signature = subprocess.run([tool('openssl'), 'dgst', '-sha256', '-sign', str(self.key)],
                                   input=text.encode(), capture_output=True, check=True).stdout
        return f'{text}.{coded(signature)}'
