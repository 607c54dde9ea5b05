#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plugins docker and ghcr against registries that differ: every profile as source and as target,
what each refuses and what is said then."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from mock.registry import refusal  # noqa: E402
from scenario import Scenario  # noqa: E402

ALWAYS = {'times': -1}
SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
CONFIG = """
images:
  - name: 'hashicorp/vault'
    versions:
      - '1.19.0'
      - '1.19.5'
    source_registry: 'docker.io'
    platforms: ["linux/amd64"]
  - name: 'library/nginx'
    versions: ['1.27']
    source_registry: 'docker.io'
"""
MATRIX = ('[{"name":"hashicorp/vault","source_registry":"docker.io","version":"1.19.0",'
          '"platforms":["linux/amd64"]},'
          '{"name":"hashicorp/vault","source_registry":"docker.io","version":"1.19.5",'
          '"platforms":["linux/amd64"]},'
          '{"name":"library/nginx","source_registry":"docker.io","version":"1.27",'
          '"platforms":["linux/amd64","linux/arm64"]}]')


class Matrix(Scenario):

    def test_columns(self):
        path = self.write('images.yaml', CONFIG)
        done = self.artmirror('matrix', 'images', '--config', path)
        self.assertEqual(done.stdout.rstrip('\n'), MATRIX)


class Sources(Scenario):

    def run_one(self, source, *args, status=0, name='app', version='1'):
        self.target = self.mock()
        path = self.config([self.entry(source, name, version)], f'{self.target.address}/m',
                           run={'retries': 0}, name=f'{os.urandom(4).hex()}.yaml')
        return self.mirror(path, *args, status=status)

    def test_every_profile(self):
        for profile in mock.PROFILES:
            with self.subTest(profile=profile):
                source = self.mock(profile)
                found = source.seed(images.multi_platform('app', attestations=True), 'app', '1')
                self.run_one(source)
                self.assertEqual(self.target.state.tag('m/app', '1'), found.digest)
                self.assertEqual(self.target.state.check(), 1)

    def test_docker_types(self):
        source = self.mock('distribution')
        for docker in (images.image('single', docker=True),
                       images.multi_platform('list', docker=True)):
            source.seed(docker, 'app', '1')
            self.run_one(source)
            self.assertEqual(self.target.state.tag('m/app', '1'), docker.digest)

    def test_types_that_say_nothing(self):
        for served in ('application/json', 'text/plain; charset=utf-8', None):
            with self.subTest(served=served):
                source = self.mock()
                found = source.seed(images.multi_platform('app', docker=True), 'app', '1')
                source.fault('manifests', mock.header('Content-Type', served), **ALWAYS)
                self.run_one(source)
                self.assertEqual(self.target.state.tag('m/app', '1'), found.digest)

    def test_schema_1_is_refused(self):
        source = self.mock()
        source.seed(images.image('app'), 'app', '1')
        source.fault('manifests', mock.header('Content-Type', SCHEMA1), **ALWAYS)
        found = self.run_one(source, status=1)
        self.assertIn('schema 1', found.said)
        self.assertEqual(self.target.state.check(), 0)

    def test_absent(self):
        source = self.mock()
        source.seed(images.image('app'), 'app', '1')
        for name, version in (('app', '2'), ('other', '1')):
            found = self.run_one(source, status=4, name=name, version=version)
            self.assertIn(f'{source.address}/{name}:{version}', found.said)
            self.assertIn('not visible with these credentials', found.said)

    def test_pins(self):
        source = self.mock()
        first = source.seed(images.image('first'), 'app', '1')
        source.seed(images.image('second'), 'app', '1')
        self.run_one(source, version={'tag': '1', 'digest': first.digest})
        self.assertEqual(self.target.state.tag('m/app', '1'), first.digest)
        self.run_one(source, version=first.digest)
        self.assertIsNotNone(self.target.state.manifest('m/app', first.digest))

    def test_references_of_the_command_line(self):
        source, target = self.mock(), self.mock()
        found = source.seed(images.image('app'), 'team/app', '1', 'latest')
        for i, (reference, tag) in enumerate((
                (f'docker://{source.address}/team/app:1', '1'),
                (f'{source.address}/team/app', 'latest'),
                (f'{source.address}/team/app:2@{found.digest}', '2'))):
            self.artmirror('mirror', reference, '--target', f'{target.address}/r{i}')
            self.assertEqual(target.state.tag(f'r{i}/team/app', tag), found.digest)
        done = self.artmirror('mirror', f'{source.address}/Team/App', '--target', target.address,
                              status=2)
        self.assertIn('lower-case', done.stderr)


