#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A signal lets begun jobs end and starts no others; a second one ends at once. Tags are old or
complete."""
import json
import os
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402


class Drain(Scenario):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.names = [f'app{i}' for i in range(6)]
        self.images = {name: images.multi_platform(name, size=1000) for name in self.names}
        for name, image in self.images.items():
            self.source.seed(image, name, '1')
        self.gate = threading.Event()
        self.addCleanup(self.gate.set)

    def path(self, **more):
        return self.config([self.entry(self.source, name, '1') for name in self.names],
                           self.target.address, run={'parallel': 2, 'retries': 0, **more})

    def hold(self, match, server=None):
        """Requests of this kind wait until self.gate is open."""
        def wait(_request):
            self.gate.wait(30)
        (server or self.target).fault(match, mock.faults.Action('held', wait), times=-1)

    def until(self, server, match):
        end = time.monotonic() + 20 * harness.PATIENCE
        while not server.requests(match):
            self.assertLess(time.monotonic(), end, f'{match} never came')
            time.sleep(0.01)

    def begin(self, match, *args, command='mirror', server=None, path=None):
        self.hold(match, server)
        report = [] if command == 'plan' else ['--report', self.tmp / 'report.json']
        process = harness.start(command, '--config', path or self.path(), *report, *args)
        self.until(server or self.target, match)
        return process

    def end(self, process, code):
        done = harness.finish(process)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def statuses(self):
        return [job['status'] for job in self.read_json('report.json')['jobs']]

    def test_begun_jobs_end_and_no_other_begins(self):
        process = self.begin('^PUT .*manifests')
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        self.gate.set()
        done = self.end(process, 128 + signal.SIGTERM)
        statuses = self.statuses()
        self.assertEqual(set(statuses), {'created', 'skipped'})
        self.assertIn(statuses.count('created'), (1, 2))
        self.assertEqual(self.target.state.check(), statuses.count('created'))
        begun = {each.path.split('/')[2] for each in self.target.requests('/v2/app')}
        self.assertEqual(len(begun), statuses.count('created'))
        self.assertIn('second signal', done.stderr)
        report = self.read_json('report.json')
        self.assertTrue(report['interrupted'])
        self.assertEqual(report['exit_code'], 128 + signal.SIGTERM)
        self.assertEqual(self.target.state.uploads, {})

    def test_a_second_signal_ends_at_once(self):
        for held in ('^PUT .*blobs', '^PUT .*manifests', '^HEAD', '^POST'):
            with self.subTest(held=held):
                self.gate.clear()
                self.target = self.mock()
                process = self.begin(held)
                process.send_signal(signal.SIGINT)
                time.sleep(0.2)
                start = time.monotonic()
                process.send_signal(signal.SIGINT)
                self.end(process, 128 + signal.SIGINT)
                self.assertLess(time.monotonic() - start, 3 * harness.PATIENCE)
                self.assertEqual(set(self.statuses()), {'cancelled', 'skipped'})
                self.gate.set()
                self.target.settle(0.1)
                self.target.state.check()

    def test_an_old_tag_stands_until_the_new_content_is_whole(self):
        old = {name: self.target.seed(images.image(f'old {name}'), name, '1').digest
               for name in self.names}
        process = self.begin('^PUT .*blobs')
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
        self.end(process, 128 + signal.SIGTERM)
        self.assertEqual({name: self.target.state.tag(name, '1') for name in self.names}, old)
        self.gate.set()
        self.target.faults.rules.clear()
        self.mirror(self.path())
        self.assertEqual(self.target.state.check(), len(self.names))

    def test_only_the_begun_target_of_an_artefact(self):
        """Two targets are two jobs: the second has not begun."""
        other = self.mock()
        path = self.config([self.entry(self.source, 'app0', '1')],
                           [self.target.address, other.address])
        process = self.begin('^PUT .*manifests', path=path)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.gate.set()
        self.end(process, 128 + signal.SIGTERM)
        self.assertEqual(self.statuses(), ['created', 'skipped'])
        self.assertEqual(other.journal, [])

    def test_during_a_plan(self):
        process = self.begin('^HEAD', '--format', 'json', command='plan')
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.gate.set()
        done = self.end(process, 128 + signal.SIGTERM)
        statuses = [job['status'] for job in json.loads(done.stdout)['jobs']]
        self.assertEqual(set(statuses), {'would create', 'skipped'})
        self.assertEqual(self.target.writes(), [])

    def test_into_a_layout(self):
        folder = self.tmp / 'layout'
        path = self.config([self.entry(self.source, name, '1') for name in self.names],
                           str(folder), run={'parallel': 1})
        process = self.begin('^GET .*blobs', server=self.source, path=path)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.gate.set()
        self.end(process, 128 + signal.SIGTERM)
        self.assertEqual(self.statuses(), ['created'] + ['skipped'] * 5)
        self.source.faults.rules.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] + ['created'] * 5)

    def test_after_fail_fast_the_first_signal_drains(self):
        """--fail-fast stops the start of jobs; the job that has begun may still end."""
        self.source.fault('/v2/app1/manifests', mock.status(404), times=-1)
        process = self.begin('^PUT /v2/app0/manifests', '--fail-fast')
        self.until(self.source, '/v2/app1/manifests')
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        self.gate.set()
        self.end(process, 128 + signal.SIGTERM)
        self.assertEqual(self.statuses(), ['created', 'failed'] + ['skipped'] * 4)

    def test_what_was_left_is_taken_up(self):
        process = self.begin('^PUT .*manifests')
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.gate.set()
        self.end(process, 128 + signal.SIGTERM)
        left = self.statuses().count('skipped')
        self.target.faults.rules.clear()
        found = self.mirror(self.path(), '--only-failed', self.tmp / 'report.json')
        self.assertEqual(found.statuses(), ['created'] * left)
        self.assertEqual(self.target.state.check(), len(self.names))


if __name__ == '__main__':
    harness.main()
