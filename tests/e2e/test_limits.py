#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a registry is spared: connections, requests a second, pauses that it asks for."""
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from scenario import Scenario  # noqa: E402


class LimitCase(Scenario):

    def seed(self, source, count, layers=2, size=20_000):
        self.names = [f'app{i}' for i in range(count)]
        for name in self.names:
            source.seed(images.image(name, layers=layers, size=size), name, '1')

    def path(self, source, target, registries=None, prefix='', **run):
        return self.config([self.entry(source, name, '1') for name in self.names],
                           target.address + prefix, registries=registries,
                           run={'parallel': 8, 'retries': 2, **run})

    @staticmethod
    def slowed(server, seconds=0.02):
        """Each answer takes a moment, so that requests meet."""
        server.fault('', mock.change('slow', lambda each: setattr(each, 'delay', seconds)),
                     times=-1)


class Connections(LimitCase):

    def limited(self, most):
        source, target = self.mock(), self.mock()
        self.seed(source, 8)
        for server in (source, target):
            self.slowed(server)
        limits = {server.address: {'max_connections': most} for server in (source, target)}
        self.mirror(self.path(source, target, limits))
        self.assertEqual(target.state.check(), 8)
        for server in (source, target):
            self.assertEqual(mock.most_at_once(server.requests()), most)
            self.assertLessEqual(server.connections, most)

    def test_one(self):
        self.limited(1)

    def test_two(self):
        self.limited(2)

    def test_without_a_limit_all_workers_are_used(self):
        source, target = self.mock(), self.mock()
        self.seed(source, 8)
        self.slowed(source, 0.1)
        self.mirror(self.path(source, target))
        self.assertGreaterEqual(mock.most_at_once(source.requests()), 4)
        self.assertLessEqual(source.connections, 8)

    def test_one_registry_as_source_and_target(self):
        """Whoever reads from it to write to it needs two connections, and gets the second."""
        for most in (1, 2):
            with self.subTest(most=most):
                both = self.mock(mock.profile('generic', mount='no'))
                self.seed(both, 8, size=400_000)
                self.slowed(both, 0.005)
                path = self.path(both, both, {both.address: {'max_connections': most}}, '/copy')
                start = time.monotonic()
                self.mirror(path, timeout=20)
                self.assertLess(time.monotonic() - start, 10 * harness.PATIENCE)
                self.assertEqual(both.state.check(), 16)
                self.assertLessEqual(mock.most_at_once(both.requests()), most * 2)

    def test_redirected_blobs_have_their_own_limit(self):
        source, store, target = self.mock(), self.mock(), self.mock()
        self.seed(source, 6)
        self.seed(store, 6)
        source.fault('^GET .*/blobs/', mock.redirect(store.url + '{target}'), times=-1)
        self.slowed(store)
        self.mirror(self.path(source, target, {source.address: {'max_connections': 1},
                                               store.address: {'max_connections': 2}}))
        self.assertLessEqual(mock.most_at_once(source.requests()), 1)
        self.assertLessEqual(mock.most_at_once(store.requests()), 2)
        self.assertEqual(target.state.check(), 6)

    def test_waiting_for_a_connection_ends_by_a_signal(self):
        source, target = self.mock(), self.mock()
        self.seed(source, 4)
        source.fault('^(GET|HEAD)', mock.silent(60), times=-1)
        process = harness.start('mirror', '--config', self.path(
            source, target, {source.address: {'max_connections': 1}}))
        while not source.requests():
            time.sleep(0.02)
        for _ in range(2):
            time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
        self.assertEqual(harness.finish(process, timeout=5).returncode, 128 + signal.SIGTERM)

    # --- reuse

    def unchanged(self, **how):
        source, target = self.mock(**how), self.mock(**how)
        tags = [f'1.{i}' for i in range(100)]
        for tag in tags:
            image = images.image(tag, layers=1, size=100)
            source.seed(image, 'app', tag)
            target.seed(image, 'app', tag)
        return source, target, self.config([self.entry(source, 'app', *tags)], target.address,
                                           run={'parallel': 8})

    def test_hundred_unchanged_tags(self):
        source, target, path = self.unchanged()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 100)
        for server in (source, target):
            self.assertEqual(len(server.requests()), 100)
            self.assertLessEqual(server.connections, 8)
            self.assertEqual(server.tls_trials, 1)

    def test_hundred_unchanged_tags_by_tls(self):
        ca = self.authority()
        source, target, path = self.unchanged(tls=ca.issue('server'))
        found = self.mirror(path, env={'SSL_CERT_FILE': ca.certificate})
        self.assertEqual(found.statuses(), ['unchanged'] * 100)
        for server in (source, target):
            self.assertEqual(len(server.requests()), 100)
            self.assertLessEqual(server.connections, 8)

    def test_connections_of_a_copy(self):
        source, target = self.mock(), self.mock()
        self.seed(source, 20)
        self.mirror(self.path(source, target))
        self.assertEqual(target.state.check(), 20)
        for server in (source, target):
            self.assertLessEqual(server.connections, 8)

    def test_a_connection_that_died_idle_is_replaced(self):
        """The server closes after each answer without saying so."""
        source, target = self.mock(), self.mock()
        self.seed(source, 6)

        def closing(response):
            response.keeps_connection = lambda: False
        for server in (source, target):
            server.fault('', mock.change('hang up', closing), times=-1)
        self.mirror(self.path(source, target, retries=0))
        self.assertEqual(target.state.check(), 6)


