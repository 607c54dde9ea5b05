# SPDX-License-Identifier: Apache-2.0
"""One image, one fault, and what must hold after the run."""
import time

import images
from harness import PATIENCE
from scenario import Scenario

SIZE = 300_000
HALF = SIZE // 2
BLOB = '^GET .*/blobs/'
LAYER = '^GET .*/blobs/{layer}'
MANIFEST = '^GET .*/manifests/'


class FaultCase(Scenario):
    """Cases are (side, rules, expected): side 's' or 't' is the server that misbehaves; expected
    is 0 for a run that gets over it, the exit status of one that can't, or a tuple of both."""

    def image(self, name):
        return images.image(name, layers=1, size=SIZE)

    def prepare(self, name, **how):
        source, target = self.mock(**how), self.mock()
        source.seed(self.image(name), 'app', '1')
        path = self.config([self.entry(source, 'app', '1')], f'{target.address}/m',
                           run={'parallel': 2, 'retries': 3,
                                'stall_timeout': f'{2 * PATIENCE}s',
                                'connect_timeout': f'{3 * PATIENCE}s'},
                           name=f'{name.replace(" ", "-")}.yaml')
        return source, target, path

    def check_state(self, source, target, status, found):
        """What holds after every run, whatever happened (4.5)."""
        tags = target.state.check()  # I1
        self.assertOrder(target)  # I3
        digest = target.state.tag('m/app', '1')
        if status == 0:
            self.assertEqual(found.statuses(), ['created'])
            self.assertEqual(digest, source.state.tag('app', '1'))
        else:
            self.assertEqual(found.statuses(), ['failed'])
            self.assertEqual(tags, 0, 'something was tagged')

    def add_faults(self, server, name, rules):
        layer = self.image(name).layers[0]
        for match, action, *how in rules:
            server.fault(match.replace('{layer}', layer), action, **(how[0] if how else {}))

    def one(self, name, case):
        side, rules, expected = case[:3]
        source, target, path = self.prepare(name)
        broken = source if side == 's' else target
        self.add_faults(broken, name, rules)
        start = time.monotonic()
        found = self.mirror(path, status=expected, timeout=40)
        took = time.monotonic() - start
        self.assertTrue(any(each.fault for each in broken.requests()), 'the fault was never met')
        self.check_state(source, target, found.done.returncode, found)
        for check in case[3:]:
            check(self, source, target, found, took)
        # I7: without the fault a run completes, and the next one writes nothing
        broken.faults.rules.clear()
        self.mirror(path)
        target.clear()
        self.mirror(path)
        self.assertEqual([str(each) for each in target.writes()], [])

    def blob_bytes(self, limit):
        def check(case, source, _target, _found, _took):
            sent = sum(each.sent for each in source.requests(BLOB))
            whole = sum(len(data) for data in case.image('x').blobs.values())
            case.assertLessEqual(sent, whole * limit + 2000, 'downloaded too much again')
        return check

    def fails(self, name, case):
        """Like one(), but any failure will do."""
        side, rules = case[:2]
        source, target, path = self.prepare(name)
        broken = source if side == 's' else target
        self.add_faults(broken, name, rules)
        found = self.mirror(path, status=None, timeout=40)
        self.assertIn(found.done.returncode, range(1, 9), str(found))
        self.check_state(source, target, 1, found)
        return found
