#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""From registry to registry, both Debian's docker-registry; the copies are read by skopeo."""
import json
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from scenario import Scenario  # noqa: E402

WORKERS = 4


def twenty_images() -> dict:
    """{name: image}: every shape that registries hold; two layers are in many of them."""
    base = [images.random_bytes(f'base {i}', 30000) for i in range(2)]
    found = {}
    for i in range(8):
        found[f'app/single{i}'] = images.image(f'single {i}', shared=base)
    for i in range(4):
        found[f'app/multi{i}'] = images.multi_platform(f'multi {i}', shared=base)
    for i in range(3):
        found[f'docker/list{i}'] = images.multi_platform(f'list {i}', docker=True)
    found['docker/single'] = images.image('docker', docker=True)
    found['odd/attested'] = images.multi_platform('attested', attestations=True)
    found['odd/nested'] = images.index([images.multi_platform('nested'), images.image('beside')])
    found['odd/foreign'] = images.image('foreign', extra_layers=[images.foreign_layer('windows')])
    found['odd/empty'] = images.image('empty', shared=[b''])
    return found


class TwentyImages(Scenario):

    def setUp(self):
        super().setUp()
        self.source = self.registry('source')
        self.target = self.registry('target')
        self.images = twenty_images()
        for name, image in self.images.items():
            self.source.push(image, name, '1.0')
        self.path = self.config([self.entry(self.source, name, '1.0') for name in self.images],
                                f'{self.target.address}/mirror', run={'parallel': WORKERS})
        self.source.clear()
        self.target.clear()

    def test_first_run_copies_and_second_writes_nothing(self):
        first = self.mirror(self.path)
        self.assertEqual(first.statuses(), ['created'] * 20)
        self.assertEqual(self.target.walk(), 20)
        self.assertEqual(self.target.uploads(), [], 'an upload session was left open')
        for name, image in self.images.items():
            self.assertEqual(self.target.tags()[f'mirror/{name}:1.0'], image.digest)
        self.assertEqual(len(self.target.tags()), 20, 'something else was tagged')
        self.check_downloads()
        self.assertLessEqual(self.source.connections(), WORKERS)
        self.assertLessEqual(self.target.connections(), WORKERS)
        self.source.clear()
        self.target.clear()

        second = self.mirror(self.path)
        self.assertEqual(second.statuses(), ['unchanged'] * 20)
        self.assertEqual(self.target.writes(), [])
        for server in (self.source, self.target):
            asked = [each for each in server.requests() if each.target != '/v2/']
            self.assertEqual(len(asked), 20, [str(each) for each in asked])
            self.assertEqual({each.method for each in asked}, {'HEAD'})
            self.assertLessEqual(server.connections(), WORKERS)

    def check_downloads(self):
        """Every blob is downloaded once; in the repositories that share it, it is mounted."""
        downloads = [each.target.rpartition('/')[2] for each in
                     self.source.requests('^GET .*/blobs/')]
        self.assertEqual(len(downloads), len(set(downloads)), 'a blob was downloaded twice')
        base = images.digest_of(images.random_bytes('base 0', 30000))
        self.assertEqual(downloads.count(base), 1)
        mounts = [each for each in self.target.requests(f'^POST .*mount={base[:6]}')
                  if each.status == 201]
        self.assertGreaterEqual(len(mounts), 11, 'shared layers were not mounted')

    def test_copies_are_equal_for_skopeo(self):
        self.mirror(self.path)
        for name in ('app/single0', 'app/multi0', 'docker/list0', 'odd/attested', 'odd/nested'):
            self.assertSame(self.source, self.target, f'{name}:1.0', f'mirror/{name}:1.0')
        self.skopeo('copy', '--all', '--src-tls-verify=false',
                    f'docker://{self.target.address}/mirror/docker/list1:1.0',
                    f'dir:{self.tmp}/copy')
        done = json.loads((self.tmp / 'copy/manifest.json').read_text(encoding='utf-8'))
        self.assertEqual(done, self.images['docker/list1'].document)


