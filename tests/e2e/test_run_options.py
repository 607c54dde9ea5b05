#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Many jobs in one run: workers, failures beside successes, --fail-fast, --only-failed, --report."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402

COUNT = 20


class Twenty(Scenario):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.names = [f'app{i:02}' for i in range(COUNT)]
        for name in self.names:
            self.source.seed(images.image(name, layers=1, size=500), name, '1')
        self.path = self.config([self.entry(self.source, name, '1') for name in self.names],
                                self.target.address, run={'retries': 0})

    def break_one(self, number=7, code=404):
        self.source.fault(f'/v2/{self.names[number]}/manifests', mock.status(code), times=-1)

    def test_any_number_of_workers(self):
        for parallel in (1, 2, 32):
            target = self.mock()
            found = self.mirror(self.path, '--parallel', parallel, '--target', target.address)
            self.assertEqual(found.statuses(), ['created'] * COUNT)
            self.assertEqual([job['name'] for job in found.jobs], self.names)
            self.assertEqual(target.state.check(), COUNT)
            self.assertOrder(target)
            workers = {span['worker'] for job in found.jobs for span in job['spans']}
            self.assertLessEqual(len(workers), parallel)
            connections = {each.connection for each in target.requests()}
            self.assertLessEqual(len(connections), parallel)

    def test_parallel_of_the_config(self):
        path = self.config([self.entry(self.source, name, '1') for name in self.names],
                           self.target.address, run={'parallel': 1})
        self.mirror(path)
        self.assertEqual(len({each.connection for each in self.target.requests()}), 1)

    def test_bad_numbers(self):
        for number in ('0', '-1', '257', 'many', ''):
            done = self.artmirror('mirror', '--config', self.path, f'--parallel={number}',
                                  status=2)
            self.assertIn('--parallel', done.stderr)
        self.assertEqual(self.source.journal, [])

    def test_one_bad_job_leaves_nineteen_whole(self):
        causes = {404: 4, 403: 3, 500: 1}
        for code, status in causes.items():
            with self.subTest(code=code):
                target = self.mock()
                self.source.faults.rules.clear()
                self.break_one(code=code)
                found = self.mirror(self.path, '--target', target.address, status=status)
                self.assertEqual(found.statuses().count('created'), COUNT - 1)
                self.assertEqual(found.statuses()[7], 'failed')
                self.assertEqual(target.state.check(), COUNT - 1)
                self.assertIn(self.names[7], found.done.stdout)

    def test_different_causes_are_just_a_failure(self):
        self.break_one(3, 404)
        self.break_one(9, 403)
        found = self.mirror(self.path, status=1)
        self.assertEqual(found.statuses().count('failed'), 2)
        stdout = found.done.stdout
        self.assertLess(stdout.index('Failures'), stdout.rindex(self.names[9]), 'failures last')

    def test_fail_fast(self):
        self.break_one(2)
        found = self.mirror(self.path, '--fail-fast', '--parallel', 1, status=4)
        self.assertEqual(found.statuses(),
                         ['created'] * 2 + ['failed'] + ['skipped'] * (COUNT - 3))
        self.assertEqual(self.target.state.check(), 2)
        self.assertFalse(found.document['interrupted'])

    def test_fail_fast_lets_begun_jobs_end(self):
        for name in self.names[:2]:
            self.target.fault(f'^PUT /v2/{name}/blobs',
                              mock.faults.Action('slow', lambda _: time.sleep(0.4)))
        self.break_one(2)
        found = self.mirror(self.path, '--fail-fast', '--parallel', 3, status=4)
        self.assertEqual(found.statuses()[:3], ['created', 'created', 'failed'])
        self.assertIn('skipped', found.statuses())
        self.assertEqual(self.target.state.check(), found.statuses().count('created'))

    def test_fail_fast_of_the_config(self):
        self.break_one(0)
        path = self.config([self.entry(self.source, name, '1') for name in self.names],
                           self.target.address, run={'fail_fast': True, 'parallel': 1})
        found = self.mirror(path, status=4)
        self.assertEqual(found.statuses(), ['failed'] + ['skipped'] * (COUNT - 1))

    def test_only_failed(self):
        self.break_one()
        report = self.tmp / 'run.json'
        self.artmirror('mirror', '--config', self.path, '--report', report, status=4)
        self.source.faults.rules.clear()
        self.source.clear()
        found = self.mirror(self.path, '--only-failed', report)
        self.assertEqual([job['name'] for job in found.jobs], [self.names[7]])
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual({each.path.split('/')[2] for each in self.source.requests()
                          if each.path != '/v2/'}, {self.names[7]})
        self.assertEqual(self.target.state.check(), COUNT)

    def test_only_failed_takes_up_what_fail_fast_skipped(self):
        self.break_one(0)
        report = self.tmp / 'run.json'
        self.artmirror('mirror', '--config', self.path, '--report', report, '--fail-fast',
                       '--parallel', 1, status=4)
        self.source.faults.rules.clear()
        found = self.mirror(self.path, '--only-failed', report)
        self.assertEqual(found.statuses(), ['created'] * COUNT)

    def test_only_failed_of_one_target(self):
        other = self.mock()
        other.fault(f'^PUT /v2/{self.names[1]}/manifests', mock.status(403), times=-1)
        where = ['--target', self.target.address, '--target', other.address]
        report = self.tmp / 'run.json'
        self.artmirror('mirror', '--config', self.path, '--report', report, *where, status=3)
        other.faults.rules.clear()
        self.target.clear()
        found = self.mirror(self.path, '--only-failed', report, *where)
        self.assertEqual([job['key']['target'] for job in found.jobs], [other.address])
        self.assertEqual(self.target.journal, [])

    def test_only_failed_of_a_good_run(self):
        report = self.tmp / 'run.json'
        self.artmirror('mirror', '--config', self.path, '--report', report)
        self.source.clear()
        self.artmirror('mirror', '--config', self.path, '--only-failed', report, status=0)
        self.assertEqual(self.source.journal, [])

    def test_only_failed_of_something_else(self):
        for text in ('', '[]', '{}', '{"schema": "other/1", "jobs": []}'):
            other = self.write('other.json', text)
            self.artmirror('mirror', '--config', self.path, '--only-failed', other, status=2)
        self.artmirror('mirror', '--config', self.path, '--only-failed', self.tmp / 'absent',
                       status=None)
        self.assertEqual(self.source.journal, [])

    def test_report(self):
        found = self.mirror(self.path)
        document = found.document
        self.assertEqual(document['schema'], 'artmirror.run/1')
        self.assertEqual(document['command'], 'mirror')
        self.assertEqual(document['exit_code'], 0)
        self.assertEqual(document['targets'], [self.target.address])
        self.assertLessEqual(document['start'], document['end'])
        file = document['config']['files'][0]
        self.assertEqual(file['path'], str(self.path))
        self.assertIn(images.digest_of(self.path.read_bytes())[7:], file['digest'])
        job = document['jobs'][4]
        image = images.image(self.names[4], layers=1, size=500)
        self.assertEqual(job['key'], {'section': 'images', 'version': '1',
                                      'target': self.target.address,
                                      'fields': job['key']['fields']})
        self.assertEqual(job['key']['fields']['name'], self.names[4])
        self.assertEqual(job['key']['fields']['source_registry'], self.source.address)
        for side in ('source', 'target'):
            self.assertEqual(job[side]['digest'], image.digest)
        self.assertEqual(job['target']['reference'],
                         f'{self.target.address}/{self.names[4]}:1')
        self.assertEqual(job['blobs'], {'sent': 2, 'mounted': 0, 'present': 0})
        self.assertEqual(job['bytes']['sent'], sum(len(data) for data in image.blobs.values()))
        phases = [span['phase'] for span in job['spans']]
        for phase in ('compare', 'resolve', 'plan', 'transfer', 'manifests', 'tag', 'verify'):
            self.assertIn(phase, phases)
        self.assertIsNone(job['error'])
        counted = sum(each['requests'] for one in document['jobs'] for each in one['requests'])
        self.assertEqual(counted, document['totals']['requests'])
        self.assertLessEqual(abs(counted - len(self.source.journal) - len(self.target.journal)),
                             4)
        self.assertEqual(document['totals']['statuses'], {'created': COUNT})

    def test_report_to_standard_output(self):
        done = self.artmirror('mirror', '--config', self.path, '--report', '-')
        self.assertEqual(len(json.loads(done.stdout)['jobs']), COUNT)
        self.assertIn('created', done.stderr)

    def test_report_that_can_not_be_written(self):
        done = self.artmirror('mirror', '--config', self.path, '--report',
                              self.tmp / 'no/folder.json', status=8)
        self.assertIn('folder.json', done.stderr)
        self.assertEqual(self.target.state.check(), 0)  # said before anything is done

    def test_dry_run(self):
        found = self.mirror(self.path, '--dry-run')
        self.assertEqual(found.statuses(), ['would create'] * COUNT)
        self.assertEqual(self.target.writes(), [])

    def test_unchanged_are_counted_not_listed(self):
        self.mirror(self.path)
        done = self.artmirror('mirror', '--config', self.path)
        self.assertIn(f'{COUNT} unchanged', done.stdout)
        self.assertNotIn(self.names[3], done.stdout)
        done = self.artmirror('--verbose', 'mirror', '--config', self.path)
        self.assertIn(self.names[3], done.stdout)


if __name__ == '__main__':
    harness.main()
