#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What reaches a scanner of our secrets and of our environment: the credentials of one registry, in
a file of its own."""
import base64
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import trivy  # noqa: E402
from token_signer import TokenSigner  # noqa: E402
from trivy_case import TrivyCase  # noqa: E402

ALLOWED = {'PATH', 'LANG', 'HOME', 'TMPDIR', 'DOCKER_CONFIG', 'TRIVY_DISABLE_VEX_NOTICE',
           'TRIVY_NON_SSL'}


class Secrets(TrivyCase):

    CANARIES = ('TRIVY_USERNAME', 'TRIVY_PASSWORD', 'TRIVY_TOKEN', 'GITHUB_TOKEN', 'CI',
                'AWS_SECRET_ACCESS_KEY', 'AZURE_CLIENT_SECRET', 'ACTIONS_RUNTIME_TOKEN')

    def setUp(self):
        super().setUp()
        self.password = self.secret()
        self.source = self.mock()
        self.image = self.source.seed(trivy.two_platforms(trivy.ALPINE), 'app', '1')

    def scan_at(self, target, **settings) -> list:
        """Mirrors to the target and scans there; gives the calls of the two scans."""
        env = dict.fromkeys(self.CANARIES, self.secret())
        found = self.run_config([self.entry(self.source, 'app', '1')], f'{target.address}/m',
                                {target.address: settings} if settings else None, env=env)
        self.assertEqual([scan['counts']['total'] for scan in self.scans_of(found)], [3, 3])
        calls = self.journal.scans()
        self.assertEqual(len(calls), 2)
        for call in self.journal.calls():
            self.check_call(call)
        return calls

    def check_call(self, call) -> None:
        coded = base64.b64encode(f'user:{self.password}'.encode()).decode()
        for secret in [*self.secrets, coded]:
            self.assertNotIn(secret, ' '.join(call.argv))
            self.assertNotIn(secret, str(call.env))
        self.assertLessEqual(set(call.env), ALLOWED)
        self.assertEqual(call.files, [], 'the working folder is not empty')
        self.assertEqual(call.fds, ['3'], 'more is open than the folder being listed')
        self.assertFalse(os.path.exists(call.env['HOME']), 'something is left behind')

    def test_basic(self):
        target = self.registry(basic=('user', self.password))
        for call in self.scan_at(target, username='user', password=self.password):
            self.assertEqual(list(call.docker), ['auths'])
            self.assertEqual(list(call.docker['auths']), [target.address])
            coded = call.docker['auths'][target.address]['auth']
            self.assertEqual(base64.b64decode(coded).decode(), f'user:{self.password}')
            self.assertEqual(call.modes, ['0o700', '0o600'])
            self.assertFalse(os.path.exists(call.env['DOCKER_CONFIG']))

    def test_token(self):
        # Trivy believes no realm that is an address of the machine itself.
        tokens = self.token_server({'user': self.password}, signer=TokenSigner(self.authority()),
                                   allow=lambda account, repository, action: bool(account),
                                   name='localhost')
        target = self.registry(token=tokens)
        for call in self.scan_at(target, username='user', password=self.password,
                                 trusted_realms=[tokens.address]):
            self.assertEqual(list(call.docker['auths']), [target.address])
            held = call.docker['auths'][target.address]
            self.assertEqual(list(held), ['registrytoken'])
            claims = held['registrytoken'].split('.')[1]
            claims = json.loads(base64.urlsafe_b64decode(claims + '=' * (-len(claims) % 4)))
            self.assertEqual(claims['access'], [{'type': 'repository', 'name': 'm/app',
                                                 'actions': ['pull']}])
            self.assertNotIn(held['registrytoken'], f'{call.argv} {call.env}')
            self.assertEqual(call.modes, ['0o700', '0o600'])

    def test_without_credentials(self):
        for call in self.scan_at(self.registry()):
            self.assertEqual(call.docker or {}, {})

    def test_own_certificate(self):
        authority = self.authority()
        target = self.registry(tls=authority.issue('registry'))
        self.scan_at(target, ca=str(authority.certificate))

    def test_certificate_of_the_environment(self):
        authority = self.authority()
        target = self.registry(tls=authority.issue('registry'))
        found = self.run_config([self.entry(self.source, 'app', '1')], f'{target.address}/m',
                                env={'CURL_CA_BUNDLE': str(authority.certificate)})
        self.assertEqual(len(self.scans_of(found)), 2)


if __name__ == '__main__':
    harness.main()
