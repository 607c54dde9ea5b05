#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens and challenges: who is asked for what, and what happens when they end."""
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from auth_case import AuthCase, coded  # noqa: E402
from token_signer import TokenSigner  # noqa: E402


class Tokens(AuthCase):

    def test_token_flow(self):
        tokens = self.tokens()
        source, target = self.pair(tokens)
        self.push(source, target, self.settings(target))
        self.assertLessEqual(len(tokens.seen), 2, tokens.seen)
        accounts = {account for _, account, _ in tokens.seen}
        self.assertEqual(accounts, {'user'})
        basic = [entry for entry in target.requests()
                 if (entry.header('Authorization') or '').startswith('Basic')]
        self.assertEqual(basic, [], 'the password went to the registry')

    def test_real_registry(self):
        signer = TokenSigner(self.authority())
        tokens = self.tokens(signer=signer)
        source = self.registry('source', token=tokens)
        target = self.registry('target', token=tokens)
        base = [images.random_bytes('base', 50000)]
        for name in ('a', 'b', 'c'):
            source.push(images.image(name, shared=base), name, '1')
        path = self.config([self.entry(source, name, '1') for name in 'abc'],
                           f'{target.address}/m',
                           registries={**self.settings(source), **self.settings(target)})
        self.mirror(path)
        self.assertEqual(target.walk(), 3)
        mounts = [each for each in target.requests('^POST .*mount=') if each.status == 201]
        self.assertGreaterEqual(len(mounts), 2)
        target.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 3)
        self.assertEqual(target.writes(), [])

    def test_anonymous_pull(self):
        tokens = self.tokens()
        source, target = self.mock(token=tokens), self.mock()
        self.image = source.seed(images.image('public'), 'app', '1')
        self.push(source, target)
        self.assertEqual({account for _, account, _ in tokens.seen}, {''})

    def test_identity_token_goes_by_post(self):
        refresh = self.secret()
        for status, works in ((0, True), (404, False), (400, False), (401, False), (405, False)):
            with self.subTest(status=status):
                tokens = self.token_server({'user': self.password}, refresh={refresh: 'user'},
                                           post_status=status)
                source, target = self.pair(tokens)
                self.write('home/.docker/config.json', json.dumps({'auths': {target.address: {
                    'auth': coded('user', self.password), 'identitytoken': refresh}}}))
                if works:
                    self.push(source, target)
                    self.assertEqual(tokens.seen[0][:2], ('POST', 'user'))
                    body = tokens.requests('^POST')[0].text()
                    self.assertIn('grant_type=refresh_token', body)
                else:
                    self.mirror(self.path(source, target), status=None)
                    self.assertTrue(tokens.requests('^GET'), 'no GET after a refused POST')

    def test_reply_forms(self):
        for field in ('token', 'access_token'):
            with self.subTest(field=field):
                tokens = self.tokens()
                tokens.field = field
                source, target = self.pair(tokens)
                self.push(source, target, self.settings(target))

    def test_odd_replies_of_the_token_server(self):
        bodies = {'not JSON': b'<html>', 'no token': b'{}', 'a number': b'{"token": 5}',
                  'two tokens': b'{"token": "a", "access_token": "b"}',
                  'large': b'{"token": "' + b'x' * 300_000 + b'"}',
                  'newline': b'{"token": "a\\r\\nX-Injected: b"}', 'empty': b''}
        self.each(bodies, self.refuses_token)

    def refuses_token(self, name, body):
        tokens = self.tokens()
        tokens.fault('/token', mock.status(200, body), times=-1)
        source, target = self.mock(), self.mock(token=tokens)
        source.seed(images.image('odd'), 'app', '1')
        path = self.config([self.entry(source, 'app', '1')], target.address,
                           registries=self.settings(target), run={'retries': 0},
                           name=name.replace(' ', '-') + '.yaml')
        found = self.mirror(path, status=None)
        self.assertNotEqual(found.done.returncode, 0)
        self.assertEqual(target.state.check(), 0)
        self.assertFalse([each for each in target.requests() if each.header('X-Injected')])

    # --- N7

    def test_n7_expiry(self):
        """The token dies before each kind of request once; one refresh and the run goes on."""
        self.each({'session': '^POST ', 'blob': '^PUT .*blobs', 'manifest': '^PUT .*manifests',
                   'tag': '^PUT .*manifests/1'}, self.expires)

    def expires(self, name, match):
        tokens = self.tokens()
        source, target = self.mock(), self.mock(token=tokens)
        source.seed(images.multi_platform('expiry'), 'app', '1')

        def expire(_request):
            tokens.tokens.clear()
        # the first POST comes with a new token, which nobody would take for an old one
        target.fault(match, mock.faults.Action('expire', expire), skip=int(name == 'session'))
        path = self.config([self.entry(source, 'app', '1')], target.address,
                           registries=self.settings(target), run={'parallel': 1},
                           name=f'{name}.yaml')
        self.mirror(path)
        self.assertEqual(target.state.check(), 1)
        self.assertLessEqual(len(tokens.seen), 4)

    def test_n7_short_life(self):
        tokens = self.tokens(life=1)
        source, target = self.pair(tokens)
        target.fault('^PUT .*blobs', mock.faults.Action('wait', lambda _: time.sleep(0.5)),
                     times=4)
        self.push(source, target, self.settings(target))

    def test_n7_401_for_ever_ends(self):
        tokens = self.tokens()
        source, target = self.pair(tokens)
        target.fault('/m/', mock.status(401, headers={
            'WWW-Authenticate': f'Bearer realm="{tokens.realm}",service="s",'
                                'scope="repository:m/app:pull,push"'}), times=-1)
        self.push(source, target, self.settings(target), status=3)
        self.assertLessEqual(len(target.requests('/m/')), 8)

    def test_n7_rights_shrink(self):
        tokens = self.tokens(allow=lambda account, repository, action: action == 'pull')
        source, target = self.pair(tokens)
        found = self.push(source, target, self.settings(target), status=3)
        self.assertLessEqual(len(tokens.seen), 12)
        self.assertIn('m/app', found.said)

    def test_mount_scope_refused(self):
        """A token server that refuses two scopes: no mount, but the run goes on."""
        tokens = self.tokens(one_scope=True)
        source, target = self.mock(), self.mock(token=tokens)
        base = [images.random_bytes('base', 50000)]
        for name in ('a', 'b'):
            source.seed(images.image(name, shared=base), name, '1')
        path = self.config([self.entry(source, name, '1') for name in 'ab'], target.address,
                           registries=self.settings(target), run={'retries': 1})
        self.mirror(path)
        self.assertEqual(target.state.check(), 2)

    def test_mount_refused_with_401(self):
        source, target = self.mock(), self.mock('harbor', token=self.tokens())
        base = [images.random_bytes('base', 50000)]
        for name in ('a', 'b'):
            source.seed(images.image(name, shared=base), name, '1')
        path = self.config([self.entry(source, name, '1') for name in 'ab'], target.address,
                           registries=self.settings(target), run={'retries': 1})
        self.mirror(path)
        self.assertEqual(target.state.check(), 2)


