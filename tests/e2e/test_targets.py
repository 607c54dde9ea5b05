#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Several targets at once: one uploads from the source, the others read from that one."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402

BLOB = '^GET .*/blobs/'


class Several(Scenario):

    def setUp(self):
        super().setUp()
        self.source = self.mock()
        self.one, self.two, self.three = self.mock(), self.mock(), self.mock()
        self.image = self.source.seed(images.image('a', layers=3, size=30000), 'app', '1')

    def targets(self, **ids):
        return [{'id': name, 'value': f'{server.address}/{name}'} for name, server in ids.items()]

    def all_three(self, *entries, **more):
        return self.config(list(entries) or [self.entry(self.source, 'app', '1')],
                           self.targets(one=self.one, two=self.two, three=self.three), **more)

    def test_the_source_is_read_once(self):
        found = self.mirror(self.all_three())
        self.assertEqual(found.statuses(), ['created'] * 3)
        self.assertEqual(len(self.source.requests(BLOB)), len(self.image.blobs))
        self.assertEqual(len(self.source.requests('manifests')), 1)
        for server, name in ((self.one, 'one'), (self.two, 'two'), (self.three, 'three')):
            self.assertEqual(server.state.check(), 1)
            self.assertEqual(server.state.tag(f'{name}/app', '1'), self.image.digest)
            self.assertOrder(server)
        read = [len(server.requests(BLOB)) for server in (self.one, self.two, self.three)]
        self.assertEqual(sum(read), 2 * len(self.image.blobs))

    def test_a_target_that_stops_answering_is_replaced_by_the_source(self):
        self.one.fault(BLOB, mock.status(404), times=-1)
        found = self.mirror(self.all_three())
        self.assertEqual(found.statuses(), ['created'] * 3)
        for server in (self.one, self.two, self.three):
            self.assertEqual(server.state.check(), 1)
        self.assertGreater(len(self.source.requests(BLOB)), len(self.image.blobs))
        notes = json.dumps([job['notes'] for job in found.jobs[1:]])
        self.assertIn('read from the source again', notes)
        self.assertIn(self.one.address, notes)
        self.assertIn('read from the source again', found.said)
        self.assertEqual(found.jobs[0]['notes'], [])

    def test_a_target_that_lies_is_replaced_by_the_source(self):
        self.one.fault(BLOB, mock.flip(5), times=-1)
        found = self.mirror(self.all_three())
        self.assertEqual(found.statuses(), ['created'] * 3)
        for server in (self.two, self.three):
            self.assertEqual(server.state.check(), 1)

    def test_a_target_that_breaks_off_is_resumed(self):
        self.one.fault(f'{BLOB}{self.image.layers[0]}', mock.cut(1000))
        found = self.mirror(self.all_three())
        self.assertEqual([job['notes'] for job in found.jobs], [[], [], []])
        self.assertEqual(len(self.source.requests(BLOB)), len(self.image.blobs))

    def test_both_fail(self):
        """The source's failure counts, and what the other target said is not lost."""
        layer = self.image.layers[1]
        self.one.fault(f'{BLOB}{layer}', mock.status(404), times=-1)
        self.source.fault(f'{BLOB}{layer}', mock.status(403), times=-1, skip=1)
        path = self.config([self.entry(self.source, 'app', '1')],
                           self.targets(one=self.one, two=self.two))
        found = self.mirror(path, status=3)
        self.assertEqual(found.statuses(), ['created', 'failed'])
        error = found.jobs[1]['error']
        self.assertIn(self.source.address, error['message'] + error['where'])
        self.assertIn('403', error['message'])
        self.assertIn(self.one.address, json.dumps(found.jobs[1]['notes']))
        self.assertIsNone(self.two.state.tag('two/app', '1'))

    def test_one_that_fails_leaves_the_others_whole(self):
        for method in ('^POST', '^PUT .*manifests', '^HEAD'):
            with self.subTest(method=method):
                one, two, three = self.mock(), self.mock(), self.mock()
                one.fault(method, mock.status(403), times=-1)
                path = self.config([self.entry(self.source, 'app', '1')],
                                   self.targets(one=one, two=two, three=three))
                found = self.mirror(path, status=3)
                self.assertEqual(found.statuses(), ['failed', 'created', 'created'])
                self.assertEqual([each.state.check() for each in (one, two, three)], [0, 1, 1])

    def test_a_source_that_fails_is_asked_once(self):
        self.source.fault('manifests', mock.status(403), times=-1)
        found = self.mirror(self.all_three(), status=3)
        self.assertEqual(found.statuses(), ['failed'] * 3)
        self.assertLessEqual(len(self.source.requests('manifests')), 2)
        for job in found.jobs:
            self.assertEqual(job['error'], found.jobs[0]['error'])

    def test_only_where_it_is_absent(self):
        self.mirror(self.config([self.entry(self.source, 'app', '1')],
                                self.targets(two=self.two)))
        self.two.clear()
        found = self.mirror(self.all_three())
        self.assertEqual(found.statuses(), ['created', 'unchanged', 'created'])
        self.assertEqual(self.two.writes(), [])

    def test_a_cut_index_is_the_same_everywhere(self):
        self.source.seed(images.multi_platform('m'), 'multi', '1')
        self.mirror(self.all_three(self.entry(self.source, 'multi', '1',
                                              platforms=['linux/amd64'])))
        self.assertEqual(len({self.one.state.tag('one/multi', '1'),
                              self.two.state.tag('two/multi', '1'),
                              self.three.state.tag('three/multi', '1')}), 1)

    def test_two_paths_of_one_registry(self):
        """The second is mounted from the first."""
        path = self.config([self.entry(self.source, 'app', '1')],
                           [f'{self.one.address}/a', f'{self.one.address}/b'])
        self.mirror(path)
        self.assertEqual(self.one.state.check(), 2)
        self.assertEqual(self.one.state.tag('a/app', '1'), self.one.state.tag('b/app', '1'))
        self.assertEqual(len(self.source.requests(BLOB)), len(self.image.blobs))

    def test_layout_and_registry(self):
        folder = self.tmp / 'layout'
        path = self.config([self.entry(self.source, 'app', '1')], [str(folder), self.one.address])
        self.assertEqual(self.mirror(path).statuses(), ['created'] * 2)
        self.assertEqual(len(self.source.requests(BLOB)), len(self.image.blobs))
        self.assertEqual(self.one.state.check(), 1)
        self.assertTrue((folder / 'app/blobs/sha256' / self.image.digest[7:]).exists())


