#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Upstream mirrors: asked before their registry, believed no more than it, told no secret of it."""
import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from auth_case import coded  # noqa: E402
from scenario import Scenario  # noqa: E402
from test_proxy import closed_port  # noqa: E402


class MirrorCase(Scenario):

    def setUp(self):
        super().setUp()
        self.password = self.secret()
        self.source = self.mock(basic=('user', self.password))
        self.target = self.mock()
        self.image = images.multi_platform('mirrored')
        self.source.seed(self.image, 'lib/app', '1')

    def near(self, prefix='cache/', seeded=True, **how):
        server = self.mock(**how)
        if seeded:
            server.seed(self.image, f'{prefix}lib/app', '1')
        return server

    def path(self, mirrors, settings=None, more=None, source=None, **run):
        source = source or self.source
        own = {'username': 'user', 'password': self.password, 'mirrors': mirrors}
        return self.config([self.entry(source, 'lib/app', '1')], self.target.address,
                           registries={source.address: {**own, **(settings or {})},
                                       **(more or {})},
                           run={'retries': 2, 'stall_timeout': f'{2 * harness.PATIENCE}s', **run},
                           name=f'{os.urandom(4).hex()}.yaml')

    def succeeds(self, mirrors, *args, **how):
        found = self.mirror(self.path(mirrors, **how), *args)
        self.assertEqual(self.target.state.tag('lib/app', '1'), self.image.digest)
        return found


class Order(MirrorCase):

    def test_first_mirror_has_it(self):
        first, second = self.near(), self.near()
        self.succeeds([f'{first.address}/cache', second.address])
        self.assertEqual((self.source.journal, second.journal), ([], []))
        self.assertTrue(all(each.path.startswith('/v2/cache/lib/app/')
                            for each in first.requests()))

    def test_forms(self):
        for prefix in ('', 'a/', 'a/b/c/'):
            with self.subTest(prefix=prefix):
                self.target.state.__init__()
                near = self.near(prefix)
                self.succeeds([f'{near.address}/{prefix}'.rstrip('/')])
                self.assertEqual(self.source.journal, [])

    def test_next_and_at_last_the_registry(self):
        first, second = self.near(seeded=False), self.near(seeded=False)
        self.succeeds([f'{first.address}/a', f'{second.address}/b'])
        order = sorted((each.time, server) for server in (first, second, self.source)
                       for each in server.requests() if 'manifests/1' in each.target)
        self.assertEqual([server for _, server in order][:3], [first, second, self.source])

    def test_partly_there(self):
        """A mirror may have a manifest and lack its blobs."""
        near = self.near()
        near.state.repositories['cache/lib/app'].blobs.clear()
        self.succeeds([f'{near.address}/cache'])
        self.assertEqual(self.source.requests('manifests'), [])
        self.assertTrue(self.source.requests('blobs'))

    def test_rerun(self):
        near = self.near()
        path = self.path([f'{near.address}/cache'])
        self.mirror(path)
        near.clear()
        self.target.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])
        self.assertEqual([each.method for each in near.requests()], ['HEAD'])
        self.assertEqual((self.target.writes(), self.source.journal), ([], []))

    def test_absent_everywhere(self):
        near = self.near(seeded=False)
        self.source.state.repositories.clear()
        found = self.mirror(self.path([near.address]), status=4)
        self.assertIn(self.source.address, found.jobs[0]['error']['where'])

    def test_a_targets_own_state_is_not_a_mirrors(self):
        """What a registry holds that is written to is asked of itself."""
        near = self.near('', seeded=False)
        near.seed(images.image('stale'), 'lib/app', '1')
        near.seed(self.image, 'other', '1')
        path = self.config([self.entry(self.source, 'lib/app', '1')], self.target.address,
                           registries={self.source.address: {'username': 'user',
                                                             'password': self.password},
                                       self.target.address: {'mirrors': [near.address]}})
        self.mirror(path)
        self.assertEqual(self.target.state.tag('lib/app', '1'), self.image.digest)
        self.assertEqual(self.target.state.check(), 1)
        self.assertEqual(near.journal, [])
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])