class Rate(LimitCase):

    def test_requests_per_second(self):
        source, target = self.mock(), self.mock()
        self.seed(source, 4, layers=1)  # 12 requests: manifest, config, layer
        self.mirror(self.path(source, target,
                              {source.address: {'requests_per_second': 10}}))
        times = [each.time for each in source.requests()]
        self.assertEqual(len(times), 12)
        self.assertGreaterEqual(times[-1] - times[0], 1.0)
        self.assertLess(times[-1] - times[0], 2 * harness.PATIENCE)
        for first in range(len(times)):
            window = [each for each in times if times[first] <= each < times[first] + 0.5]
            self.assertLessEqual(len(window), 7)

    def test_less_than_one_a_second(self):
        source, target = self.mock(), self.mock()
        self.seed(source, 1, layers=0)
        self.mirror(self.path(source, target, {source.address: {'requests_per_second': 0.8}}))
        times = [each.time for each in source.requests()]
        self.assertGreaterEqual(times[-1] - times[0], 1.2 * (len(times) - 1))

    def test_a_high_rate_is_reached(self):
        """The limit itself costs nothing."""
        source, target = self.mock(), self.mock()
        self.seed(source, 20, layers=2)
        self.mirror(self.path(source, target,
                              {source.address: {'requests_per_second': 100}}))
        times = [each.time for each in source.requests()]
        self.assertEqual(len(times), 80)
        self.assertGreaterEqual(times[-1] - times[0], 0.65)
        self.assertLess(times[-1] - times[0], 1.6 * harness.PATIENCE)


class Pauses(LimitCase):
    """N5: one worker is told, all of them wait."""

    def pause(self, answer, match, seconds):
        source, target = self.mock(), self.mock()
        self.seed(source, 20)
        server = target if 'PUT' in match or 'POST' in match else source
        other = source if server is target else target
        server.fault(match, answer, skip=3)
        self.mirror(self.path(source, target))
        self.assertEqual(target.state.check(), 20)
        told = next(each for each in server.requests() if each.fault)
        # who was under way already may still arrive
        during = [str(each) for each in server.requests()
                  if told.end + 0.1 * harness.PATIENCE < each.time < told.end + seconds]
        self.assertEqual(during, [])
        after = [each for each in server.requests() if each.time > told.end + seconds]
        self.assertGreater(len(after), 20)
        return told, server, other

    def test_retry_after(self):
        self.pause(mock.too_many(1), '^GET .*/manifests/', 0.95)

    def test_retry_after_of_503(self):
        self.pause(mock.status(503, headers={'Retry-After': '1'}), '^GET .*/blobs/', 0.95)

    def test_at_the_target(self):
        self.pause(mock.too_many(1), '^POST ', 0.95)

    def test_of_a_streamed_upload(self):
        self.pause(mock.too_many(1), '^PUT .*/blobs/', 0.95)

    def test_others_go_on(self):
        """Another registry is no part of the pause."""
        source, calm, target = self.mock(), self.mock(), self.mock()
        self.seed(source, 1)
        for i in range(6):
            calm.seed(images.image(f'calm {i}'), f'calm{i}', '1')
        source.fault('^GET .*/manifests/', mock.too_many(3), times=1)
        path = self.config([self.entry(source, self.names[0], '1')] +
                           [self.entry(calm, f'calm{i}', '1') for i in range(6)],
                           target.address, run={'parallel': 8})
        self.mirror(path)
        told = next(each for each in source.requests() if each.fault)
        last = max(each.end for each in calm.requests())
        self.assertLess(last, told.end + 2)
        self.assertEqual(target.state.check(), 7)

    def test_longer_than_anybody_waits(self):
        """Beyond the cap nobody waits, and nobody asks again."""
        source, target = self.mock(), self.mock()
        self.seed(source, 20)
        source.fault('manifests', mock.too_many(100_000), times=-1)
        start = time.monotonic()
        found = self.mirror(self.path(source, target), status=5)
        self.assertLess(time.monotonic() - start, 5 * harness.PATIENCE)
        self.assertLessEqual(len(source.requests()), 8)
        self.assertEqual(set(found.statuses()), {'failed'})

    def test_a_server_that_is_down_is_left_alone(self):
        """Many failures in a row open the breaker: the rest fails at once."""
        source, target = self.mock(), self.mock()
        self.seed(source, 60, layers=1, size=100)
        source.fault('', mock.status(500), times=-1)
        found = self.mirror(self.path(source, target, retries=0), status=1)
        self.assertEqual(set(found.statuses()), {'failed'})
        self.assertLess(len(source.requests()), 60)
        self.assertIn('in a row', found.said)


if __name__ == '__main__':
    harness.main()
