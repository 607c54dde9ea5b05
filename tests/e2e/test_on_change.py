#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A tag that is there with other content: update, keep, fail; tags that can't be changed."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from mock import profile  # noqa: E402
from scenario import Scenario  # noqa: E402

OUTCOMES = {'update': ('updated', 0), 'keep': ('kept', 0), 'fail': ('failed', 7)}


class Changed(Scenario):

    def setUp(self):
        super().setUp()
        self.old, self.new = images.image('old'), images.image('new')

    def servers(self):
        source, target = self.mock(), self.mock()
        source.seed(self.new, 'app', '1')
        target.seed(self.old, 'app', '1')
        return source, target

    def one(self, name, case):
        expected, entry, more = case
        source, target = self.servers()
        path = self.config([self.entry(source, 'app', '1', **entry)], target.address,
                           name=f'{name}.yaml', **more)
        status, code = OUTCOMES[expected]
        found = self.mirror(path, status=code)
        self.assertEqual(found.statuses(), [status])
        self.assertEqual(target.state.tag('app', '1'),
                         (self.new if expected == 'update' else self.old).digest)
        self.assertEqual(found.jobs[0]['target']['previous_digest'], self.old.digest)
        self.assertEqual(found.jobs[0]['source']['digest'], self.new.digest)
        for image in (self.old, self.new):
            self.assertIn(image.digest[7:19], found.said, 'a digest is not printed')
        if expected != 'update':
            self.assertEqual(target.writes(), [])
        if expected == 'fail':
            self.assertEqual(found.jobs[0]['error']['code'], 'policy')
            self.assertIn('on_change', found.jobs[0]['error']['hint'])

    def test_where_it_is_said(self):
        """An entry beats the defaults, the defaults beat the top level; images are updated."""
        cases = {'default': ('update', {}, {})}
        for mode in OUTCOMES:
            other = 'keep' if mode != 'keep' else 'fail'
            defaults = {'images': {'on_change': mode}}
            cases[f'entry-{mode}'] = (mode, {'on_change': mode}, {
                'on_change': other, 'defaults': {'images': {'on_change': other}}})
            cases[f'defaults-{mode}'] = (mode, {}, {'defaults': defaults, 'on_change': other})
            cases[f'top-{mode}'] = (mode, {}, {'on_change': mode})
        self.each(cases, self.one)

    def test_plan_shows_the_same_and_writes_nothing(self):
        for mode, (status, code) in OUTCOMES.items():
            with self.subTest(mode=mode):
                source, target = self.servers()
                path = self.config([self.entry(source, 'app', '1', on_change=mode)],
                                   target.address)
                found = self.plan(path, status=code)
                self.assertEqual(found.statuses(),
                                 ['would update' if mode == 'update' else status])
                self.assertEqual(found.jobs[0]['target']['previous_digest'], self.old.digest)
                self.assertEqual(target.writes(), [])

    def test_what_is_absent_or_the_same_is_no_change(self):
        for mode in OUTCOMES:
            source, target = self.servers()
            source.seed(self.new, 'app', '2')
            target.seed(self.new, 'app', '1')
            path = self.config([self.entry(source, 'app', '1', '2', on_change=mode)],
                               target.address)
            self.assertEqual(self.mirror(path).statuses(), ['unchanged', 'created'])

    def test_kept_beside_failed_beside_updated(self):
        """Each entry has its own; the exit status is that of the failed one."""
        source, target = self.mock(), self.mock()
        for name in OUTCOMES:
            source.seed(self.new, name, '1')
            target.seed(self.old, name, '1')
        path = self.config([self.entry(source, name, '1', on_change=name) for name in OUTCOMES],
                           target.address)
        found = self.mirror(path, status=7)
        self.assertEqual(found.statuses(), [status for status, _ in OUTCOMES.values()])

    def test_keep_is_kept_again(self):
        source, target = self.servers()
        path = self.config([self.entry(source, 'app', '1', on_change='keep')], target.address)
        for _ in range(2):
            self.assertEqual(self.mirror(path).statuses(), ['kept'])

    def test_a_cut_index_of_another_source(self):
        source, target = self.mock(), self.mock()
        source.seed(images.multi_platform('a'), 'app', '1')
        path = self.config([self.entry(source, 'app', '1', platforms=['linux/amd64'],
                                       on_change='keep')], target.address)
        self.mirror(path)
        before = target.state.tag('app', '1')
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])
        source.seed(images.multi_platform('b'), 'app', '1')
        self.assertEqual(self.mirror(path).statuses(), ['kept'])
        self.assertEqual(target.state.tag('app', '1'), before)


class Immutable(Scenario):
    """Like ECR with immutable tags: not even the same digest may be written again."""

    def setUp(self):
        super().setUp()
        self.source = self.mock()
        self.target = self.mock(profile('generic', immutable=True))
        self.image = self.source.seed(images.image('first'), 'app', '1')
        self.path = self.config([self.entry(self.source, 'app', '1')], self.target.address)

    def test_the_same_digest_is_unchanged_without_a_put(self):
        self.mirror(self.path)
        self.target.clear()
        self.assertEqual(self.mirror(self.path).statuses(), ['unchanged'])
        self.assertEqual(self.target.writes(), [])

    def test_another_digest_is_a_conflict(self):
        self.mirror(self.path)
        self.source.seed(images.image('second'), 'app', '1')
        self.target.clear()
        found = self.mirror(self.path, status=7)
        self.assertEqual(found.jobs[0]['error']['code'], 'conflict')
        self.assertIn('immutable', found.jobs[0]['error']['hint'])
        self.assertEqual(len(self.target.requests('^PUT .*manifests/1$')), 1, 'tried again')
        self.assertEqual(self.target.requests('^DELETE .*manifests'), [], 'forced')
        self.assertEqual(self.target.state.tag('app', '1'), self.image.digest)

    def test_a_lost_reply_is_no_conflict(self):
        self.target.fault('^PUT .*manifests/1$', mock.lost(True))
        found = self.mirror(self.path)
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual(self.target.state.tag('app', '1'), self.image.digest)


if __name__ == '__main__':
    harness.main()