class Broken(MirrorCase):
    """Whatever is wrong with a mirror, its registry has it."""

    def broken(self, name, action):
        self.target.state.__init__()
        self.target.clear()
        near = self.near()
        near.fault('', action, times=-1)
        start = time.monotonic()
        self.succeeds([f'{near.address}/cache'])
        self.assertLess(time.monotonic() - start, 6 * harness.PATIENCE, name)
        self.assertTrue(near.journal)
        self.assertOrder(self.target)
        return near

    def test_statuses(self):
        for code in (400, 401, 403, 404, 429, 500, 502, 503, 504):
            with self.subTest(code=code):
                self.broken(code, mock.status(code))

    def test_retry_after_of_a_mirror(self):
        """Nobody waits for a mirror."""
        for answer in (mock.too_many(30), mock.status(503, headers={'Retry-After': '30'})):
            with self.subTest(answer=answer.name):
                self.broken(answer.name, answer)

    def test_connections(self):
        for action in (mock.reset(), mock.silent(0, 'close'), mock.raw_head(b'nonsense\r\n\r\n'),
                       mock.redirect('http://127.0.0.1:1/{target}'), mock.redirect('{target}')):
            with self.subTest(action=action.name):
                self.broken(action.name, action)

    def test_dead(self):
        start = time.monotonic()
        self.succeeds([f'127.0.0.1:{closed_port()}/cache'])
        self.assertLess(time.monotonic() - start, 4 * harness.PATIENCE)

    def test_unknown_host(self):
        self.succeeds(['mirror.invalid/cache'])

    def test_silent_is_given_up_once(self):
        """One that says nothing costs a stall, not one for every request of the image."""
        near = self.near()
        near.fault('', mock.silent(60), times=-1)
        start = time.monotonic()
        self.succeeds([f'{near.address}/cache'], stall_timeout='1s')
        self.assertLess(time.monotonic() - start, 3 * harness.PATIENCE)

    def test_certificate(self):
        """A mirror that is not believed is not used, and not in the clear either."""
        ca = self.authority()
        near = self.near(tls=ca.issue('wrong', ('elsewhere.example',)))
        self.succeeds([f'{near.address}/cache'])
        self.assertEqual((near.journal, near.downgrades), ([], 0))

    def test_breaks_off_in_a_blob(self):
        near = self.near()
        near.fault('^GET .*/blobs/', mock.cut(100), times=3)
        self.succeeds([f'{near.address}/cache'])

    def test_always_breaks_off_in_a_blob(self):
        near = self.near()
        near.fault('^GET .*/blobs/', mock.cut(100), times=-1)
        self.succeeds([f'{near.address}/cache'], retries=1)
        self.assertTrue(self.source.requests('^GET .*/blobs/'))

    def test_wrong_bytes(self):
        """They are never written; a mirror that lies may fail a job, not falsify it."""
        for match in ('^GET .*/blobs/', '^GET .*/manifests/sha256'):
            with self.subTest(match=match):
                self.target.state.__init__()
                near = self.near()
                near.fault(match, mock.flip(-2), times=-1)
                found = self.mirror(self.path([f'{near.address}/cache']), status=(0, 6))
                self.assertEqual(self.target.state.check(), int(found.done.returncode == 0))

    def test_a_dead_registry_with_a_living_mirror(self):
        near = self.near()
        self.source.stop()
        self.succeeds([f'{near.address}/cache'])


