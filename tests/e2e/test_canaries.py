#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A secret goes to its origin only."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from auth_case import AuthCase, coded  # noqa: E402


class Canaries(AuthCase):
    """No redirect, Location, foreign realm or Link is told a secret."""

    def setUp(self):
        super().setUp()
        self.evil = self.trap(name='localhost')

    def run_against(self, source, target, registries, status=None):
        self.mirror(self.path(source, target, registries), status=status)
        for token in [*getattr(source.token, 'tokens', {}), *getattr(target.token, 'tokens', {})]:
            self.secrets.append(token)
        self.evil.check(self.secrets)

    def test_foreign_realm(self):
        """A realm on another host gets no password; trusted_realms allows it."""
        tokens = self.tokens(name='localhost')
        source, target = self.pair(tokens)
        found = self.push(source, target, self.settings(target), status=3)
        self.assertNotIn('user', {account for _, account, _ in tokens.seen})
        self.assertIn('trusted_realms', found.said)
        source, target = self.pair(tokens)
        self.push(source, target, self.settings(target, trusted_realms=[tokens.address]))
        self.assertIn('user', {account for _, account, _ in tokens.seen})

    def test_realm_that_redirects(self):
        tokens = self.tokens()
        tokens.fault('/token', mock.redirect(f'{self.evil.url}/token'), times=-1)
        source, target = self.pair(tokens)
        self.run_against(source, target, self.settings(target))

    def test_blob_redirect(self):
        tokens = self.tokens()
        source, target = self.mock(token=tokens), self.mock()
        self.image = source.seed(images.image('r'), 'app', '1')
        for code in (301, 302, 307, 308):
            source.fault('^GET .*/blobs/', mock.redirect(f'{self.evil.url}/blob', code), times=1)
        self.run_against(source, target, self.settings(source))
        self.assertTrue(self.evil.requests(), 'the redirect was not followed')

    def test_same_host_other_port(self):
        self.evil = self.trap()  # 127.0.0.1, as the registry
        source, target = self.mock(basic=('user', self.password)), self.mock()
        self.image = source.seed(images.image('r'), 'app', '1')
        source.fault('^GET .*/blobs/', mock.redirect(f'{self.evil.url}/blob'), times=-1)
        self.run_against(source, target, self.settings(source))
        self.assertTrue(self.evil.requests(), 'the redirect was not followed')

    def test_manifest_redirect(self):
        source, target = self.mock(basic=('user', self.password)), self.mock()
        self.image = source.seed(images.image('r'), 'app', '1')
        source.fault('manifests', mock.redirect(f'{self.evil.url}{{target}}'), times=-1)
        self.run_against(source, target, self.settings(source))

    def test_location_elsewhere(self):
        for auth in ('basic', 'token'):
            how = {'basic': ('user', self.password)} if auth == 'basic' else \
                {'tokens': self.tokens()}
            source, target = self.pair(**how)
            target.fault('^POST', mock.location(self.evil.url), times=-1)
            self.run_against(source, target, self.settings(target))

    def test_write_redirect(self):
        source, target = self.pair(basic=('user', self.password))
        target.fault('^(PUT|POST)', mock.redirect(f'{self.evil.url}{{target}}'), times=-1)
        self.run_against(source, target, self.settings(target))

    def test_foreign_layer(self):
        source, target = self.mock(basic=('user', self.password)), self.mock()
        layer = images.foreign_layer('f', url=f'{self.evil.url}/layer')
        self.image = source.seed(images.image('f', extra_layers=[layer]), 'app', '1')
        self.run_against(source, target, self.settings(source), status=0)
        self.assertEqual(self.evil.requests(), [], 'a foreign layer was fetched')

    def test_mirror_host(self):
        """An upstream mirror is another origin."""
        source, target = self.mock(basic=('user', self.password)), self.mock()
        self.image = source.seed(images.image('m'), 'app', '1')
        self.evil.answer = lambda _request: mock.Response(404, body=b'no')
        self.run_against(source, target, {source.address: {
            **self.settings(source)[source.address], 'mirrors': [self.evil.address]}}, status=0)
        self.assertTrue(self.evil.requests(), 'the mirror was not asked')

    def test_password_as_userinfo_is_refused_and_hidden(self):
        source, target = self.pair()
        path = self.config([self.entry(f'user:{self.password}@{source.address}', 'app', '1')],
                           target.address)
        self.artmirror('mirror', '--config', path, status=2)

    def test_one_registry_is_not_told_the_others_secret(self):
        other = self.secret()
        source = self.mock(basic=('user', self.password))
        target = self.mock(basic=('user', other))
        source.seed(images.image('o'), 'app', '1')
        self.mirror(self.path(source, target, {
            **self.settings(source), target.address: {'username': 'user', 'password': other}}))
        for server, foreign in ((source, other), (target, self.password)):
            heard = '\n'.join(entry.text() for entry in server.requests())
            self.assertNotIn(coded('user', foreign), heard)


if __name__ == '__main__':
    harness.main()
