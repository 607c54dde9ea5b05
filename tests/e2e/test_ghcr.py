#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""GHCR: names, tokens of a workflow, its refusals, new packages. A proxy leads ghcr.io to a
scripted server."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from mock.registry import refusal  # noqa: E402
from scenario import Scenario  # noqa: E402


class Ghcr(Scenario):

    def setUp(self):
        super().setUp()
        self.token = self.secret()
        ca = self.authority()
        certificate = ca.issue('ghcr', ('ghcr.io',))
        self.tokens = self.token_server({'octocat': self.token}, tls=certificate,
                                        realm='https://ghcr.io/token')
        self.ghcr = self.mock('ghcr', token=self.tokens, tls=certificate)
        self.ghcr.seen_as = 'https://ghcr.io'
        # ghcr.io serves its tokens itself
        self.ghcr.handle = self.with_tokens(self.ghcr.handle)
        self.ghcr.handler = self.ghcr.handle
        self.proxy = self.running(mock.Proxy({'ghcr.io:443': self.ghcr}))
        self.source = self.mock()
        self.image = self.source.seed(images.multi_platform('app'), 'app', '1')
        self.env = {'SSL_CERT_FILE': ca.certificate, 'GITHUB_TOKEN': self.token,
                    'GITHUB_ACTOR': 'octocat', **self.proxy.environment()}

    def with_tokens(self, usual):
        def handle(request):
            return (self.tokens.handle if request.path == '/token' else usual)(request)
        return handle

    def path(self, target='ghcr.io/owner', *names):
        return self.config([self.entry(self.source, name, '1') for name in names or ('app',)],
                           target, run={'retries': 2})

    def push(self, target='ghcr.io/owner', status=0, **env):
        found = self.mirror(self.path(target), status=status, env={**self.env, **env})
        self.said = found.said
        return found

    def test_push_with_the_workflow_token(self):
        self.push()
        self.assertEqual(self.ghcr.state.tag('owner/app', '1'), self.image.digest)
        self.assertEqual({account for _, account, _ in self.tokens.seen}, {'octocat'})
        self.ghcr.clear()
        self.push()
        self.assertEqual(self.ghcr.writes(), [])

    def test_token_goes_to_ghcr_only(self):
        other = self.mock(basic=('octocat', self.token))
        path = self.config([self.entry(self.source, 'app', '1')], other.address)
        self.mirror(path, status=3, env=self.env)
        self.assertFalse([each for each in other.requests() if each.header('Authorization')])

    def test_owner_is_lowered_with_a_notice(self):
        self.push('ghcr.io/OctoOwner')
        self.assertEqual(self.ghcr.state.tag('octoowner/app', '1'), self.image.digest)
        self.assertIn('octoowner', self.said)
        self.assertRegex(self.said, 'lower')

    def test_upper_case_is_refused_elsewhere(self):
        other = self.mock()
        path = self.config([self.entry(self.source, 'app', '1')], f'{other.address}/Owner')
        found = self.artmirror('mirror', '--config', path, status=2)
        self.assertIn('lower-case', found.stderr)

    def test_default_target_of_a_workflow(self):
        for variables in ({'GITHUB_REPOSITORY_OWNER': 'Owner'}, {'GITHUB_REPOSITORY': 'Owner/r'}):
            with self.subTest(variables=variables):
                self.ghcr.state.repositories.clear()
                self.mirror(self.path(None), env={**self.env, **variables})
                self.assertEqual(self.ghcr.state.tag('owner/app', '1'), self.image.digest)
        found = self.artmirror('mirror', '--config', self.path(None), status=2)
        self.assertIn('target:', found.stderr)

    def test_permission_texts(self):
        texts = {
            'permission_denied: write_package': 'packages: write',
            'installation not allowed to Write organization package': 'GITHUB_TOKEN',
        }
        for text, advice in texts.items():
            for method in ('POST', 'PUT'):
                with self.subTest(text=text, method=method):
                    self.ghcr.state.repositories.clear()
                    self.ghcr.denied = {(method, ''): lambda request, text=text: self.deny(
                        request, text)}
                    found = self.push(status=3)
                    self.assertEqual(found.statuses(), ['failed'])
                    self.assertIn(text, self.said)
                    self.assertIn(advice, self.said)
                    self.assertLess(len([each for each in self.ghcr.writes()
                                         if each.status == 403]), 12, 'retried for nothing')
                    self.ghcr.clear()

    @staticmethod
    def deny(request, text):
        request.body()
        return refusal(403, 'DENIED', text)

    def test_new_private_packages_are_listed(self):
        self.source.seed(images.image('old'), 'old', '1')
        self.ghcr.seed(images.image('before'), 'owner/old', '0')
        found = self.mirror(self.path('ghcr.io/owner', 'app', 'old'), env=self.env)
        said = found.said
        self.assertIn('packages/container/app/settings', said)
        self.assertIn('private', said)
        self.assertNotIn('container/old/settings', said)
        again = self.mirror(self.path('ghcr.io/owner', 'app', 'old'), env=self.env)
        self.assertNotIn('private', again.said)

    def test_flavor(self):
        """An enterprise server behaves alike under another name."""
        other = self.mock('ghcr')
        other.denied = {('POST', ''): lambda request: self.deny(
            request, 'permission_denied: write_package')}
        path = self.config([self.entry(self.source, 'app', '1')],
                           [{'type': 'ghcr', 'registry': f'{other.address}/Owner',
                             'flavor': 'ghcr'}],
                           run={'retries': 0})
        found = self.mirror(path, status=3)
        self.assertIn('packages: write', found.said)

    def test_pull_with_a_token_that_may_not(self):
        """A pull denied with an implicit token is tried once without."""
        self.ghcr.seed(images.image('public'), 'public/app', '1')
        self.tokens.allow = lambda account, repository, action: not account
        path = self.config([self.entry('ghcr.io', 'public/app', '1')], self.source.address)
        self.mirror(path, env=self.env)
        self.assertEqual([account for _, account, _ in self.tokens.seen], ['octocat', ''])

    def test_blob_unknown_just_after_the_upload(self):
        """Manifests are refused for a moment because a blob is not seen yet."""
        self.ghcr.fault('^PUT .*manifests', mock.status(
            404, {'errors': [{'code': 'BLOB_UNKNOWN', 'message': 'unknown blob'}]}), times=2)
        self.push()
        self.assertEqual(self.ghcr.state.check(), 1)

    def test_429_with_a_go_duration(self):
        self.ghcr.fault('^POST', mock.status(429, {'errors': [{
            'code': 'TOOMANYREQUESTS',
            'message': 'retry-after: 512.3ms, allowed: 2000/minute'}]}), times=2)
        self.push()

    def test_uploads_are_whole(self):
        """One PUT of known length: GHCR refuses larger PATCHes."""
        self.push()
        self.assertEqual(self.ghcr.requests('^PATCH'), [])
        for entry in self.ghcr.requests('^PUT'):
            self.assertIsNotNone(entry.header('Content-Length'), str(entry))


if __name__ == '__main__':
    harness.main()