class Targets(Scenario):

    def setUp(self):
        super().setUp()
        self.source = self.mock()
        self.images = {}
        shared = [images.random_bytes('base', 40000)]
        for name in ('a', 'b'):
            self.images[name] = self.source.seed(images.image(name, shared=shared), name, '1')

    def path(self, target, *names, **more):
        return self.config([self.entry(self.source, name, '1', **more)
                            for name in names or self.images],
                           f'{target.address}/m', run={'parallel': 2, 'retries': 1},
                           name=f'{os.urandom(4).hex()}.yaml')

    def test_every_profile(self):
        for profile in mock.PROFILES:
            with self.subTest(profile=profile):
                target = self.mock(mock.profile(profile, creates=True))
                path = self.path(target)
                self.mirror(path)
                for name, image in self.images.items():
                    self.assertEqual(target.state.tag(f'm/{name}', '1'), image.digest)
                self.assertEqual(target.state.check(), 2)
                self.assertOrder(target)
                self.assertEqual(target.state.uploads, {}, 'an upload session was left open')
                target.clear()
                self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 2)
                self.assertEqual([str(each) for each in target.writes()], [])

    def test_mount_that_becomes_an_upload(self):
        """202 to a mount: the blob goes into the very session that was opened."""
        target = self.mock(mock.profile('generic', mount='no'))
        self.mirror(self.path(target))
        mounts = target.requests(r'^POST /v2/(\S+)/blobs/uploads/\?mount=\S+&from=(?!\1$)')
        self.assertEqual(len(mounts), 1)
        blobs = len(set(self.images['a'].blobs) | set(self.images['b'].blobs)) + 1
        self.assertEqual(len(target.requests('^POST')), blobs)
        self.assertEqual(target.state.uploads, {})

    def test_repository_must_exist(self):
        target = self.mock('ecr')
        found = self.mirror(self.path(target, 'a'), status=None)
        self.assertEqual(found.statuses(), ['failed'])
        self.assertIn("create 'm/a'", found.said)
        target.state.repository('m/a')
        self.mirror(self.path(target, 'a'))
        self.assertEqual(target.state.tag('m/a', '1'), self.images['a'].digest)

    def test_immutable_tag(self):
        target = self.mock(mock.profile('ecr', creates=True))
        before = target.seed(images.image('before'), 'm/a', '1')
        found = self.mirror(self.path(target, 'a'), status=None)
        self.assertEqual(found.statuses(), ['failed'])
        self.assertIn('immutable', found.said)
        self.assertIn('on_change: keep', found.said)
        self.assertEqual(target.state.tag('m/a', '1'), before.digest)

    def test_docker_types_refused(self):
        target = self.mock('zot')
        self.source.seed(images.image('docker', docker=True), 'docker', '1')
        found = self.mirror(self.path(target, 'docker'), status=None)
        self.assertEqual(found.statuses(), ['failed'])
        self.assertIn('docker2s2', found.said)
        self.assertEqual(len(target.requests('^PUT .*manifests')), 1, 'retried for nothing')

    def test_no_location(self):
        target = self.mock()
        target.fault('^POST', mock.location('missing'), **ALWAYS)
        found = self.mirror(self.path(target), status=None)
        self.assertIn('no usable Location', found.said)
        self.assertEqual(target.state.check(), 0)

    def test_refusal_in_html(self):
        target = self.mock()
        target.denied = {('POST', ''): lambda request: mock.Response(
            413, [('Content-Type', 'text/html')], b'<html>413 Request Entity Too Large')}
        found = self.mirror(self.path(target), status=1)
        self.assertIn('client_max_body_size', found.said)
        self.assertNotIn('<html>', found.said)

    def test_refusal_is_shown_escaped(self):
        target = self.mock()
        target.denied = {('POST', ''): lambda request: refusal(
            403, 'DENIED', 'quota \x1b[31mexceeded\n::error::x')}
        found = self.mirror(self.path(target), status=3)
        self.assertIn('exceeded', found.said)


class Flavor(Scenario):
    """GHCR's rules at a host that is not ghcr.io."""

    def target(self, mocked, flavor):
        return [{'id': 't', 'type': 'ghcr', 'registry': f'{mocked.address}/Owner',
                 'flavor': flavor}]

    def test_new_package_is_a_notice_of_the_first_run(self):
        source, target = self.mock(), self.mock('ghcr')
        source.seed(images.image('app'), 'a/b', '1')
        path = self.config([self.entry(source, 'a/b', '1')], self.target(target, 'ghcr'))
        found = self.mirror(path)
        self.assertIsNotNone(target.state.tag('owner/a/b', '1'))
        address = 'https://github.com/users/owner/packages/container/a%2Fb/settings'
        self.assertEqual(found.done.stderr.count(address), 1)
        self.assertIn(address, json.dumps(found.document))
        self.assertNotIn(address, self.mirror(path).done.stderr)

    def test_names_stay_as_they_are(self):
        source, target = self.mock(), self.mock()
        source.seed(images.image('app'), 'app', '1')
        path = self.config([self.entry(source, 'app', '1')], self.target(target, 'generic'))
        done = self.artmirror('mirror', '--config', path, status=2)
        self.assertIn(f'write {target.address}/owner', done.stderr)
        self.assertEqual(target.writes(), [])


if __name__ == '__main__':
    harness.main()
