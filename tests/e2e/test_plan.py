#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""plan: tells what mirror then does, and writes nothing."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402

AMOUNTS = ('sent', 'mounted', 'present')


class Plan(Scenario):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()

    def assertOnlyRead(self, *servers):
        for server in servers:
            self.assertEqual({each.method for each in server.requests()} - {'GET', 'HEAD'}, set())

    def compared(self, path, *args):
        """Plans, mirrors, and gives both reports once they agree."""
        self.target.clear()
        plan = self.plan(path, *args)
        self.assertOnlyRead(self.target, self.source)
        self.assertEqual(len(self.target.state.uploads), 0)
        done = self.mirror(path, *args)
        for planned, job in zip(plan.jobs, done.jobs):
            name = planned['name']
            self.assertEqual(planned['key'], job['key'])
            self.assertEqual(planned['target'], job['target'], name)
            self.assertEqual(planned['source'], job['source'], name)
            self.assertEqual(planned['platforms'], job['platforms'], name)
        for kind in ('bytes', 'blobs'):
            for amount in AMOUNTS:
                self.assertEqual(plan.document['totals'][kind][amount],
                                 done.document['totals'][kind][amount], f'{amount} {kind}')
        return plan, done

    def test_what_it_tells_is_what_is_sent(self):
        shared = images.random_bytes('shared', 5000)
        content = {
            'new': images.image('new', shared=[shared]),
            'multi': images.multi_platform('multi', attestations=True, shared=[shared]),
            'list': images.multi_platform('list', docker=True),
            'foreign': images.image('f', extra_layers=[images.foreign_layer('w')]),
            'same': images.image('same'),
            'changed': images.image('changed', shared=[shared], layers=1),
        }
        for name, image in content.items():
            self.source.seed(image, name, '1')
        self.target.seed(content['same'], 'same', '1')
        self.target.seed(images.image('before', shared=[shared], layers=1), 'changed', '1')
        path = self.config([self.entry(self.source, name, '1') for name in content if
                            name != 'list'] +
                           [self.entry(self.source, 'list', '1', platforms=['linux/arm64'])],
                           self.target.address, run={'parallel': 1})
        plan, done = self.compared(path)
        statuses = dict(zip((job['name'] for job in plan.jobs), plan.statuses()))
        self.assertEqual(statuses, {
            'new': 'would create', 'multi': 'would create', 'list': 'would create',
            'foreign': 'would create', 'same': 'unchanged', 'changed': 'would update'})
        self.assertEqual(done.document['totals']['bytes']['sent'], sum(
            each.body_length for each in self.target.requests('^PUT .*blobs')))

    def test_mounts_of_one_registry(self):
        self.target = self.source
        self.source.seed(images.image('a'), 'from/app', '1')
        path = self.config([self.entry(self.source, 'from/app', '1', destination='to/app:{version}')],
                           self.source.address)
        plan, _ = self.compared(path)
        self.assertEqual(plan.document['totals']['bytes']['sent'], 0)

    def test_into_a_layout(self):
        self.source.seed(images.multi_platform('m'), 'app', '1')
        folder = self.tmp / 'layout'
        path = self.config([self.entry(self.source, 'app', '1')], str(folder))
        plan = self.plan(path)
        self.assertFalse(folder.exists(), 'plan made the folder')
        done = self.mirror(path)
        self.assertEqual(plan.document['totals']['bytes'], done.document['totals']['bytes'])

    def test_detailed_exitcode(self):
        self.source.seed(images.image('a'), 'app', '1')
        path = self.config([self.entry(self.source, 'app', '1')], self.target.address)
        self.plan(path, status=0)
        self.plan(path, '--detailed-exitcode', status=10)
        self.mirror(path)
        self.plan(path, '--detailed-exitcode', status=0)
        self.source.seed(images.image('b'), 'app', '1')
        self.plan(path, '--detailed-exitcode', status=10)

    def test_a_failure_beats_drift(self):
        self.source.seed(images.image('a'), 'app', '1')
        path = self.config([self.entry(self.source, 'app', '1', '2')], self.target.address)
        found = self.plan(path, '--detailed-exitcode', status=4)
        self.assertEqual(found.statuses(), ['would create', 'failed'])

    def test_as_text(self):
        self.source.seed(images.image('a', layers=1, size=123456), 'app', '1')
        path = self.config([self.entry(self.source, 'app', '1')], self.target.address)
        done = self.artmirror('plan', '--config', path)
        self.assertIn('app', done.stdout)
        self.assertIn('create', done.stdout)
        self.assertRegex(done.stdout, r'12[34]\.\d kB')
        again = self.artmirror('mirror', '--dry-run', '--config', path)
        self.assertEqual(again.stdout, done.stdout)
        self.assertOnlyRead(self.target, self.source)

    def test_counted_registries_are_not_pulled_from(self):
        """Where pulls count, plan asks by HEAD alone and says what it would cost."""
        hub = self.mock('dockerhub')
        hub.seed(images.multi_platform('m'), 'app', '1')
        hub.seed(images.multi_platform('n'), 'app', '2')
        # Only docker.io is known to count; a proxy leads its name to the scripted one.
        ca = self.authority()
        front = self.running(mock.MockRegistry(
            hub.profile, tls=ca.issue('hub', ('registry-1.docker.io',))))
        front.state = hub.state
        proxy = self.running(mock.Proxy({'registry-1.docker.io:443': front}))
        env = {'SSL_CERT_FILE': ca.certificate, **proxy.environment()}
        path = self.config([self.entry('docker.io', 'app', '1', '2', platforms=['linux/amd64'])],
                           self.target.address)
        hub.seed(images.multi_platform('m'), 'library/app', '1')
        hub.seed(images.multi_platform('n'), 'library/app', '2')
        found = self.plan(path, '--detailed-exitcode', status=10, env=env)
        self.assertEqual(found.statuses(), ['would create'] * 2)
        self.assertEqual(front.requests('^GET .*manifests'), [])
        self.assertEqual(front.pulls_left, hub.profile.pulls)
        budget = found.document['budgets'][0]
        self.assertEqual(budget['needed'], 4)
        self.assertEqual(budget['remaining'], hub.profile.pulls)
        self.assertEqual([job['counted_pulls'] for job in found.jobs], [2, 2])
        done = self.mirror(path, env=env)
        self.assertEqual([job['counted_pulls'] for job in done.jobs], [2, 2])
        self.assertEqual(front.pulls_left, hub.profile.pulls - 4)


if __name__ == '__main__':
    harness.main()
