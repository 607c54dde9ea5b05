#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Docker Hub: its names, its tokens, its budget of pulls. A proxy leads its real host names to
scripted servers with certificates of the test's CA."""
import base64
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402


class Hub(Scenario):

    def setUp(self):
        super().setUp()
        self.password = self.secret()
        ca = self.authority()
        self.tokens = self.token_server({'user': self.password},
                                        tls=ca.issue('auth', ('auth.docker.io',)),
                                        realm='https://auth.docker.io/token')
        self.hub = self.mock('dockerhub', token=self.tokens,
                             tls=ca.issue('hub', ('registry-1.docker.io',)))
        self.hub.seen_as = 'https://registry-1.docker.io'
        self.proxy = self.running(mock.Proxy({'registry-1.docker.io:443': self.hub,
                                              'auth.docker.io:443': self.tokens}))
        self.target = self.mock()
        self.env = {'SSL_CERT_FILE': ca.certificate, **self.proxy.environment()}

    def seed(self, *names):
        for name in names:
            self.hub.seed(images.multi_platform(name), name if '/' in name else f'library/{name}',
                          '1')

    def path(self, *names, registries=None, **more):
        return self.config([self.entry('docker.io', name, '1', **more) for name in names],
                           f'{self.target.address}/m', registries=registries,
                           run={'parallel': 2})

    def pulls(self):
        return [each for each in self.hub.requests('^GET .*/manifests/') if each.status == 200]

    def test_names_and_tokens(self):
        self.seed('alpine', 'hashicorp/vault')
        self.mirror(self.path('alpine', 'hashicorp/vault'), env=self.env)
        self.assertEqual(self.target.state.tag('m/alpine', '1'),
                         self.hub.state.tag('library/alpine', '1'))
        self.assertEqual(self.target.state.check(), 2)
        self.assertEqual({account for _, account, _ in self.tokens.seen}, {''})

    def test_credentials_of_docker_login(self):
        self.seed('alpine')
        coded = base64.b64encode(f'user:{self.password}'.encode()).decode()
        self.write('home/.docker/config.json', json.dumps(
            {'auths': {'https://index.docker.io/v1/': {'auth': coded}}}))
        self.mirror(self.path('alpine'), env=self.env)
        self.assertEqual({account for _, account, _ in self.tokens.seen}, {'user'})
        self.assertNotIn(coded, '\n'.join(each.text() for each in self.hub.requests()))
        self.assertNotIn('Authorization', ''.join(self.proxy.heads))

    def test_credentials_of_the_config(self):
        self.seed('alpine')
        self.mirror(self.path('alpine', registries={'docker.io': {
            'username': 'user', 'password': self.password}}), env=self.env)
        self.assertEqual({account for _, account, _ in self.tokens.seen}, {'user'})

    def test_rerun_costs_no_pull(self):
        names = [f'app{i}' for i in range(6)]
        self.seed(*names)
        path = self.path(*names)
        self.mirror(path, env=self.env)
        self.assertEqual(len(self.pulls()), 18, 'one for each manifest')
        self.hub.clear()
        self.mirror(path, env=self.env)
        self.assertEqual(self.hub.requests('^GET .*/manifests/'), [])
        asked = [each.status for each in self.hub.requests('^HEAD .*/manifests/')]
        self.assertEqual(asked.count(200), 6)
        self.assertLessEqual(len(asked), 8, 'more than one challenge for each worker')
        self.assertLessEqual(self.hub.connections, 2)

    def test_rerun_with_platforms_costs_no_pull(self):
        self.seed('alpine')
        path = self.path('alpine', platforms=['linux/amd64'])
        self.mirror(path, env=self.env)
        self.hub.clear()
        self.assertEqual(self.mirror(path, env=self.env).statuses(), ['unchanged'])
        self.assertEqual(self.hub.requests('^GET .*/manifests/'), [])

    def test_plan_shows_the_budget(self):
        self.seed('alpine', 'busybox')
        self.hub.pulls_left = 77
        path = self.path('alpine', 'busybox')
        said = self.artmirror('plan', '--config', path, env=self.env).stdout
        self.assertIn('77', said)
        self.assertIn('100', said)
        self.assertRegex(said, r'6 ?h')
        found = self.plan(path, env=self.env)
        self.assertEqual(self.hub.pulls_left, 77, 'planning used the budget')
        budget = found.document['budgets'][0]
        self.assertEqual((budget['remaining'], budget['limit']), (77, 100))
        self.assertGreaterEqual(budget['needed'], 2)

    def test_min_remaining(self):
        names = [f'app{i}' for i in range(6)]
        self.seed(*names)
        self.hub.pulls_left = 20
        path = self.path(*names, registries={'docker.io': {'min_remaining': 14}})
        found = self.mirror(path, status=5, env=self.env)
        self.assertGreaterEqual(self.hub.pulls_left, 14)
        self.assertIn('failed', found.statuses())
        self.assertIn('min_remaining', found.said)
        self.target.state.check()

    def test_min_remaining_stops_before_the_first_pull(self):
        self.seed('alpine')
        self.hub.pulls_left = 10
        path = self.path('alpine', registries={'docker.io': {'min_remaining': 50}})
        self.mirror(path, status=5, env=self.env)
        self.assertEqual(self.hub.pulls_left, 10)

    def test_quota_is_used_up(self):
        """Waiting is of no use: a prompt failure that says when there is more."""
        self.seed('alpine', 'busybox')
        self.hub.pulls_left = 0
        start = time.monotonic()
        found = self.mirror(self.path('alpine', 'busybox'), status=5, env=self.env)
        self.assertLess(time.monotonic() - start, 5 * harness.PATIENCE)
        self.assertLess(len(self.hub.requests('^GET .*/manifests/')), 8)
        self.assertIn('pull budget is used up', found.said)
        self.assertRegex(found.said, r'6 ?h')

    def test_upstream_mirror(self):
        """The mirror is asked first; what it lacks comes from the Hub itself."""
        near = self.mock()
        near.seed(images.multi_platform('alpine'), 'cache/library/alpine', '1')
        self.seed('alpine', 'busybox')
        path = self.path('alpine', 'busybox', registries={'docker.io': {
            'mirrors': [f'{near.address}/cache']}})
        self.mirror(path, env=self.env)
        self.assertEqual(self.target.state.check(), 2)
        self.assertEqual(self.hub.requests('alpine'), [])
        self.assertTrue(self.hub.requests('busybox'))

    def test_target_on_the_hub(self):
        """No mount is tried across registries, and a refused one becomes an upload."""
        source = self.mock()
        base = [images.random_bytes('base', 50000)]
        for name in ('a', 'b'):
            source.seed(images.image(name, shared=base), name, '1')
        path = self.config([self.entry(source, name, '1') for name in 'ab'], 'docker.io/user',
                           registries={'docker.io': {'username': 'user',
                                                     'password': self.password}})
        self.mirror(path, env=self.env)
        self.assertEqual(self.hub.state.check(), 2)
        self.assertEqual(self.hub.state.uploads, {}, 'an upload session was left open')

    def test_proxy_is_used_for_public_hosts_only(self):
        self.seed('alpine')
        self.mirror(self.path('alpine'), env=self.env)
        self.assertEqual(set(self.proxy.asked), {'registry-1.docker.io:443', 'auth.docker.io:443'})


if __name__ == '__main__':
    harness.main()
