#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9, SIGTERM and Ctrl-C at any moment: nothing half-done is tagged, and the next run ends
the work."""
import os
import random
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402


class KillCase(Scenario):

    def prepare(self, name, count=3, size=100_000):
        source, target = self.mock(), self.mock('distribution')
        base = [images.random_bytes('base', size)]
        for i in range(count):
            source.seed(images.multi_platform(i, shared=base, size=size, layers=1), f'app{i}', '1')
        path = self.config([self.entry(source, f'app{i}', '1') for i in range(count)],
                           target.address, run={'parallel': 2}, name=f'{name}.yaml')
        return source, target, path

    def check_after(self, source, target):
        """I1 and I2: every tag is whole and what the source has."""
        target.state.check()
        for name, repository in target.state.repositories.items():
            for tag, digest in repository.tags.items():
                self.assertEqual(digest, source.state.tag(name, tag))

    def converge(self, source, target, path, count=3):
        self.check_after(source, target)
        self.mirror(path)
        self.assertEqual(target.state.check(), count)
        self.check_after(source, target)
        target.clear()
        self.mirror(path)
        self.assertEqual([str(each) for each in target.writes()], [], 'the third run wrote')


class Kill(KillCase):

    def test_p1_at_each_request(self):
        """Killed when the k-th request arrives at the source or at the target."""
        source, target, path = self.prepare('count', 1)
        self.mirror(path)
        cases = {f'{side}{k}': (side, k) for side, server in (('s', source), ('t', target))
                 for k in range(1, len(server.journal) + 1)}
        self.each(cases, self.killed_at)

    def killed_at(self, name, case):
        side, ordinal = case
        source, target, path = self.prepare(name, 1)
        process = []

        def kill(_request):
            while not process:  # the request may come before start() returns
                time.sleep(0.01)
            process[0].kill()
            process[0].wait()
        (source if side == 's' else target).fault('', mock.faults.Action('kill', kill),
                                                  ordinal=ordinal)
        # What an earlier case left in the cache would spare the request.
        process.append(harness.start('mirror', '--config', path, '--cache-dir',
                                     self.tmp / f'cache-{name}'))
        harness.finish(process[0])
        self.assertEqual(process[0].returncode, -signal.SIGKILL)
        self.converge(source, target, path, 1)

    def test_p1_at_random_moments(self):
        source, target, path = self.prepare('timing')
        start = time.monotonic()
        self.mirror(path)
        whole = time.monotonic() - start
        moments = random.Random(5)
        cases = {f'moment {i}': moments.uniform(0, whole) for i in range(16)}
        self.each(cases, self.killed_after, workers=4)

    def killed_after(self, name, seconds):
        source, target, path = self.prepare(name.replace(' ', '-'))
        process = harness.start('mirror', '--config', path)
        time.sleep(seconds)
        process.kill()
        harness.finish(process)
        self.converge(source, target, path)

    def test_p1_into_a_layout(self):
        """A layout folder has no registry to keep it in order."""
        source, _, _ = self.prepare('layout')
        layout = self.tmp / 'layout'
        path = self.config([self.entry(source, f'app{i}', '1') for i in range(3)], layout)
        moments = random.Random(7)
        for _ in range(8):
            process = harness.start('mirror', '--config', path)
            time.sleep(moments.uniform(0.02, 0.25))
            process.kill()
            harness.finish(process)
            for index in layout.glob('app*/index.json'):
                if images.layout_tags(index.parent):
                    self.skopeo('copy', '--all', f'oci:{index.parent}:1', f'dir:{self.tmp}/copy')
        self.mirror(path)
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 3)
        self.leftovers_are_removed(source, layout)

    def leftovers_are_removed(self, source, layout):
        """A killed process's temporary files go with the first run that writes, once they are so
        old that no living process can be about to take them."""
        folder = layout / '.artmirror' / 'tmp'
        (folder / '0123456789abcdef').write_bytes(b'half a blob')
        for each in folder.iterdir():
            os.utime(each, (time.time() - 7200,) * 2)
        source.seed(images.image('further'), 'further', '1')
        self.mirror(self.config([self.entry(source, 'further', '1')], layout, name='more.yaml'))
        self.assertEqual(list(folder.iterdir()), [])


class Signals(KillCase):

    def stop(self, number, count=8):
        """Sends a signal in the middle of a run whose uploads are slow."""
        self.source, self.target, self.path = self.prepare('signal', count)
        self.target.fault('^PUT .*blobs', mock.faults.Action('wait', lambda _: time.sleep(0.3)),
                          times=-1)
        process = harness.start('mirror', '--config', self.path, '--report',
                                self.tmp / 'report.json')
        while not self.target.requests('^PUT .*blobs'):
            time.sleep(0.02)
        process.send_signal(number)
        start = time.monotonic()
        done = harness.finish(process)
        self.took = time.monotonic() - start
        self.target.faults.rules.clear()
        return done

    def test_p2_drain(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                done = self.stop(number)
                self.assertEqual(done.returncode, 128 + number)
                self.assertLess(self.took, 15 * harness.PATIENCE)
                statuses = [job['status'] for job in self.read_json('report.json')['jobs']]
                self.assertIn('skipped', statuses)
                tagged = self.target.state.check()
                self.assertLess(tagged, 8)
                self.assertEqual(statuses.count('created'), tagged)
                self.converge(self.source, self.target, self.path, 8)

    def test_p2_second_signal_stops_at_once(self):
        source, target, path = self.prepare('twice', 2)
        target.fault('^PUT .*blobs', mock.silent(20), times=-1)
        process = harness.start('mirror', '--config', path)
        while not target.requests('^PUT .*blobs'):
            time.sleep(0.02)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        done = harness.finish(process)
        self.assertLess(time.monotonic() - start, 5 * harness.PATIENCE)
        self.assertEqual(done.returncode, 128 + signal.SIGTERM)
        target.faults.rules.clear()
        self.converge(source, target, path, 2)

    def test_p2_during_backoff(self):
        source, target, path = self.prepare('backoff', 1)
        source.fault('manifests', mock.too_many(30), times=-1)
        process = harness.start('mirror', '--config', path)
        while not source.requests('manifests'):
            time.sleep(0.02)
        time.sleep(0.2)
        start = time.monotonic()
        process.terminate()
        done = harness.finish(process)
        self.assertLess(time.monotonic() - start, 5 * harness.PATIENCE)
        self.assertEqual(done.returncode, 128 + signal.SIGTERM)

    def test_p3_two_at_once(self):
        """Two processes with one target and one state folder."""
        source, target, path = self.prepare('two')
        both = [harness.start('mirror', '--config', path) for _ in range(2)]
        for process in both:
            self.assertEqual(harness.finish(process).returncode, 0)
        self.converge(source, target, path)


if __name__ == '__main__':
    harness.main()
