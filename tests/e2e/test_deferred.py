#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A source that knows its root only after a download: begin, resolve, matches, fetch."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import build  # noqa: E402
import harness  # noqa: E402
import images  # noqa: E402
from scenario import Scenario  # noqa: E402


class Deferred(Scenario):

    @classmethod
    def setUpClass(cls):
        cls.plugins = tempfile.TemporaryDirectory(prefix='artmirror-test-')
        os.chmod(cls.plugins.name, 0o755)
        build.plugin(build.PLUGINS / 'deferred.c', f'{cls.plugins.name}/parcels.so',
                     '-D_GNU_SOURCE')
        cls.addClassCleanup(cls.plugins.cleanup)

    def setUp(self):
        super().setUp()
        self.target = self.mock()
        self.put('box', 'first')

    def put(self, name, seed):
        folder = self.tmp / name
        folder.mkdir(exist_ok=True)
        image = images.image(seed, layers=2, annotations={'org.example': f'label of {seed}'})
        (folder / '1.0.json').write_bytes(image.data)
        for digest, data in image.blobs.items():
            (folder / digest).write_bytes(data)
        return image

    def calls(self, name='box'):
        path = self.tmp / name / 'calls'
        found = path.read_text(encoding='ascii').split('\n')[:-1] if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def path(self, *names, targets=None, **more):
        entries = [{'name': name, 'folder': str(self.tmp / name), 'versions': ['1.0'], **more}
                   for name in names or ['box']]
        return self.config(None, targets or self.target.address, parcels=entries)

    def mirror(self, path, *args, **how):
        return super().mirror(path, '--plugin-dir', self.plugins.name, *args, **how)

    def test_absent_is_fetched_without_a_question(self):
        image = self.put('box', 'first')
        found = self.mirror(self.path())
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual(self.target.state.tag('box', '1.0'), image.digest)
        self.assertEqual(self.target.state.check(), 1)
        self.assertEqual(self.calls(), ['begin 1', 'resolve', 'fetch'] + ['open_blob'] * 3)

    def test_one_that_can_not_tell_is_fetched_and_asked_again(self):
        self.mirror(self.path())
        self.calls()
        self.target.clear()
        self.assertEqual(self.mirror(self.path()).statuses(), ['unchanged'])
        self.assertEqual(self.calls(),
                         ['begin 1', 'resolve', 'matches before', 'fetch', 'matches after'])
        self.assertEqual([str(each) for each in self.target.requests()],
                         ['GET /v2/box/manifests/1.0 -> 200'])
        new = self.put('box', 'second')
        self.assertEqual(self.mirror(self.path()).statuses(), ['updated'])
        self.assertEqual(self.target.state.tag('box', '1.0'), new.digest)

    def test_one_that_can_tell_downloads_nothing(self):
        self.mirror(self.path())
        self.write('box/label', 'label of first')
        self.calls()
        self.assertEqual(self.mirror(self.path()).statuses(), ['unchanged'])
        self.assertEqual(self.calls(), ['begin 1', 'resolve', 'matches before'])
        new = self.put('box', 'second')
        self.write('box/label', 'label of second')
        found = self.mirror(self.path())
        self.assertEqual(found.statuses(), ['updated'])
        self.assertEqual(self.calls(), ['begin 1', 'resolve', 'matches before', 'fetch'] +
                         ['open_blob'] * 3)
        self.assertEqual(found.jobs[0]['source']['digest'], new.digest)

    def test_its_word_counts_at_every_target(self):
        """Fetched for the first target, it still says of the second that it is the same, though
        the bytes differ."""
        other = self.mock()
        self.put('box', 'first')
        self.mirror(self.path(targets=[other.address]))
        before = other.state.tag('box', '1.0')
        image = images.image('first', layers=3, annotations={'org.example': 'label of first'})
        (self.tmp / 'box/1.0.json').write_bytes(image.data)
        for digest, data in image.blobs.items():
            (self.tmp / 'box' / digest).write_bytes(data)
        self.write('box/label', 'label of first')
        found = self.mirror(self.path(targets=[self.target.address, other.address]))
        self.assertEqual(found.statuses(), ['created', 'unchanged'])
        self.assertEqual(other.state.tag('box', '1.0'), before)

    def test_several_targets_fetch_once(self):
        other = self.mock()
        where = [self.target.address, other.address]
        self.mirror(self.path(targets=where))
        self.assertEqual(self.calls().count('fetch'), 1)
        self.assertEqual(other.state.check(), 1)
        self.assertEqual(self.mirror(self.path(targets=where)).statuses(), ['unchanged'] * 2)
        self.assertEqual(self.calls().count('fetch'), 1)

    def test_on_change(self):
        self.mirror(self.path())
        before = self.target.state.tag('box', '1.0')
        self.put('box', 'second')
        self.assertEqual(self.mirror(self.path(on_change='keep')).statuses(), ['kept'])
        self.mirror(self.path(on_change='fail'), status=7)
        self.assertEqual(self.target.state.tag('box', '1.0'), before)

    def test_begin_is_told_of_all_entries_once(self):
        for name in ('a', 'b', 'c'):
            self.put(name, name)
        self.mirror(self.path('a', 'b', 'c'))
        for name in ('a', 'b', 'c'):
            self.assertEqual(self.calls(name).count('begin 3'), 1)

    def test_begin_that_fails(self):
        self.put('cursed', 'x')
        found = self.mirror(self.path('box', 'cursed'), status=4)
        self.assertEqual(found.statuses(), ['failed'] * 2)
        self.assertIn('no parcel can be had today', found.jobs[0]['error']['message'])
        self.assertEqual(self.target.writes(), [])

    def test_what_is_not_there(self):
        (self.tmp / 'box/1.0.json').unlink()
        found = self.mirror(self.path(), status=4)
        self.assertIn('no such parcel', found.jobs[0]['error']['message'])

    def test_a_plan_may_download_but_writes_nothing(self):
        found = self.mirror(self.path(), '--dry-run')
        self.assertEqual(found.statuses(), ['would create'])
        self.assertEqual(self.target.writes(), [])
        self.assertEqual(self.calls(), ['begin 1', 'resolve', 'fetch'])

    def test_wrong_bytes(self):
        image = self.put('box', 'first')
        data = bytearray(image.blobs[image.layers[0]])
        data[7] ^= 1
        (self.tmp / 'box' / image.layers[0]).write_bytes(data)
        found = self.mirror(self.path(), status=6)
        self.assertEqual(found.jobs[0]['error']['code'], 'digest')
        self.assertEqual(self.target.state.check(), 0)


if __name__ == '__main__':
    harness.main()
