#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Broken networks and broken registries: every fault ends in a whole copy or a clean failure."""
import email.utils
import json
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from fault_case import BLOB, HALF, LAYER, MANIFEST, SIZE, FaultCase  # noqa: E402


class Faults(FaultCase):

    # --- N1, N2: broken downloads

    def test_n1_reset_in_a_blob(self):
        layer = {at: mock.reset(at) for at in (0, 1, HALF, -1)}
        self.each({f'at {at}': ('s', [(LAYER, action)], 0, self.blob_bytes(1.6))
                   for at, action in layer.items()}, self.one)

    def test_n1_reset_resumes_by_range(self):
        source, target, path = self.prepare('range')
        layer = source.state.manifest('app', '1')
        layer = json.loads(layer[1])['layers'][0]['digest']
        source.fault(f'^GET .*/blobs/{layer}', mock.reset(HALF))
        found = self.mirror(path)
        asked = source.requests(f'^GET .*/blobs/{layer}')
        self.assertEqual(len(asked), 2)
        self.assertRegex(asked[1].header('Range') or '', r'^bytes=\d+-')
        self.assertLessEqual(sum(each.sent for each in asked), SIZE * 1.1 + 65536 * 2)
        uploads = target.requests(f'^PUT .*{layer[7:20]}')
        self.assertEqual(len(uploads), 1, 'the upload was begun again')
        self.check_state(source, target, 0, found)

    def test_n2_truncated_body(self):
        cases = {}
        for framing in ('length', 'chunked', 'close', 'http10'):
            for what, match in (('blob', BLOB), ('manifest', MANIFEST)):
                # a short manifest in a whole answer is no broken transfer
                whole = what == 'manifest' and framing in ('close', 'http10')
                cases[f'{what} {framing}'] = ('s', [(match, mock.cut(100, framing))],
                                              (0, 6) if whole else 0)
        self.each(cases, self.one)

    def test_n2_truncated_for_ever(self):
        cases = {framing: ('s', [(BLOB, mock.cut(100, framing), {'times': -1})], None)
                 for framing in ('length', 'close')}
        self.each(cases, self.fails)

    def test_range_is_ignored_or_refused(self):
        broken = (LAYER, mock.cut(HALF))
        self.each({
            'ignored': ('s', [broken, (LAYER, mock.ignore_range())], 0),
            '416': ('s', [broken, (LAYER, mock.status(416))], 0),
        }, self.one)

    # --- N3: wrong bytes

    def test_n3_wrong_bytes(self):
        ever = {'times': -1}
        other = 'sha256:' + 'a' * 64
        self.each({
            'flipped blob': ('s', [(LAYER, mock.flip(50), ever)], 6, self.nothing_committed),
            'longer blob': ('s', [(LAYER, mock.longer(1), ever)], 6, self.nothing_committed),
            'shorter blob': ('s', [(LAYER, mock.longer(-1), ever)], (1, 6), self.nothing_committed),
            'longer, no length': ('s', [(LAYER, mock.change('longer', self.longer_chunked), ever)],
                                  6, self.nothing_committed),
            'flipped manifest': ('s', [(MANIFEST, mock.flip(-2), ever)], 6),
            'digest header': ('s', [(MANIFEST, mock.digest_header(other), ever)], 6),
        }, self.one)

    @staticmethod
    def longer_chunked(response):
        response.body += b'!'
        response.framing = 'chunked'

    @staticmethod
    def nothing_committed(case, _source, target, _found, _took):
        wrong = [each for each in target.requests('^PUT .*/blobs/') if each.status == 201
                 and each.body_length in (SIZE, SIZE + 1, SIZE - 1)]
        case.assertEqual(wrong, [], 'wrong bytes were committed')

    def test_n3_no_digest_header(self):
        self.each({'source': ('s', [('manifests', mock.digest_header(None), {'times': -1})], 0),
                   'target': ('t', [('manifests', mock.digest_header(None), {'times': -1})], 0)},
                  self.one)

    # --- N4: slowness

    def test_n4_slow_and_silent(self):
        def quick(case, _source, _target, _found, took):
            case.assertLess(took, (2 + 5) * 2 * harness.PATIENCE, 'waited too long')
        self.each({
            'silent manifest': ('s', [(MANIFEST, mock.silent(30))], 0, quick),
            'silent blob': ('s', [(BLOB, mock.silent(30))], 0, quick),
            'slow blob': ('s', [(LAYER, mock.slow(20))], 0, quick),
            'slow head': ('s', [(BLOB, mock.slow_head(2))], 0, quick),
            'silent target': ('t', [('^POST', mock.silent(30))], 0, quick),
        }, self.one)

    def test_n4_other_hosts_are_not_held_up(self):
        slow, source, target = self.mock(), self.mock(), self.mock()
        slow.seed(self.image('slow'), 'slow', '1')
        slow.fault('', mock.silent(30), times=-1)
        for i in range(6):
            source.seed(images.image(i), f'app{i}', '1')
        path = self.config([self.entry(slow, 'slow', '1')] +
                           [self.entry(source, f'app{i}', '1') for i in range(6)],
                           target.address, run={'parallel': 2, 'retries': 0,
                                                'stall_timeout': '3s'})
        start = time.monotonic()
        process = harness.start('mirror', '--config', path)
        while len(target.state.history) < 6 and time.monotonic() < start + 10:
            time.sleep(0.05)
        self.assertEqual(len(target.state.history), 6)
        self.assertLess(time.monotonic() - start, 2.5 * harness.PATIENCE)
        harness.finish(process)
        self.assertEqual(process.returncode, 1)

    # --- N5, N6: statuses

    def test_n5_429(self):
        past = email.utils.formatdate(time.time() - 100, usegmt=True)
        soon = email.utils.formatdate(time.time() + 2, usegmt=True)
        go = {'errors': [{'code': 'TOOMANYREQUESTS',
                          'message': 'retry-after: 985.86µs, allowed: 44000/minute'}]}
        html = mock.status(429, b'<html>429 Too Many Requests</html>',
                           {'Content-Type': 'text/html'})
        self.each({
            'seconds': ('s', [(MANIFEST, mock.too_many(1))], 0, self.waited(0.9)),
            'date': ('s', [(MANIFEST, mock.too_many(soon))], 0),
            'past': ('s', [(MANIFEST, mock.too_many(past))], 0),
            'garbage': ('s', [(MANIFEST, mock.too_many('soon-ish'))], 0),
            'go duration': ('t', [('^POST', mock.too_many(None, go))], 0),
            'html, streamed': ('t', [('^PUT .*{layer}', html)], 0),
            'html': ('t', [('^PUT .*blobs', html)], 0),
            'manifest put': ('t', [('^PUT .*manifests', mock.too_many(1))], 0, self.waited(0.9)),
            'blob get': ('s', [(BLOB, mock.too_many(1))], 0, self.waited(0.9)),
        }, self.one)

    @staticmethod
    def waited(seconds):
        """No request reaches the host while it wants none."""
        def check(case, source, target, _found, _took):
            for server in (source, target):
                for entry in server.requests():
                    if entry.status == 429:
                        close = [each for each in server.requests()
                                 if entry.end + 0.1 < each.time < entry.end + seconds]
                        case.assertEqual([str(each) for each in close], [])
        return check

    def test_n5_429_for_ever(self):
        def no_storm(case, source, target, _found, took):
            case.assertLess(took, 20 * harness.PATIENCE)
            refused = [each for server in (source, target) for each in server.requests()
                       if each.status == 429]
            case.assertLess(len(refused), 15)
        ever = {'times': -1}
        self.each({
            'seconds': ('s', [('manifests', mock.too_many(1), ever)], 5, no_storm),
            'absurd': ('s', [('manifests', mock.too_many(10 ** 9), ever)], 5, no_storm),
            'huge': ('s', [('manifests', mock.too_many('9' * 30), ever)], 5, no_storm),
            'target': ('t', [('^POST', mock.too_many(1), ever)], 5, no_storm),
        }, self.one)

    def test_n6_server_errors(self):
        cases = {}
        for code in (500, 502, 503, 504, 408, 499, 522):
            cases[f'{code} manifest'] = ('s', [(MANIFEST, mock.status(code))], 0)
            cases[f'{code} blob'] = ('s', [(BLOB, mock.status(code))], 0)
        for code in (500, 502, 503):
            cases[f'{code} session'] = ('t', [('^POST', mock.status(code))], 0)
            cases[f'{code} upload'] = ('t', [('^PUT .*blobs', mock.status(code))], 0)
            cases[f'{code} upload unread'] = ('t', [('^PUT .*blobs', mock.status(
                code, read=False))], 0)
            cases[f'{code} tag'] = ('t', [('^PUT .*manifests', mock.status(code))], 0)
        self.each(cases, self.one)

    def test_n6_at_each_request(self):
        """503 at the k-th request of either side, for every k of a run."""
        source, target, path = self.prepare('count')
        self.mirror(path)
        counts = {'s': len(source.journal), 't': len(target.journal)}
        cases = {f'{side}{k}': (side, [('', mock.status(503), {'ordinal': k})], 0)
                 for side in 'st' for k in range(1, counts[side] + 1)}
        self.each(cases, self.one)

    def test_n6_never_retried(self):
        def once(case, source, _target, _found, _took):
            case.assertLessEqual(len([each for each in source.requests('manifests')
                                      if each.fault]), 2)
        ever = {'times': -1}
        self.each({'404': ('s', [('manifests', mock.status(404), ever)], 4, once),
                   '403': ('s', [('manifests', mock.status(403), ever)], 3, once)}, self.one)

    # --- N8: lost replies

    def test_n8_reply_lost(self):
        def uploads(count):
            def check(case, _source, target, _found, _took):
                asked = [each for each in target.requests('^PUT .*blobs')
                         if each.body_length >= SIZE]
                case.assertEqual(len(asked), count, 'uploads of the layer')
                lost = next(each for each in target.requests() if each.fault)
                digest = lost.query['digest']
                after = target.requests(f'^HEAD .*{digest}')
                case.assertTrue([each for each in after if each.number > lost.number],
                                'no HEAD after a lost reply')
            return check
        self.each({
            'blob stored': ('t', [('^PUT .*{layer}', mock.lost(True))], 0, uploads(1)),
            'blob lost': ('t', [('^PUT .*{layer}', mock.lost(False))], 0, uploads(2)),
            'session': ('t', [('^POST', mock.lost(True))], 0),
            'tag stored': ('t', [('^PUT .*manifests', mock.lost(True))], 0),
            'tag lost': ('t', [('^PUT .*manifests', mock.lost(False))], 0),
            'broken upload': ('t', [('^PUT .*blobs', mock.broken_upload(100, 'reset'))], 0),
            'session forgotten': ('t', [('^PUT .*blobs', mock.status(
                404, {'errors': [{'code': 'BLOB_UPLOAD_UNKNOWN'}]}))], 0),
            'stale state': ('t', [('^PUT .*blobs', mock.status(
                416, {'errors': [{'code': 'RANGE_INVALID'}]}))], 0),
        }, self.one)

    def test_blob_vanishes_at_the_target(self):
        """MANIFEST_BLOB_UNKNOWN: every belief about the repository is dropped and asked anew."""
        source, target, path = self.prepare('vanish')
        gone = []

        def forget(request):
            if not gone:
                gone.append(target.state.repositories['m/app'].blobs.pop())
            return None
        target.fault('^PUT .*manifests', mock.faults.Action('forget a blob', forget))
        found = self.mirror(path)
        self.check_state(source, target, 0, found)

    # --- N10: Location

    def test_n10_location(self):
        ever = {'times': -1}
        self.each({form: ('t', [('^POST', mock.location(form), ever)], 0)
                   for form in ('relative', 'absolute', 'query')}, self.one)
        self.fails('missing', ('t', [('^POST', mock.location('missing'), ever)]))

    def test_stateful_location(self):
        source, target = self.mock(), self.mock('distribution')
        source.seed(self.image('stateful'), 'app', '1')
        self.mirror(self.config([self.entry(source, 'app', '1')], target.address))
        self.assertEqual(target.state.check(), 1)


if __name__ == '__main__':
    harness.main()