class Chosen(Scenario):
    """An entry's targets: only these."""

    def setUp(self):
        super().setUp()
        self.source, self.one, self.two = self.mock(), self.mock(), self.mock()
        for name in ('both', 'first', 'second'):
            self.source.seed(images.image(name), name, '1')
        self.entries = [self.entry(self.source, 'both', '1'),
                        self.entry(self.source, 'first', '1', targets=['one']),
                        self.entry(self.source, 'second', '1', targets=['two'])]
        self.where = [{'id': 'one', 'value': self.one.address},
                      {'id': 'two', 'value': self.two.address}]

    def test_by_id(self):
        found = self.mirror(self.config(self.entries, self.where))
        self.assertEqual(len(found.jobs), 4)
        self.assertEqual(sorted(self.one.state.repositories), ['both', 'first'])
        self.assertEqual(sorted(self.two.state.repositories), ['both', 'second'])
        keys = {(job['name'], job['key']['target']) for job in found.jobs}
        self.assertEqual(keys, {('both', self.one.address), ('both', self.two.address),
                                ('first', self.one.address), ('second', self.two.address)})

    def test_an_unknown_id_is_a_config_error(self):
        self.entries[1]['targets'] = ['onne']
        done = self.artmirror('mirror', '--config', self.config(self.entries, self.where),
                              status=2)
        self.assertIn('onne', done.stderr)
        self.assertEqual(self.one.journal, [])

    def test_a_target_of_the_command_line_leaves_them_out_aloud(self):
        other = self.mock()
        found = self.mirror(self.config(self.entries, self.where), '--target', other.address)
        self.assertEqual([job['name'] for job in found.jobs], ['both'])
        self.assertIn('2 of 3', found.done.stderr)


if __name__ == '__main__':
    harness.main()
