#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How many requests a registry gets at a time: more while that helps, half as many after 429."""
import os
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402

FIRST = 8  # what every registry gets to begin with
FAR = 0.04


def delayed(server, seconds, match='') -> None:
    server.fault(match, mock.change('far', lambda each: setattr(each, 'delay', seconds)), times=-1)


class Concurrency(Scenario):

    def tags(self, count, source, target, **run) -> str:
        """A config of so many tags, which the targets have already."""
        names = [f'1.{i}' for i in range(count)]
        image = images.image('app', layers=1, size=100)
        for server in (source, target):
            server.seed(image, 'app', *names)
        return self.config([self.entry(source, 'app', *names)],
                           target.address, run=run)

    def test_a_far_registry_gets_more_at_a_time(self):
        source, target = self.mock(), self.mock()
        path = self.tags(300, source, target)
        for server in (source, target):
            delayed(server, FAR)
        found = self.mirror(path)
        self.assertEqual(found.statuses(), ['unchanged'] * 300)
        for server in (source, target):
            self.assertEqual(len(server.requests()), 300)
            self.assertGreater(mock.most_at_once(server.requests()), 2 * FIRST)
            self.assertLessEqual(server.connections, 32)

    def test_a_busy_registry_gets_few(self):
        """One request after the other, whoever else waits."""
        source, target = self.mock(), self.mock()
        path = self.tags(300, source, target)
        queue = Queue(0.004)
        target.fault('', mock.change('busy', queue.serve), times=-1)
        self.mirror(path, '--parallel', 64)
        self.assertLessEqual(target.connections, 2 * FIRST)
        self.assertLessEqual(mock.most_at_once(target.requests()[200:]), FIRST)

    def test_too_many_requests_halve_it(self):
        source, target = self.mock(), self.mock()
        path = self.tags(300, source, target)
        target.fault('', mock.too_many(1), skip=150)
        delayed(target, FAR)
        done = self.mirror(path, '--debug').done
        told = next(each for each in target.requests() if each.fault.startswith('status'))
        before = [each for each in target.requests() if each.time < told.time]
        after = [each for each in target.requests() if each.time > told.end + 0.9]
        most = mock.most_at_once(before)
        self.assertGreater(most, 2 * FIRST)
        self.assertGreater(len(after), 100)
        self.assertLessEqual(mock.most_at_once(after[:60]), 16 + 4)
        self.assertEqual(done.stderr.count('requests at a time instead of'), 1, done.stderr)

    def test_silence_halves_it(self):
        source, target = self.mock(), self.mock()
        path = self.tags(20, source, target, stall_timeout='2s')
        target.fault('^(GET|HEAD) .*/manifests/', mock.silent(30), skip=5)
        done = self.mirror(path, '--debug').done
        self.assertRegex(done.stderr, r'\d+ requests at a time instead of \d+: it fell silent')

    def test_parallel_is_the_ceiling(self):
        source, target = self.mock(), self.mock()
        path = self.tags(60, source, target)
        for server in (source, target):
            delayed(server, FAR)
        self.mirror(path, '--parallel', 4)
        for server in (source, target):
            self.assertEqual(mock.most_at_once(server.requests()), 4)
            self.assertLessEqual(server.connections, 4)

    def test_max_connections_holds(self):
        source, target = self.mock(), self.mock()
        for i in range(20):
            source.seed(images.image(f'{i}', layers=2, size=2000), f'app{i}', '1')
        for server in (source, target):
            delayed(server, FAR / 2)
        limits = {source.address: {'max_connections': 3}, target.address: {'max_connections': 12}}
        self.mirror(self.config([self.entry(source, f'app{i}', '1') for i in range(20)],
                                target.address, registries=limits))
        self.assertEqual(target.state.check(), 20)
        for server, most in ((source, 3), (target, 12)):
            self.assertEqual(mock.most_at_once(server.requests()), most)
            self.assertLessEqual(server.connections, most)

    def test_two_registries_that_mirror_each_other(self):
        """Uploads to each wait for a download from the other, all places of which have uploads."""
        for limit in ({}, {'max_connections': 1}):
            with self.subTest(**limit):
                one, two = self.mock(), self.mock()
                entries = []
                for server, name in ((one, 'one'), (two, 'two')):
                    delayed(server, 0.005)
                    for i in range(8):
                        server.seed(images.image(f'{name} {i}', size=300_000), f'{name}{i}', '1')
                targets = [{'id': 'one', 'value': f'{one.address}/copy'},
                           {'id': 'two', 'value': f'{two.address}/copy'}]
                for server, name, other in ((one, 'one', 'two'), (two, 'two', 'one')):
                    entries += [{**self.entry(server, f'{name}{i}', '1'), 'targets': [other]}
                                for i in range(8)]
                path = self.config(entries, targets, run={'retries': 0},
                                   registries={server.address: limit for server in (one, two)}
                                   if limit else None)
                self.mirror(path, '--parallel', 64, timeout=60)
                for server in (one, two):
                    self.assertEqual(server.state.check(), 16)


class Queue:
    """A server that does one thing at a time."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.lock = threading.Lock()
        self.free = 0.0

    def serve(self, response) -> None:
        with self.lock:
            now = time.monotonic()
            self.free = max(self.free, now) + self.seconds
            response.delay = self.free - now


if __name__ == '__main__':
    harness.main()
