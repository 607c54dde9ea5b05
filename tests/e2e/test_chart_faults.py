#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Broken networks between a chart repository and its mirror, and kill -9: every fault ends in whole
charts or a clean failure, and the next run ends the work."""
import os
import random
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import charts  # noqa: E402
import harness  # noqa: E402
import mock  # noqa: E402
from chart_case import ChartCase  # noqa: E402
from harness import PATIENCE  # noqa: E402

INDEX, CHART, PROV = '^GET .*index.yaml', '^GET .*tgz$', '^GET .*prov$'
SIZE = 300_000
HALF = SIZE // 2
EVER = {'times': -1}


class ChartFaultCase(ChartCase):
    """Cases are (side, rules, expected): side 's' or 't' is the server that misbehaves; expected
    is an exit status, or several."""

    def prepare(self, name, count=1, **how):
        found = [charts.chart(f'c{i}', '1.0.0', size=SIZE, provenance=True) for i in range(count)]
        source, target = self.repository(*found, **how), self.mock('distribution')
        path = self.chart_config(
            [self.chart_entry(source, each.name, '1.0.0') for each in found], target.address,
            run={'parallel': 2, 'retries': 3, 'stall_timeout': f'{2 * PATIENCE}s',
                 'connect_timeout': f'{3 * PATIENCE}s'}, name=f'{name.replace(" ", "-")}.yaml')
        return source, target, path

    def check_state(self, target, tags=None):
        """I1, I3, and what is tagged is what helm would have pushed."""
        there = target.state.check()
        self.assertOrder(target)
        for name, repository in target.state.repositories.items():
            for digest in repository.tags.values():
                found = charts.chart(name.rpartition('/')[2], '1.0.0', size=SIZE, provenance=True)
                self.assertEqual(digest, charts.as_pushed(found).digest)
        if tags is not None:
            self.assertEqual(there, tags)

    def converge(self, target, path, count=1):
        """I7: without the fault a run completes, and the next one writes nothing."""
        self.mirror(path)
        self.check_state(target, count)
        target.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * count)
        self.assertEqual([str(each) for each in target.writes()], [])

    def one(self, name, case):
        side, rules, expected = case
        source, target, path = self.prepare(name)
        broken = source if side == 's' else target
        for match, action, *how in rules:
            broken.fault(match, action, **(how[0] if how else {}))
        start = time.monotonic()
        found = self.mirror(path, status=expected, timeout=40)
        self.assertLess(time.monotonic() - start, 30 * PATIENCE)
        self.assertTrue(any(each.fault for each in broken.requests()), 'the fault was never met')
        self.check_state(target, 1 if found.done.returncode == 0 else 0)
        broken.faults.rules.clear()
        self.converge(target, path)


class Downloads(ChartFaultCase):

    def test_interrupted_once(self):
        cases = {}
        for what, match in {'index': INDEX, 'chart': CHART, 'prov': PROV}.items():
            for framing in ('length', 'chunked'):
                cases[f'{what} cut {framing}'] = ('s', [(match, mock.cut(100, framing))], 0)
            cases.update({
                f'{what} reset': ('s', [(match, mock.reset(50))], 0),
                f'{what} reset before an answer': ('s', [(match, mock.reset())], 0),
                f'{what} 503': ('s', [(match, mock.status(503))], 0),
                f'{what} 503 twice': ('s', [(match, mock.status(503), {'times': 2})], 0),
                f'{what} 429': ('s', [(match, mock.too_many(1))], 0),
                f'{what} silent': ('s', [(match, mock.silent(30))], 0)})
        cases['chart reset in the middle'] = ('s', [(CHART, mock.reset(HALF))], 0)
        self.each(cases, self.one)

    def test_for_ever(self):
        cases = {}
        for what, match in {'index': INDEX, 'chart': CHART, 'prov': PROV}.items():
            cases.update({
                f'{what} 503': ('s', [(match, mock.status(503), EVER)], 1),
                f'{what} 500': ('s', [(match, mock.status(500), EVER)], 1),
                f'{what} cut': ('s', [(match, mock.cut(50), EVER)], 1),
                f'{what} reset': ('s', [(match, mock.reset(), EVER)], 1)})
            if what != 'prov':  # a store without listings says 403 for what it lacks
                cases[f'{what} 403'] = ('s', [(match, mock.status(403), EVER)], 3)
        self.each(cases, self.one)

    def test_wrong_bytes(self):
        """A whole answer with other bytes than the index promises."""
        self.each({
            'flipped': ('s', [(CHART, mock.flip(HALF), EVER)], 6),
            'longer': ('s', [(CHART, mock.longer(5), EVER)], 6),
            'shorter': ('s', [(CHART, mock.longer(-5), EVER)], 6),
            'half': ('s', [(CHART, mock.truncated_document(HALF), EVER)], 6),
            'web page': ('s', [(CHART, mock.status(200, b'<html>Sign in</html>'), EVER)], 6),
            'empty': ('s', [(CHART, mock.status(200, b''), EVER)], 6),
            'provenance of something else': ('s', [(PROV, mock.flip(-150), EVER)], 6),
        }, self.one)

    def test_truncated_index_in_a_whole_answer(self):
        source, _, _ = self.prepare('size', 3)
        size = len(source.files['/charts/index.yaml'])

        def one(name, at):
            source, target, path = self.prepare(name, 3)
            source.fault(INDEX, mock.truncated_document(at), **EVER)
            self.mirror(path, status=tuple(range(0, 9)))
            self.check_state(target)
            source.faults.rules.clear()
            self.converge(target, path, 3)
        self.each({f'at {at}': at for at in range(1, size, size // 12)}, one)

    def test_an_endless_index(self):
        """Bounded, in time and memory."""
        source, target, path = self.prepare('endless')
        body = source.files['/charts/index.yaml'] + b'# ' + b'x' * (1 << 20)
        source.put('index.yaml', body + b'\n  y: {' * 1000)
        self.mirror(path, status=tuple(range(1, 9)))
        self.assertEqual(target.state.check(), 0)


class Others(ChartFaultCase):

    def test_target(self):
        blob, manifest = '^PUT .*uploads', '^PUT .*manifests'
        self.each({
            'upload broken': ('t', [(blob, mock.broken_upload(100))], 0),
            'upload broken late': ('t', [(blob, mock.broken_upload(HALF))], 0),
            'upload lost': ('t', [(blob, mock.lost(True))], 0),
            'upload 503': ('t', [(blob, mock.status(503))], 0),
            'manifest lost': ('t', [(manifest, mock.lost(True))], 0),
            'manifest not stored': ('t', [(manifest, mock.lost(False))], 0),
            'manifest 500 for ever': ('t', [(manifest, mock.status(500), EVER)],
                                      tuple(range(1, 9))),
            'first question 503': ('t', [('^GET ', mock.status(503))], 0),
        }, self.one)

    def test_one_bad_chart_among_good_ones(self):
        source, target, path = self.prepare('others', 4)
        source.fault('c1-1.0.0.tgz$', mock.status(404), **EVER)
        source.fault('c2-1.0.0.tgz$', mock.status(404), **EVER)
        found = self.mirror(path, status=4)
        self.assertEqual(found.statuses(), ['created', 'failed', 'failed', 'created'])
        self.check_state(target, 2)
        source.faults.rules.clear()
        self.converge(target, path, 4)


class Kill(ChartFaultCase):

    def test_at_each_request(self):
        source, target, path = self.prepare('count')
        self.mirror(path)
        cases = {f'{side}{k}': (side, k) for side, server in (('s', source), ('t', target))
                 for k in range(1, len(server.journal) + 1)}
        self.each(cases, self.killed_at)

    def killed_at(self, name, case):
        side, ordinal = case
        source, target, path = self.prepare(name)
        process = []

        def kill(_request):
            while not process:  # the request may come before start() returns
                time.sleep(0.01)
            process[0].kill()
            process[0].wait()
        (source if side == 's' else target).fault('', mock.faults.Action('kill', kill),
                                                  ordinal=ordinal)
        process.append(harness.start('mirror', '--config', path))
        harness.finish(process[0])
        self.assertEqual(process[0].returncode, -signal.SIGKILL)
        self.check_state(target)
        self.converge(target, path)

    def test_at_random_moments(self):
        source, target, path = self.prepare('timing', 4)
        start = time.monotonic()
        self.mirror(path)
        whole = time.monotonic() - start
        moments = random.Random(11)
        self.each({f'moment {i}': moments.uniform(0, whole) for i in range(8)}, self.killed_after,
                  workers=4)

    def killed_after(self, name, seconds):
        source, target, path = self.prepare(name, 4)
        process = harness.start('mirror', '--config', path)
        time.sleep(seconds)
        process.kill()
        harness.finish(process)
        self.check_state(target)
        self.converge(target, path, 4)
        self.assertEqual(list((self.tmp / 'tmpdir').iterdir()), [], 'a file was left behind')


if __name__ == '__main__':
    harness.main()