class Challenges(AuthCase):

    def test_forms(self):
        """Several challenges, quoted commas, odd case, unknown schemes."""
        tokens = self.tokens()
        bearer = f'realm="{tokens.realm}", service="mock-service"'
        scope = 'scope="repository:m/app:pull,push"'
        self.each({
            'two in one line': [f'Basic realm="a, b", charset="UTF-8", Bearer {bearer},{scope}'],
            'two lines': ['Basic realm="x"', f'Bearer {bearer},{scope}'],
            'unknown scheme first': ['Negotiate', 'Digest realm="x", nonce="a=b,c"',
                                     f'Bearer {bearer},{scope}'],
            'odd case': [f'bEARER REALM="{tokens.realm}", Service="mock-service",{scope}'],
            'no scope': [f'Bearer {bearer}'],
            'unquoted': [f'Bearer realm="{tokens.realm}",service=mock-service'],
        }, lambda name, values: self.accepts(name, values, tokens))

    def accepts(self, name, values, tokens):
        source, target = self.mock(), self.mock(token=tokens, challenge=values)
        source.seed(images.image('c'), 'app', '1')
        path = self.config([self.entry(source, 'app', '1')], f'{target.address}/m',
                           registries=self.settings(target), run={'retries': 0},
                           name=name.replace(' ', '-') + '.yaml')
        self.mirror(path)
        self.assertEqual(target.state.check(), 1)

    def test_no_usable_scheme(self):
        source, target = self.pair(self.tokens(), challenge=['Negotiate', 'Digest realm="x"'])
        found = self.push(source, target, self.settings(target), status=3)
        self.assertIn('Negotiate', found.said)

    def test_hostile_challenges(self):
        values = ['', 'Bearer', 'Bearer realm=', 'Bearer realm="', 'Bearer realm="\\', '=' * 5000,
                  ',' * 5000, 'Bearer ' + 'a=b,' * 5000, 'Bearer realm="x",realm="y"',
                  'Bearer realm="not a url"', 'Bearer realm="file:///etc/passwd"']
        self.each({f'{i}': [value] for i, value in enumerate(values)}, self.survives)

    def survives(self, name, values):
        tokens = self.tokens()
        source, target = self.mock(), self.mock(token=tokens, challenge=values)
        source.seed(images.image('c'), 'app', '1')
        path = self.config([self.entry(source, 'app', '1')], f'{target.address}/m',
                           registries=self.settings(target), run={'retries': 0},
                           name=f'hostile-{name}.yaml')
        found = self.mirror(path, status=None)
        self.assertIn(found.done.returncode, (1, 3))


if __name__ == '__main__':
    harness.main()
