#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Gates: scanned before the tag, blocked, warned, allowed; what is required; what can't be gone
around. The scanner is a scripted one."""
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from fake_scanner import FakeTrivy  # noqa: E402
from mock import profile  # noqa: E402
from scenario import Scenario  # noqa: E402

BLOCK = {'fail_on': 'CRITICAL', 'mode': 'block'}
BAD = {'findings': ['CRITICAL', 'HIGH']}
GOOD = {'findings': ['MEDIUM']}


class Gate(Scenario):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.trivy = FakeTrivy(self.tmp / 'bin')

    def seed(self, name, version='1', seed=None):
        image = images.image(seed or f'{name}-{version}')
        self.source.seed(image, name, version)
        return image

    def bad(self, *parts):
        """Images whose reference has one of these parts have findings."""
        self.trivy.rules(images={part: BAD for part in parts}, scan=GOOD)

    def run_with(self, entries, status=0, args=(), **more):
        path = self.config(entries, self.target.address, **more)
        return self.mirror(path, *args, status=status, env=self.trivy.env)

    def tags_put(self):
        return [each.path for each in self.target.requests('^PUT ')
                if '/manifests/' in each.path and 'sha256:' not in each.path]

    def test_a_blocked_image_gets_no_tag(self):
        """It is put by digest, scanned by digest, and its tag stays away; others are tagged."""
        bad, good = self.seed('bad'), self.seed('good')
        self.bad('/bad@')
        found = self.run_with([self.entry(self.source, 'bad', '1'),
                               self.entry(self.source, 'good', '1')], status=7, gate=BLOCK)
        self.assertEqual(found.statuses(), ['blocked', 'created'])
        self.assertEqual(self.tags_put(), ['/v2/good/manifests/1'])
        self.assertIsNone(self.target.state.tag('bad', '1'))
        self.assertEqual(self.target.state.tag('good', '1'), good.digest)
        journal = [each.path for each in self.target.requests('^PUT ')]
        self.assertIn(f'/v2/bad/manifests/{bad.digest}', journal)
        job = found.jobs[0]
        self.assertEqual(job['error']['code'], 'policy')
        self.assertIn('CVE-2026-0000', job['error']['message'])
        self.assertEqual(job['scans'][0]['gate']['verdict'], 'block')
        self.assertEqual(job['scans'][0]['gate']['violations'], 1)
        self.assertEqual(found.jobs[1]['scans'][0]['gate']['verdict'], 'pass')
        self.assertIn('blocked', found.said)

    def test_the_scan_comes_before_the_tag(self):
        """When the scanner starts, the target has the image by digest and not its tag."""
        image = self.seed('app')
        self.trivy.rules(scan={**GOOD, 'seconds': 0.5})
        path = self.config([self.entry(self.source, 'app', '1')], self.target.address, gate=BLOCK)
        process = harness.start('mirror', '--config', path, env=self.trivy.env)
        self.wait_for_scan()
        self.assertEqual([each.path for each in self.target.requests('^PUT .*/manifests/')],
                         [f'/v2/app/manifests/{image.digest}'])
        self.assertEqual(harness.finish(process).returncode, 0)
        self.assertTrue(self.trivy.scans()[0]['name'].endswith(f'/app@{image.digest}'))
        self.assertEqual(self.target.state.tag('app', '1'), image.digest)

    def wait_for_scan(self):
        until = time.monotonic() + 60
        while not self.trivy.scans():
            self.assertLess(time.monotonic(), until, 'no scan began')
            time.sleep(0.02)

    def test_a_blocked_tag_keeps_its_old_content(self):
        old = images.image('old')
        self.target.seed(old, 'app', '1')
        self.seed('app', seed='new')
        self.trivy.rules(scan=BAD)
        found = self.run_with([self.entry(self.source, 'app', '1')], status=7, gate=BLOCK)
        self.assertEqual(found.statuses(), ['blocked'])
        self.assertEqual(self.target.state.tag('app', '1'), old.digest)
        self.assertEqual(found.jobs[0]['target']['digest'], old.digest)
        self.assertEqual(found.jobs[0]['target']['previous_digest'], old.digest)

    def test_every_platform_counts(self):
        """One bad platform of two blocks the whole index."""
        children = [images.image('a', platform='linux/amd64'),
                    images.image('b', platform='linux/arm64')]
        self.source.seed(images.index(children), 'app', '1')
        self.bad(children[1].digest)
        found = self.run_with([self.entry(self.source, 'app', '1')], status=7, gate=BLOCK)
        self.assertEqual(found.statuses(), ['blocked'])
        self.assertEqual([(scan['target']['platform'], scan['gate']['verdict'])
                          for scan in found.jobs[0]['scans']],
                         [('linux/amd64', 'pass'), ('linux/arm64', 'block')])

    def test_a_child_of_unknown_platform_counts(self):
        """What is called unknown/unknown is left out only if it is an attestation by content."""
        child = images.image('a', platform='linux/amd64')
        hidden = images.image('b', platform='unknown/unknown')
        hidden.subject = child.digest
        self.source.seed(images.index_with_attestations(
            [child, hidden, images.attestation(child)]), 'app', '1')
        self.bad(hidden.digest)
        found = self.run_with([self.entry(self.source, 'app', '1')], status=7, gate=BLOCK)
        self.assertEqual(found.statuses(), ['blocked'])
        self.assertEqual(len(found.jobs[0]['scans']), 2)

    def test_unchanged_tags_are_judged_too(self):
        """A tag that is there stays, is reported, and the run ends with 7; the cached scan is used,
        and a newer database has it scanned again."""
        image = self.seed('app')
        entries = [self.entry(self.source, 'app', '1')]
        self.trivy.rules(scan=BAD)
        more = {'scanners': {'trivy': {'cache_dir': 'db'}}}
        self.run_with(entries, **more)
        self.assertEqual(len(self.trivy.scans()), 1)
        self.target.clear()
        found = self.run_with(entries, status=7, gate=BLOCK, **more)
        self.assertEqual(found.statuses(), ['unchanged'])
        self.assertEqual(self.target.writes(), [])
        self.assertEqual(self.target.state.tag('app', '1'), image.digest)
        self.assertEqual(found.jobs[0]['policy']['code'], 'policy')
        self.assertIsNone(found.jobs[0]['error'])
        self.assertTrue(found.jobs[0]['scans'][0]['cached'])
        self.assertEqual(len(self.trivy.scans()), 1)
        path = self.tmp / 'db' / 'db' / 'metadata.json'
        database = json.loads(path.read_text(encoding='utf-8'))
        path.write_text(json.dumps({**database, 'UpdatedAt': '2026-11-24T00:00:00Z'}))
        found = self.run_with(entries, status=7, gate=BLOCK, **more)
        self.assertFalse(found.jobs[0]['scans'][0]['cached'])
        self.assertEqual(len(self.trivy.scans()), 2)

    def test_warn_only_warns(self):
        self.seed('app')
        self.trivy.rules(scan=BAD)
        found = self.run_with([self.entry(self.source, 'app', '1')],
                              gate={'fail_on': 'HIGH', 'mode': 'warn'})
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual(found.jobs[0]['scans'][0]['gate']['verdict'], 'warn')
        self.assertEqual(found.jobs[0]['scans'][0]['gate']['violations'], 2)
        self.assertIsNone(found.jobs[0]['policy'])

    def one_rule(self, name, case):
        findings, gate, status = case
        self.seed(name)
        trivy = FakeTrivy(self.tmp / f'bin-{name}')
        trivy.rules(scan={'findings': findings})
        path = self.config([self.entry(self.source, name, '1')], self.target.address,
                           name=f'{name}.yaml', gate=gate)
        found = self.mirror(path, status=7 if status == 'blocked' else 0, env={
            **trivy.env, 'XDG_CACHE_HOME': str(self.tmp / name)})
        self.assertEqual(found.statuses(), [status])

    def test_what_violates(self):
        """Severity, fixes, the allow-list with its dates, packages."""
        unfixed = [{'severity': 'CRITICAL', 'fixed': False}]
        allow = {'id': 'cve-2026-0000', 'reason': 'not reachable', 'expires': '2999-12-31'}
        self.each({
            'critical': (['CRITICAL'], BLOCK, 'blocked'),
            'below': (['HIGH'], BLOCK, 'created'),
            'high': (['HIGH'], {**BLOCK, 'fail_on': 'HIGH'}, 'blocked'),
            'unknown': (['UNKNOWN'], {**BLOCK, 'fail_on': 'LOW'}, 'created'),
            'unfixed': (unfixed, BLOCK, 'blocked'),
            'fixable-only': (unfixed, {**BLOCK, 'fixable_only': True}, 'created'),
            'allowed': (['CRITICAL'], {**BLOCK, 'allow': [allow]}, 'created'),
            'expired': (['CRITICAL'],
                        {**BLOCK, 'allow': [{**allow, 'expires': '2020-01-01'}]}, 'blocked'),
            'other-package': (['CRITICAL'],
                              {**BLOCK, 'allow': [{**allow, 'package': 'pkg9'}]}, 'blocked'),
            'package': (['CRITICAL'],
                        {**BLOCK, 'allow': [{**allow, 'package': 'pkg0'}]}, 'created'),
            'one-of-two': (['CRITICAL', 'CRITICAL'], {**BLOCK, 'allow': [allow]}, 'blocked'),
        }, self.one_rule)

    def test_what_is_not_known_blocks(self):
        """A scan that fails, takes too long, finds no operating system, or is not made at all."""
        cases = {'failed': {'fatal': 'run error: oh no'}, 'slow': {'seconds': 30},
                 'os': {'findings': [], 'os': None}}
        for name in cases:
            self.seed(name)
        self.trivy.rules(images={f'/{name}@': rule for name, rule in cases.items()})
        found = self.run_with([self.entry(self.source, name, '1') for name in cases], status=7,
                              gate=BLOCK, scanners={'trivy': {'timeout': '1s'}})
        self.assertEqual(found.statuses(), ['blocked'] * 3)
        self.assertEqual([job['scans'][0]['status'] for job in found.jobs],
                         ['failed', 'timeout', 'ok'])
        self.assertEqual([job['scans'][0]['counts'] is None for job in found.jobs],
                         [True, True, False])
        path = self.config([self.entry(self.source, 'os', '1')], self.target.address, gate=BLOCK)
        found = self.mirror(path, status=7, env={'PATH': '/usr/bin:/bin'})
        self.assertEqual(found.statuses(), ['blocked'])
        self.assertEqual(found.jobs[0]['scans'][0]['status'], 'skipped')

    def test_required_without_a_gate(self):
        """The image is mirrored and tagged, and the run ends with 7."""
        self.seed('app')
        entries = [self.entry(self.source, 'app', '1')]
        self.trivy.rules(scan={'fatal': 'run error: oh no'})
        found = self.run_with(entries)
        self.assertEqual(found.jobs[0]['scans'][0]['status'], 'failed')
        found = self.run_with(entries, status=7, scanners={'trivy': {'required': True}})
        self.assertEqual(found.statuses(), ['unchanged'])
        self.assertIn('oh no', found.jobs[0]['policy']['message'])
        again = self.mirror(self.tmp / 'artmirror.yaml', '--only-failed',
                            self.write('run.json', json.dumps(found.document)), status=7,
                            env=self.trivy.env)
        self.assertEqual(len(again.jobs), 1)

    def test_no_way_around_a_gate(self):
        """--no-scan, --scanner, scan: false and enabled: false under a gate that blocks."""
        self.seed('app')
        entry = self.entry(self.source, 'app', '1')
        path = self.config([entry], self.target.address, gate=BLOCK,
                           scanners={'trivy': True, 'exec': {'command': ['true']}})
        for args in (['--no-scan'], ['--scanner', 'exec']):
            done = self.artmirror('mirror', '--config', path, *args, status=2, env=self.trivy.env)
            self.assertIn('gate that blocks', done.stderr)
            self.assertIn('artmirror.yaml:', done.stderr)
        for entries, more in (([{**entry, 'scan': False}], {}),
                              ([entry], {'scanners': {'trivy': {'enabled': False}}}),
                              ([{**entry, 'scan': {'trivy': False}}], {})):
            path = self.config(entries, self.target.address, gate=BLOCK, **more)
            for command in ('validate', 'mirror'):
                done = self.artmirror(command, '--config', path, status=2, env=self.trivy.env)
                self.assertIn('gate', done.stdout + done.stderr)
        self.assertEqual(self.target.requests('.'), [])

    def test_an_entry_beats_the_rest(self):
        """gate: and scan: of an entry."""
        self.seed('strict'), self.seed('lax')
        self.trivy.rules(scan=BAD)
        found = self.run_with(
            [self.entry(self.source, 'strict', '1', gate={'mode': 'block'}),
             self.entry(self.source, 'lax', '1', scan={'trivy': {'severity': ['HIGH']}})],
            status=7, gate={'fail_on': 'CRITICAL', 'mode': 'warn'})
        self.assertEqual(found.statuses(), ['blocked', 'created'])
        self.assertEqual(found.jobs[1]['scans'][0]['counts']['total'], 1)
        self.assertEqual(found.jobs[1]['scans'][0]['gate']['verdict'], 'warn')

    def test_what_a_sparse_index_lacked_is_scanned_when_it_comes(self):
        """A scan of an index with missing children teaches nothing of the whole one."""
        self.target = self.mock(profile('generic', sparse_index=True))
        index = self.source.seed(images.multi_platform('s'), 'app', '1')
        self.bad(index.children[1])
        wanted = {'platforms': ['linux/amd64'], 'index': 'sparse'}
        self.run_with([self.entry(self.source, 'app', '1', **wanted)], args=['--no-scan'])
        report = self.tmp / 'scan.json'
        self.artmirror('scan', f'{self.target.address}/app:1', '--report', report,
                       env=self.trivy.env)
        scans = json.loads(report.read_text(encoding='utf-8'))['jobs'][0]['scans']
        self.assertEqual([scan['target']['platform'] for scan in scans], ['linux/amd64'])
        found = self.run_with([self.entry(self.source, 'app', '1', destination='whole:1')],
                              status=7, gate=BLOCK)
        self.assertEqual(found.statuses(), ['blocked'])
        self.assertIsNone(self.target.state.tag('whole', '1'))

    def test_only_what_a_sparse_index_has_is_scanned(self):
        """Children that another job of the run has elsewhere are not looked for here."""
        self.target = self.mock(profile('generic', sparse_index=True))
        self.source.seed(images.multi_platform('s'), 'app', '1')
        self.trivy.rules(scan=GOOD)
        found = self.run_with([self.entry(self.source, 'app', '1', destination='whole:1'),
                               self.entry(self.source, 'app', '1', destination='part:1',
                                          platforms=['linux/amd64'], index='sparse')],
                              args=['--parallel', '1'], gate={**BLOCK, 'mode': 'warn'})
        self.assertEqual(found.statuses(), ['created', 'created'])
        self.assertEqual([len(job['scans']) > 1 for job in found.jobs], [True, False])

    def test_a_sparse_index_has_no_gate_that_blocks(self):
        """A platform that is added to it would stand below the tag before its scan."""
        entry = self.entry(self.source, 'app', '1', platforms=['linux/amd64'], index='sparse')
        path = self.config([entry], self.target.address, gate=BLOCK)
        done = self.artmirror('validate', '--config', path, status=2, env=self.trivy.env)
        self.assertIn("'index: sparse' can't be held back", done.stdout + done.stderr)

    def test_a_version_without_a_tag(self):
        """There is no tag to withhold: the image is there, the policy is against it."""
        image = self.seed('app')
        self.trivy.rules(scan=BAD)
        for status in ('created', 'unchanged'):
            found = self.run_with([self.entry(self.source, 'app', image.digest)], status=7,
                                  gate=BLOCK)
            self.assertEqual(found.statuses(), [status])
            self.assertEqual(found.jobs[0]['target']['digest'], image.digest)
            self.assertIn('CVE-2026-0000', found.jobs[0]['policy']['message'])

    def test_what_failed_elsewhere_is_tried_here(self):
        """One target's registry can't be read by the scanner; the other target's image passes."""
        self.seed('app')
        other = self.mock()
        self.trivy.rules(images={self.target.address: {'fatal': 'run error: no way'}}, scan=GOOD)
        path = self.config([self.entry(self.source, 'app', '1')],
                           [self.target.address, other.address], gate=BLOCK)
        found = self.mirror(path, status=7, env=self.trivy.env)
        self.assertEqual(found.statuses(), ['blocked', 'created'])
        self.assertEqual([job['scans'][0]['status'] for job in found.jobs], ['failed', 'ok'])

    def test_a_signal_while_the_database_comes(self):
        """Nobody has judged the image: it is cancelled, not blocked."""
        self.seed('app')
        self.trivy.rules(scan=GOOD, download_db={'seconds': 30})
        path = self.config([self.entry(self.source, 'app', '1')], self.target.address, gate=BLOCK)
        report = self.tmp / 'stopped.json'
        process = harness.start('mirror', '--config', path, '--report', report, env=self.trivy.env)
        until = time.monotonic() + 60
        while not self.trivy.calls('download'):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        self.assertEqual(harness.finish(process).returncode, 130)
        job = json.loads(report.read_text(encoding='utf-8'))['jobs'][0]
        self.assertEqual(job['status'], 'cancelled')
        self.assertIsNone(self.target.state.tag('app', '1'))

    def test_fail_fast(self):
        """What a gate finds in a tag that is there is a failure, too."""
        entries = []
        for name in ('one', 'two'):
            self.seed(name)
            entries.append(self.entry(self.source, name, '1'))
        self.run_with(entries, args=['--no-scan'])
        self.trivy.rules(scan=BAD)
        found = self.run_with(entries, status=7, args=['--parallel', '1', '--fail-fast'],
                              gate=BLOCK)
        self.assertEqual(found.statuses(), ['unchanged', 'skipped'])

    def test_kill_between_digest_and_tag(self):
        """What was put by digest is there, the tag is not; the next run completes it."""
        image = self.seed('app')
        self.trivy.rules(scan={**GOOD, 'seconds': 30})
        path = self.config([self.entry(self.source, 'app', '1')], self.target.address, gate=BLOCK)
        process = harness.start('mirror', '--config', path, env=self.trivy.env)
        self.wait_for_scan()
        process.kill()
        process.wait()
        self.assertIsNone(self.target.state.tag('app', '1'))
        self.trivy.rules(scan=GOOD)
        found = self.mirror(path, env=self.trivy.env)
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual(found.jobs[0]['blobs']['sent'], 0)
        self.assertEqual(self.target.state.tag('app', '1'), image.digest)


if __name__ == '__main__':
    harness.main()