class Jobs(Scenario):

    def setUp(self):
        super().setUp()
        self.source = self.registry('source')
        self.target = self.registry('target')
        self.images = {'a': images.image('a'), 'b': images.multi_platform('b'),
                       'foreign': images.image('f', extra_layers=[images.foreign_layer('w')])}
        for name, image in self.images.items():
            self.source.push(image, name, '1')
        self.target.clear()

    def path(self, *names):
        return self.config([self.entry(self.source, name, '1') for name in names],
                           f'{self.target.address}/mirror')

    def test_foreign_layer_is_reported(self):
        found = self.mirror(self.path('a', 'foreign'), '--image', 'foreign')
        self.assertEqual(found.statuses(), ['created'])
        self.assertIn('not mirrored', json.dumps(found.document))

    def test_one_bad_image_leaves_the_others(self):
        found = self.mirror(self.path('a', 'absent', 'b', 'foreign'), status=4)
        self.assertEqual(found.statuses(), ['created', 'failed', 'created', 'created'])
        self.assertEqual(self.target.walk(), 3)
        self.assertIn('absent', found.said)

    def test_only_failed(self):
        report = self.tmp / 'run.json'
        path = self.path('a', 'late')
        self.artmirror('mirror', '--config', path, '--report', report, status=4)
        self.source.push(images.image('late'), 'late', '1')
        found = self.mirror(path, '--only-failed', report)
        self.assertEqual(found.statuses(), ['created'])

    def test_plan_writes_nothing(self):
        path = self.path(*self.images)
        found = self.plan(path, '--detailed-exitcode', status=10)
        self.assertEqual(found.statuses(), ['would create'] * 3)
        self.mirror(path, '--dry-run')
        self.assertEqual(self.target.writes(), [])
        self.mirror(path)
        self.plan(path, '--detailed-exitcode', status=0)


class Changes(Scenario):

    def setUp(self):
        super().setUp()
        self.source = self.registry('source')
        self.target = self.registry('target')
        self.old = self.source.push(images.image('old'), 'app', '1')

    def run_twice(self, status=0, **entry):
        path = self.config([self.entry(self.source, 'app', '1', **entry)], self.target.address)
        self.mirror(path)
        self.new = self.source.push(images.image('new'), 'app', '1')
        return self.mirror(path, status=status)

    def test_update_prints_both_digests(self):
        found = self.run_twice()
        self.assertEqual(found.statuses(), ['updated'])
        self.assertEqual(self.target.tags()['app:1'], self.new.digest)
        said = found.said
        self.assertIn(self.old.digest[:19], said)
        self.assertIn(self.new.digest[:19], said)
        self.assertEqual(self.target.walk(), 1)

    def test_keep(self):
        found = self.run_twice(on_change='keep')
        self.assertEqual(found.statuses(), ['kept'])
        self.assertEqual(self.target.tags()['app:1'], self.old.digest)

    def test_fail_is_a_policy_failure(self):
        found = self.run_twice(status=7, on_change='fail')
        self.assertIn(found.statuses()[0], ('failed', 'blocked'))
        self.assertEqual(self.target.tags()['app:1'], self.old.digest)

    def test_pins(self):
        new = self.source.push(images.image('new'), 'app', '2')
        path = self.config([self.entry(self.source, 'app', {'tag': '1', 'digest': self.old.digest},
                                       new.digest)], self.target.address)
        self.source.push(new, 'app', '1')
        found = self.mirror(path)
        self.assertEqual(found.statuses(), ['created', 'created'])
        self.assertEqual(self.target.tags(), {'app:1': self.old.digest})
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 2)


class Platforms(Scenario):

    def setUp(self):
        super().setUp()
        self.source = self.registry('source')
        self.target = self.registry('target')
        names = ('linux/amd64', 'linux/arm64/v8', 'linux/arm/v7', 'windows/amd64')
        self.image = self.source.push(images.multi_platform('p', names, attestations=True),
                                      'app', '1')

    def run_for(self, *platforms, status=0, **more):
        self.path = self.config([self.entry(self.source, 'app', '1', platforms=list(platforms),
                                            **more)], self.target.address)
        return self.mirror(self.path, status=status)

    def at_target(self):
        return json.loads(self.skopeo('inspect', '--raw', '--tls-verify=false',
                                      f'docker://{self.target.address}/app:1'))

    def test_filtered_keeps_descriptors_and_attestations(self):
        self.run_for('linux/arm64')
        found = self.at_target()
        entries = self.image.document['manifests']
        self.assertEqual(found['mediaType'], images.OCI_INDEX)
        self.assertEqual(found['manifests'], [entries[1], entries[5]])
        self.assertEqual(found['annotations']['io.artmirror.source.digest'], self.image.digest)
        self.assertEqual(found['annotations']['io.artmirror.platforms'], 'linux/arm64')
        self.assertEqual(self.target.walk(), 1)
        self.target.clear()
        self.assertEqual(self.mirror(self.path).statuses(), ['unchanged'])
        self.assertEqual(self.target.writes(), [])
        self.assertEqual(self.run_for('linux/arm64', 'linux/amd64').statuses(), ['updated'])

    def test_verbatim_keeps_the_digest(self):
        self.run_for('linux/arm64', index='verbatim')
        self.assertEqual(self.target.tags()['app:1'], self.image.digest)
        self.assertEqual(self.target.walk(), 1)

    def test_sparse_is_refused_by_this_registry(self):
        found = self.run_for('linux/arm64', status=None, index='sparse')
        self.assertNotEqual(found.done.returncode, 0)
        self.assertEqual(self.target.tags(), {})

    def test_missing_platform_lists_what_there_is(self):
        found = self.run_for('linux/s390x', status=4)
        said = found.said
        self.assertIn('linux/s390x', said)
        self.assertIn('windows/amd64', said)

    def test_copy_by_another_client_is_unchanged(self):
        self.skopeo('copy', '--all', '--preserve-digests', '--src-tls-verify=false',
                    '--dest-tls-verify=false', f'docker://{self.source.address}/app:1',
                    f'docker://{self.target.address}/app:1')
        self.target.clear()
        self.assertEqual(self.run_for('linux/arm64').statuses(), ['unchanged'])
        self.assertEqual(self.target.writes(), [])