class Secrets(MirrorCase):

    def test_registrys_password_is_not_the_mirrors(self):
        """Not even when the mirror asks for one in the registry's own words."""
        realm = 'Basic realm="mock"'
        near = self.near()
        near.fault('', mock.status(401, headers={'WWW-Authenticate': realm}), times=-1)
        self.succeeds([f'{near.address}/cache'])
        for entry in near.requests():
            self.assertIsNone(entry.header('Authorization'))
            self.assertNotIn(self.password, entry.text())

    def test_mirrors_password_is_not_the_registrys(self):
        own = self.secret()
        near = self.near(basic=('agent', own))
        near.state.repositories['cache/lib/app'].blobs.clear()
        self.succeeds([f'{near.address}/cache'],
                      more={near.address: {'username': 'agent', 'password': own}})
        self.assertTrue([each for each in near.requests() if each.status == 200])
        self.assertTrue(self.source.requests('blobs'))
        for server, foreign in ((near, coded('user', self.password)),
                                (self.source, coded('agent', own))):
            for entry in server.requests():
                self.assertNotIn(foreign, entry.text())

    def test_bearer_tokens(self):
        """Each has its own token server, asked for its own name of the repository."""
        near_tokens, tokens = self.token_server(), self.token_server({'user': self.password})
        source = self.mock(token=tokens)
        source.seed(self.image, 'lib/app', '1')
        near = self.near(token=near_tokens)
        near.state.repositories['cache/lib/app'].blobs.clear()
        self.succeeds([f'{near.address}/cache'], source=source)
        self.assertEqual({each for _, _, scopes in near_tokens.seen for each in scopes},
                         {'repository:cache/lib/app:pull'})
        self.assertEqual({each for _, _, scopes in tokens.seen for each in scopes},
                         {'repository:lib/app:pull'})
        self.assertEqual({account for _, account, _ in near_tokens.seen}, {''})
        for server, others in ((near, tokens), (source, near_tokens)):
            for entry in server.requests():
                given = (entry.header('Authorization') or '').partition(' ')[2]
                self.assertNotIn(given or '-', others.tokens)

    def test_realm_of_a_mirror(self):
        """A mirror can't have the registry's password sent to its own realm."""
        evil = self.trap()
        near = self.near()
        near.fault('', mock.status(401, headers={
            'WWW-Authenticate': f'Bearer realm="{evil.url}/token",service="x"'}), times=-1)
        self.succeeds([f'{near.address}/cache'])
        evil.check([self.password, coded('user', self.password)])

    def test_redirect_of_a_mirror(self):
        evil = self.trap(lambda _request: mock.Response(404))
        near = self.near()
        near.fault('blobs', mock.redirect(evil.url + '/x'), times=-1)
        self.succeeds([f'{near.address}/cache'])
        self.assertTrue(evil.requests())
        evil.check([self.password, coded('user', self.password)])


class Budget(MirrorCase):
    """A counted registry behind a mirror."""

    def setUp(self):
        super().setUp()
        ca = self.authority()
        self.hub = self.mock('dockerhub', tls=ca.issue('hub', ('registry-1.docker.io',)))
        self.hub.seed(self.image, 'library/app', '1')
        self.proxy = self.running(mock.Proxy({'registry-1.docker.io:443': self.hub}))
        self.env = {'SSL_CERT_FILE': ca.certificate, **self.proxy.environment()}
        self.cache = self.mock()

    def hub_path(self, **settings):
        return self.config([self.entry('docker.io', 'app', '1')], self.target.address,
                           registries={'docker.io': {'mirrors': [f'{self.cache.address}/hub'],
                                                     **settings}})

    def test_a_mirror_costs_no_pull(self):
        self.cache.seed(self.image, 'hub/library/app', '1')
        self.mirror(self.hub_path(), env=self.env)
        self.assertEqual(self.hub.pulls_left, 100)
        self.assertEqual(self.target.state.check(), 1)

    def test_min_remaining_counts_behind_a_mirror(self):
        """What the mirror lacks is pulled from the registry, which keeps its rest."""
        self.hub.pulls_left = 5
        found = self.mirror(self.hub_path(min_remaining=5), env=self.env, status=5)
        self.assertIn('min_remaining', found.said)
        self.assertEqual(self.hub.pulls_left, 5)

    def test_used_up(self):
        self.hub.pulls_left = 0
        self.cache.seed(self.image, 'hub/library/app', '1')
        self.mirror(self.hub_path(), env=self.env)
        self.assertEqual(self.target.state.check(), 1)

    def test_what_the_mirror_says_of_budgets_is_not_the_registrys(self):
        cache = self.mock('dockerhub')
        cache.pulls_left = 50
        cache.seed(self.image, 'hub/library/app', '1')
        path = self.config([self.entry('docker.io', 'app', '1')], self.target.address,
                           registries={'docker.io': {'mirrors': [f'{cache.address}/hub'],
                                                     'min_remaining': 60}})
        self.mirror(path, env=self.env)
        self.assertTrue(all(re.match('HEAD', each.method) for each in self.hub.requests()))


if __name__ == '__main__':
    harness.main()
