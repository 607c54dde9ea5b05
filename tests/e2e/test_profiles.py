#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Registries that differ: immutable tags, repositories that must exist, refused media types, no
digest headers; and how little an unchanged run asks of any."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402


class Profiles(Scenario):

    def run_into(self, target, image, status=0, name='app', **entry):
        source = self.mock()
        source.seed(image, name, '1')
        path = self.config([self.entry(source, name, '1', **entry)], target.address,
                           run={'retries': 1})
        return path, self.mirror(path, status=status)

    def test_every_profile_takes_an_image(self):
        for name in mock.PROFILES:
            with self.subTest(profile=name):
                target = self.mock(mock.profile(name, creates=True))
                path, _ = self.run_into(target, images.multi_platform(name, attestations=True))
                self.assertEqual(target.state.check(), 1)
                self.assertOrder(target)
                self.assertEqual(target.state.uploads, {}, 'an upload session was left open')
                target.clear()
                self.assertEqual(self.mirror(path).statuses(), ['unchanged'])
                self.assertEqual(target.writes(), [])

    def test_children_are_never_tagged(self):
        target = self.mock()
        image = images.multi_platform('children')
        self.run_into(target, image)
        self.assertEqual(target.state.history, [('app', '1', image.digest)])

    def test_immutable_tag(self):
        target = self.mock(mock.profile('ecr', creates=True))
        old = target.seed(images.image('old'), 'app', '1')
        _, found = self.run_into(target, images.image('new'), status=(1, 7))
        self.assertIn('immutable', found.said)
        self.assertEqual(target.state.tag('app', '1'), old.digest)
        puts = [each for each in target.requests('^PUT .*/manifests/1') if each.status == 400]
        self.assertEqual(len(puts), 1, 'a refused tag was tried again')

    def test_repository_that_must_exist(self):
        target = self.mock('ecr')
        _, found = self.run_into(target, images.image('new'), status=(1, 4))
        self.assertIn('create', found.said)
        self.assertIn('app', found.said)

    def test_refused_media_types(self):
        target = self.mock('zot')
        _, found = self.run_into(target, images.image('docker', docker=True), status=1)
        self.assertIn('docker2s2', found.said)
        self.assertEqual(target.state.check(), 0)

    def test_sparse_index(self):
        """With platforms the children that are not wanted stay away, and the bytes of the index
        are the source's, where the registry allows it."""
        target = self.mock(mock.profile('generic', sparse_index=True))
        image = images.multi_platform('sparse')
        self.run_into(target, image, platforms=['linux/arm64'], index='sparse')
        self.assertEqual(target.state.tag('app', '1'), image.digest)
        target.state.check(allow_missing=image.children[:1])
        self.assertRaises(AssertionError, target.state.check)


class Unchanged(Scenario):

    def test_hundred_tags_cost_little(self):
        source, target = self.mock(), self.mock()
        tags = [f'1.{i}' for i in range(100)]
        for tag in tags:
            image = images.multi_platform(tag, layers=1, size=100)
            source.seed(image, 'app', tag)
            target.seed(image, 'app', tag)
        path = self.config([self.entry(source, 'app', *tags)], target.address,
                           run={'parallel': 4})
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 100)
        for server in (source, target):
            self.assertEqual({each.method for each in server.requests()}, {'HEAD'})
            self.assertEqual(len(server.requests()), 100)
            self.assertLessEqual(server.connections, 4)
            self.assertLessEqual(server.tls_trials, 1)


if __name__ == '__main__':
    harness.main()