class SeveralTargets(Scenario):

    def test_source_is_read_once(self):
        source = self.registry('source')
        targets = [self.registry('one'), self.registry('two')]
        for name in ('a', 'b'):
            source.push(images.multi_platform(name, size=20000), name, '1')
        layout = self.tmp / 'layout'
        source.clear()
        path = self.config([self.entry(source, name, '1') for name in ('a', 'b')],
                           [{'id': 'one', 'value': targets[0].address},
                            {'id': 'two', 'value': f'{targets[1].address}/deep'},
                            str(layout)])
        found = self.mirror(path)
        self.assertEqual(found.statuses(), ['created'] * 6)
        downloads = [each.target for each in source.requests('^GET .*/blobs/')]
        self.assertEqual(len(downloads), len(set(downloads)), 'a blob was read twice')
        for server in targets:
            self.assertEqual(server.walk(), 2)
        self.assertSame(source, targets[1], 'a:1', 'deep/a:1')
        raw = self.skopeo('inspect', '--raw', f'oci:{layout}/b:1')
        self.assertEqual(images.digest_of(raw), source.tags()['b:1'])
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 6)

    def test_one_dead_target_leaves_the_other(self):
        source, good, dead = (self.registry(name) for name in ('source', 'good', 'dead'))
        source.push(images.image('a'), 'a', '1')
        dead.stop()
        path = self.config([self.entry(source, 'a', '1')], [good.address, dead.address],
                           run={'retries': 0})
        found = self.mirror(path, status=1)
        self.assertEqual(sorted(found.statuses()), ['created', 'failed'])
        self.assertEqual(good.walk(), 1)


class Secured(Scenario):

    def setUp(self):
        super().setUp()
        self.ca = self.authority()
        self.password = self.secret()

    def both(self, **how):
        source, target = (self.registry(name, **how) for name in ('source', 'target'))
        self.image = source.push(images.multi_platform('tls'), 'app', '1')
        return source, target

    def settings(self, *servers, **more):
        return {server.address: {'username': 'user', 'password': self.password, **more}
                for server in servers}

    def test_tls_and_basic_auth(self):
        source, target = self.both(tls=self.ca.issue('server'), basic=('user', self.password))
        path = self.config([self.entry(source, 'app', '1')], target.address,
                           registries=self.settings(source, target, ca=str(self.ca.certificate)))
        self.mirror(path)
        self.assertEqual(target.walk(), 1)
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])

    def test_ca_from_the_environment(self):
        source, target = self.both(tls=self.ca.issue('server'))
        path = self.config([self.entry(source, 'app', '1')], target.address)
        self.mirror(path, env={'SSL_CERT_FILE': self.ca.certificate})
        self.assertEqual(target.walk(), 1)

    def test_ca_from_certs_d(self):
        source, target = self.both(tls=self.ca.issue('server'))
        for server in (source, target):
            self.write(f'home/.config/containers/certs.d/{server.address}/ca.crt',
                       self.ca.certificate.read_text(encoding='ascii'))
        self.mirror(self.config([self.entry(source, 'app', '1')], target.address))
        self.assertEqual(target.walk(), 1)

    def test_wrong_password_is_an_auth_failure(self):
        source, target = self.both(basic=('user', self.password))
        settings = self.settings(source)
        settings[target.address] = {'username': 'user', 'password': self.secret()}
        found = self.mirror(self.config([self.entry(source, 'app', '1')], target.address,
                                        registries=settings), status=3)
        self.assertEqual(found.statuses(), ['failed'])
        self.assertEqual(target.tags(), {})


@unittest.skipIf(harness.SANITIZED, 'measures memory')
class Large(Scenario):

    def test_memory_does_not_grow_with_the_blob(self):
        source, target = self.registry('source'), self.registry('target')
        source.push(images.image('large', layers=4, size=40_000_000), 'large', '1')
        path = self.config([self.entry(source, 'large', '1')], target.address)
        process = harness.start('mirror', '--config', path)
        peak = harness.peak_memory(process)
        self.assertEqual(harness.finish(process).returncode, 0)
        self.assertLess(peak, 40 * 1024, 'KiB of memory')
        self.assertEqual(target.walk(), 1)


if __name__ == '__main__':
    harness.main()
