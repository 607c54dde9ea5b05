#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Selectors from end to end: what they pick is mirrored, shown and checked."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from mock import cut, profile, status  # noqa: E402
from scenario import Scenario  # noqa: E402

TAGS = ['1.0.0', '1.1.0', '1.1.1', '1.2.0-rc.1', '1.2.0', 'v1.3.0', '2.0.0', '1.2', 'latest',
        'stable-alpine3.19', 'stable-alpine3.20']


class Selected(Scenario):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.image = images.image('one')
        for tag in TAGS:
            self.source.seed(self.image, 'team/app', tag)

    def one(self, *versions, **more):
        return self.config([self.entry(self.source, 'team/app', *versions, **more)],
                           self.target.address)

    def picked(self, *versions, **more):
        """The tags at a fresh target after a run."""
        found = self.mirror(self.one(*versions, **more))
        self.assertEqual(set(found.statuses()), {'created'})
        return [job['key']['version'] for job in found.jobs]

    def lists(self):
        return self.source.requests('^GET /v2/team/app/tags/list')

    def test_what_is_picked_is_mirrored(self):
        self.assertEqual(self.picked({'semver': '^1.1', 'latest': 2}), ['v1.3.0', '1.2.0'])
        self.assertEqual(sorted(self.target.state.repository('team/app').tags), ['1.2.0', 'v1.3.0'])
        self.assertEqual(len(self.lists()), 1)

    def test_items_are_united_and_literals_stand(self):
        self.assertEqual(
            self.picked('latest', {'semver': '~1.1'}, {'pattern': r'^1\.1\.1$'}, '1.0.0',
                        {'pattern': 'alpine', 'sort': 'alpha', 'latest': 1},
                        {'exclude': ['^1\\.1\\.0$', '^latest$', '^1\\.0']}),
            ['latest', '1.1.1', '1.0.0', 'stable-alpine3.20'])
        self.assertEqual(len(self.lists()), 1)

    def test_named_versions_cost_no_list(self):
        self.picked('1.0.0', {'tag': '1.1.0', 'digest': self.image.digest})
        self.assertEqual(self.lists(), [])

    def test_the_second_run_is_unchanged(self):
        config = self.one({'semver': '1.x'})
        self.mirror(config)
        self.target.clear()
        found = self.mirror(config)
        self.assertEqual(set(found.statuses()), {'unchanged'})
        self.assertEqual(self.target.writes(), [])

    def test_plan_counts_what_would_come(self):
        found = self.plan(self.one({'semver': '^1'}))
        self.assertEqual(len(found.jobs), 5)

    def test_nothing_picked_fails_that_entry_only(self):
        config = self.config([self.entry(self.source, 'team/app', {'semver': '^9'}),
                              self.entry(self.source, 'team/app', '1.0.0')], self.target.address)
        found = self.mirror(config, status=4)
        self.assertEqual(found.statuses(), ['failed', 'created'])
        error = found.jobs[0]['error']
        self.assertEqual(error['code'], 'not found')
        self.assertIn('{semver: ^9}', error['message'])
        self.assertIn('11 versions', error['message'])
        self.assertIn('artmirror versions images/team/app', error['hint'])

    def test_each_selector_must_pick_something(self):
        found = self.mirror(self.one({'semver': '~1.1'}, {'semver': '^9'}, '2.0.0'), status=4)
        self.assertEqual(found.statuses(), ['created', 'created', 'failed', 'created'])
        self.mirror(self.one({'semver': '^1'}, {'semver': '>=1'}))  # only what the first picks too

    def test_allow_empty(self):
        config = self.one({'semver': '^9'}, allow_empty=True)
        self.assertEqual(self.mirror(config).jobs, [])
        self.assertEqual(self.mirror(config, '--image', 'team/app').jobs, [])
        done = self.artmirror('mirror', '--config', config, '--image', 'team/app@9', status=2)
        self.assertIn('nothing matches --image team/app@9', done.stderr)

    def test_a_list_that_breaks_off_is_asked_for_again(self):
        self.source.fault('tags/list', cut(20))
        self.assertEqual(self.picked({'semver': '^2'}), ['2.0.0'])
        self.assertEqual(len(self.lists()), 2)
        self.source.fault('tags/list', cut(20), times=-1)
        config = self.config([self.entry(self.source, 'team/app', {'semver': '^2'})],
                             self.target.address, run={'retries': 0})
        self.artmirror('versions', 'images/team/app', '--config', config, status=1)
        self.assertEqual(len(self.lists()), 3)

    def test_a_list_that_fails_leaves_the_others(self):
        other = self.mock()
        other.seed(self.image, 'b', '1.0.0')
        self.source.fault('tags/list', status(403), times=-1)
        config = self.config([self.entry(self.source, 'team/app', {'semver': '^1'}, '1.0.0'),
                              self.entry(other, 'b', {'semver': '^1'})], self.target.address)
        found = self.mirror(config, status=3)
        self.assertEqual(sorted(found.statuses()), ['created', 'created', 'failed'])

    def test_collisions_that_picks_make(self):
        config = self.config([
            self.entry(self.source, 'team/app', {'semver': '1.1.x'}, destination='all:same')],
            self.target.address)
        done = self.artmirror('mirror', '--config', config, status=2)
        self.assertIn("'team/app' 1.1.1 and 1.1.0, both picked here, have one destination",
                      done.stderr)
        self.assertEqual(done.stderr.count('one destination'), 1)
        self.assertIn('put {version} into', done.stderr)
        self.assertEqual(self.target.writes(), [])

    def test_picked_by_two_entries_is_one_job(self):
        """A new tag upstream must not break a config that was fine."""
        for versions in ((['1.0.0'], [{'semver': '^1'}]), ([{'semver': '^1'}], ['1.0.0']),
                         ([{'semver': '~1.0'}], [{'semver': '^1'}])):
            with self.subTest(versions=versions):
                config = self.config([self.entry(self.source, 'team/app', *each)
                                      for each in versions], self.target.address)
                found = self.plan(config)
                self.assertEqual(sorted(job['key']['version'] for job in found.jobs),
                                 ['1.0.0', '1.1.0', '1.1.1', '1.2.0', 'v1.3.0'])

    def test_tags_about_a_digest_are_no_versions(self):
        digest = self.image.digest.replace(':', '-')
        for end in ('', '.sig', '.att'):
            self.source.seed(self.image, 'team/app', digest + end)
        self.assertEqual(self.picked({'pattern': '.', 'sort': 'alpha', 'latest': 1}), ['v1.3.0'])
        done = self.artmirror('versions', 'images/team/app', '--config', self.one({'pattern': '.'}))
        self.assertIn('left out 3: refers to a digest', done.stdout)

    def test_selection_among_picks(self):
        config = self.one({'semver': '^1'})
        found = self.mirror(config, '--image', 'team/app@1.1.*')
        self.assertEqual(sorted(job['key']['version'] for job in found.jobs), ['1.1.0', '1.1.1'])
        done = self.artmirror('mirror', '--config', config, '--image', 'team/app@2*', status=2)
        self.assertIn('nothing matches --image team/app@2*', done.stderr)

    def test_a_named_version_alone_costs_no_list(self):
        config = self.one('1.0.0', {'semver': '^9'})
        found = self.mirror(config, '--image', 'team/app@1.0.0')
        self.assertEqual(found.statuses(), ['created'])
        rows = json.loads(self.artmirror('matrix', 'images', '--config', config, '--image',
                                         'team/app@1.0.0').stdout)
        self.assertEqual([row['version'] for row in rows], ['1.0.0'])
        self.assertEqual(self.lists(), [])
        found = self.mirror(config, '--image', 'team/app@1.0.?', status=4)
        self.assertEqual(found.statuses(), ['unchanged', 'failed'])

    def test_only_what_is_selected_is_listed(self):
        other = self.mock()
        config = self.config([self.entry(self.source, 'team/app', {'semver': '^1'}),
                              self.entry(other, 'b', {'semver': '^1'})], self.target.address)
        self.mirror(config, '--image', 'team/app')
        self.assertEqual(other.requests(), [])

    def test_only_failed_tries_a_selector_again(self):
        config = self.one({'semver': '~1.1'})
        self.source.fault('tags/list', status(403), times=1)
        report = self.tmp / 'report.json'
        self.artmirror('mirror', '--config', config, '--report', report, status=3)
        found = self.mirror(config, '--only-failed', report)
        self.assertEqual(found.statuses(), ['created', 'created'])

    def test_validate_counts_without_network(self):
        config = self.one('1.0.0', {'semver': '^1'}, {'pattern': 'x'})
        done = self.artmirror('validate', '--config', config)
        self.assertIn('images: 1 artefact, 1 version and 2 selectors, at least 1 job', done.stdout)
        found = json.loads(self.artmirror('validate', '--config', config, '--format',
                                          'json').stdout)
        self.assertEqual(found['sections']['images']['selectors'], 2)
        self.assertEqual(self.source.requests(), [])

    def test_matrix_as_written_and_resolved(self):
        config = self.one('1.0.0', {'semver': '~1.1', 'latest': 1})
        rows = json.loads(self.artmirror('matrix', 'images', '--config', config).stdout)
        self.assertEqual([row['version'] for row in rows],
                         ['1.0.0', {'semver': '~1.1', 'latest': 1}])
        self.assertEqual(self.source.requests(), [])
        table = self.artmirror('matrix', '--config', config, '--format', 'table').stdout
        self.assertIn('{semver: ~1.1, latest: 1}', table)
        rows = json.loads(self.artmirror('matrix', 'images', '--config', config,
                                         '--resolve').stdout)
        self.assertEqual([row['version'] for row in rows], ['1.0.0', '1.1.1'])
        self.artmirror('matrix', '--config', self.one({'semver': '^9'}), '--resolve', status=4)

    def test_versions_says_what_and_why(self):
        config = self.one('1.0.0', {'semver': '^1.1', 'latest': 2}, {'exclude': 'v1'})
        done = self.artmirror('versions', 'images/team/app', '--config', config)
        self.assertIn('images/team/app: 11 offered', done.stdout)
        self.assertIn('named: 1.0.0', done.stdout)
        self.assertIn('{semver: ^1.1, latest: 2} picks:\n    1.2.0\n', done.stdout)
        self.assertIn('not in ^1.1', done.stdout)
        self.assertIn("excluded by 'v1'", done.stdout)
        done = self.artmirror('versions', 'images/team/app', '--config', config, '--verbose')
        self.assertIn('left out 2.0.0: not in ^1.1', done.stdout)
        done = self.artmirror('versions', 'images/team/app', '--config', config, '--format',
                              'json')
        found = json.loads(done.stdout)[0]
        self.assertEqual(found['named'], ['1.0.0'])
        self.assertEqual(len(found['offered']), len(TAGS))
        by = {item['version']: item for item in found['offered']}
        self.assertTrue(by['1.2.0']['picked'])
        self.assertIn('not in', by['2.0.0']['reason'])
        self.artmirror('versions', 'images/team/app', '--config', self.one({'semver': '^9'}),
                       status=4)
        self.artmirror('versions', 'images', '--config', config, status=2)
        self.artmirror('versions', 'images/nobody', '--config', config, status=2)
        done = self.artmirror('versions', 'images/team/app', '--config', self.one('1.0.0'))
        self.assertIn('no selector', done.stdout)

    def test_versions_says_what_is_wrong(self):
        config = self.config([self.entry(self.source, 'team/app', {'semver': '^9'}),
                              self.entry(self.source, 'team/none', {'semver': '^1'})],
                             self.target.address)
        done = self.artmirror('versions', 'images/team/*', '--config', config, status=4)
        self.assertIn('images/team/none: not resolved', done.stdout)
        self.assertIn('picks none of 11 versions', done.stderr)
        self.assertIn('team/none: the repository was not found', done.stderr)
        self.assertNotIn('artmirror versions', done.stderr)
        done = self.artmirror('versions', 'images/team/*', '--config', config, '--format',
                              'json', status=4)
        self.assertEqual(['error' in each for each in json.loads(done.stdout)], [True, True])
        for word, says in (('images/nobody', 'nothing matches images/nobody; there is: team/app'),
                           ('images=team/app', 'write images/team/app'),
                           ('images/team/app@1.0.0', 'write images/team/app\n'),
                           ('image/team/app', "did you mean 'images'"),
                           ('images/', 'needs one SECTION/NAME')):
            done = self.artmirror('versions', word, '--config', config, status=2)
            self.assertIn(says, done.stderr)
            self.assertNotIn('--select', done.stderr)

    def test_dates_where_there_are_none(self):
        for selector in ({'newer_than': '90d'}, {'sort': 'date', 'latest': 1}):
            done = self.artmirror('validate', '--config', self.one(selector), status=2)
            self.assertIn('date', done.stdout)


class Lists(Scenario):
    """Long and odd tag lists, of the real registry and of a scripted one."""

    def test_a_real_registry(self):
        source, target = self.registry('source'), self.registry('target')
        source.push(images.image('x'), 'app', *[f'1.{n}.0' for n in range(120)])
        config = self.config([self.entry(source, 'app', {'semver': '>=1.100', 'latest': 3})],
                             target.address)
        found = self.mirror(config)
        self.assertEqual(found.statuses(), ['created'] * 3)
        self.assertEqual(sorted(target.tags()), ['app:1.117.0', 'app:1.118.0', 'app:1.119.0'])

    def test_a_hundred_thousand_tags(self):
        source, target = self.mock(profile('generic', page=1000)), self.mock()
        image = source.seed(images.image('x'), 'app', '2.0.0')
        source.state.repository('app').tags.update(
            {f'1.{n // 1000}.{n % 1000}': image.digest for n in range(100_000)})
        path = self.config([self.entry(source, 'app', {'semver': '>=2'})], target.address)
        process = harness.start('mirror', '--config', path)
        peak = harness.peak_memory(process)
        done = harness.finish(process)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(source.requests('tags/list')), 101)
        if not harness.SANITIZED:
            self.assertLess(peak, 48 * 1024)

    def test_tags_that_are_none(self):
        source, target = self.mock(), self.mock()
        image = images.image('x')
        source.seed(image, 'app', '1.0.0')
        for bad in ('-x', 'a b', 'a/b', 'x' * 129, '\u001b[31m'):
            source.state.repository('app').tags[bad] = image.digest
        found = self.mirror(self.config([self.entry(source, 'app', {'pattern': '.'})],
                                        target.address))
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual(found.said.count("can't be versions"), 1)


if __name__ == '__main__':
    harness.main()
