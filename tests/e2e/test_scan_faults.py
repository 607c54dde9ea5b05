#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A scanner that misbehaves in every way: what a run says of it, and that the mirror goes on."""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from fake_scanner import FakeTrivy  # noqa: E402
from scenario import Scenario  # noqa: E402

NOISE = ('::error file=a::stdout\n%0A::warning::x\n\x1b[31mred\x1b[0m\r\n##[error]y\n'
         '\u202e<script>|\x07\n')
FIRST_RUN = 'cannot be specified on the first run'

# What Trivy does, the status of the scan, what the error says of it.
GOOD = {
    'findings': ({'findings': ['CRITICAL', 'HIGH', 'LOW']}, 2),
    'no results': ({}, 0),
    'null results': ({'results': None}, 0),
    'null findings': ({'results': [{'Class': 'os-pkgs', 'Vulnerabilities': None}]}, 0),
    'noise on stdout': ({'findings': ['CRITICAL'], 'stdout': NOISE, 'stderr': NOISE}, 1),
    'a grandchild': ({'findings': ['HIGH'], 'grandchild': {}}, 1),
    'a grandchild in its own session': ({'findings': ['HIGH'], 'grandchild': {'session': True}},
                                        1),
    'a busy cache, once': ({'findings': ['HIGH'], 'times': 1,
                            'fatal': 'run error: cache may be in use by another process: timeout'},
                           1),
}
BAD = {
    'fatal': ({'fatal': 'run error: image scan error: it broke:\n\t* here\n\t* there\n\n'},
              'failed', 'it broke: \\* here; \\* there'),
    'fatal noise': ({'fatal': f'run error: {NOISE}', 'stdout': NOISE, 'stderr': NOISE}, 'failed',
                    'trivy failed'),
    'status alone': ({'status': 2}, 'failed', 'exit code 2'),
    'hang': ({'seconds': 60}, 'timeout', 'took longer than'),
    'hang that ignores TERM': ({'seconds': 60, 'ignore_term': True}, 'timeout',
                               'took longer than'),
    'hang with a grandchild': ({'seconds': 60, 'grandchild': {'session': True}}, 'timeout',
                               'took longer than'),
    'no report': ({'no_report': True}, 'failed', 'wrote no report'),
    'cut off': ({'findings': 3, 'cut': 900}, 'failed', 'broken'),
    'empty': ({'cut': 1}, 'failed', 'broken'),
    'no schema version': ({'without': ['SchemaVersion']}, 'failed', 'schema version'),
    'no name': ({'without': ['ArtifactName']}, 'failed', 'what was scanned'),
    'odd findings': ({'results': [{'Vulnerabilities': {}}]}, 'failed', 'broken'),
    'a busy cache': ({'fatal': 'run error: cache may be in use by another process'}, 'failed',
                     'in use'),
    'signal 9': ({'signal': 9}, 'failed', 'signal 9'),
    'signal 11': ({'signal': 11}, 'failed', 'signal 11'),
    'too much on stdout': ({'stdout': 'x' * (5 << 20)}, 'failed', 'more than'),
}


class ScanFaults(Scenario):

    def prepare(self, name, rule, scanner=None, gate=None, **rules):
        """Servers, a config and Trivy, all of this case alone."""
        place = self.tmp / name.replace(' ', '-').replace(',', '')
        source, target = self.mock(), self.mock()
        source.seed(images.image(name, layers=1), 'app', '1')
        trivy = FakeTrivy(place / 'bin', scan=rule, **rules)
        self.addCleanup(trivy.end)
        options = {'cache_dir': str(place / 'cache'), **(scanner or {})}
        more = {'gate': gate} if gate else {}
        more['run'] = {'retries': 0}
        path = self.config([self.entry(source, 'app', '1')], f'{target.address}/m',
                           name=f'{place.name}.yaml', scanners={'trivy': options}, **more)
        return source, target, trivy, path

    def run_it(self, trivy, path, status=0, **env):
        return self.mirror(path, status=status, env={**trivy.env, **env}, timeout=60)

    def assertMirrored(self, source, target):
        self.assertEqual(target.state.tag('m/app', '1'), source.state.tag('app', '1'))

    def only_scan(self, found):
        self.assertEqual(len(found.jobs), 1, str(found))
        scans = found.jobs[0].get('scans', [])
        self.assertEqual(len(scans), 1, str(found))
        return scans[0]

    # --- ends

    @staticmethod
    def patience(status) -> dict:
        return {'timeout': f'{3 * harness.PATIENCE}s'} if status == 'timeout' else {}

    def test_good_ends(self):
        def check(name, case):
            rule, total = case
            source, target, trivy, path = self.prepare(name, rule, {'required': True})
            start = time.monotonic()
            found = self.run_it(trivy, path)
            self.assertLess(time.monotonic() - start, 25 * harness.PATIENCE)
            scan = self.only_scan(found)
            self.assertEqual(scan['status'], 'ok', str(found))
            self.assertEqual(scan['counts']['total'], total)
            self.assertEqual(found.statuses(), ['created'])
            self.assertMirrored(source, target)
        self.each(GOOD, check, workers=4)

    def test_bad_ends_never_stop_the_mirror(self):
        def check(name, case):
            rule, status, why = case
            source, target, trivy, path = self.prepare(name, rule, self.patience(status))
            found = self.run_it(trivy, path)
            self.assertFailed(found, status, why)
            self.assertEqual(found.statuses(), ['created'])
            self.assertMirrored(source, target)
        self.each(BAD, check, workers=4)

    def assertFailed(self, found, status, why):
        scan = self.only_scan(found)
        self.assertEqual(scan['status'], status, str(found))
        self.assertRegex(str(scan['error']), why)
        self.assertEqual(scan['findings'], [])
        self.assertNotRegex(found.said, r'\b0 (findings|vulnerabilities)')

    def test_bad_ends_of_what_is_required(self):
        def check(name, case):
            rule, status, why = case
            source, target, trivy, path = self.prepare(
                f'required {name}', rule, {'required': True, **self.patience(status)})
            found = self.run_it(trivy, path, status=7)
            self.assertFailed(found, status, why)
            self.assertMirrored(source, target)
        self.each(BAD, check, workers=4)

    def test_bad_ends_block(self):
        def check(name, case):
            rule, status, why = case
            source, target, trivy, path = self.prepare(
                f'block {name}', rule, self.patience(status), {'mode': 'block'})
            found = self.run_it(trivy, path, status=7)
            self.assertFailed(found, status, why)
            self.assertEqual(found.statuses(), ['blocked'])
            self.assertIsNone(target.state.tag('m/app', '1'))
            trivy.rules(scan={'findings': ['LOW']})  # and the next run publishes
            found = self.run_it(trivy, path)
            self.assertMirrored(source, target)
        self.each(BAD, check, workers=4)

    # --- what is there

    def test_no_trivy(self):
        source, target, trivy, path = self.prepare('none', {})
        (trivy.folder / 'trivy').unlink()
        found = self.run_it(trivy, path)
        self.assertMirrored(source, target)
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual(self.only_scan(found)['status'], 'skipped')
        self.assertIn('trivy is not installed', found.said)

    def test_no_trivy_though_required(self):
        source, target, trivy, path = self.prepare('none', {}, {'required': True})
        (trivy.folder / 'trivy').unlink()
        found = self.run_it(trivy, path, status=7)
        self.assertEqual(self.only_scan(found)['status'], 'skipped')
        self.assertMirrored(source, target)

    def test_poisoned_releases(self):
        for version in ('0.69.4', '0.69.5', '0.69.6'):
            source, target, trivy, path = self.prepare(f'poisoned {version}', {},
                                                       version=version)
            found = self.run_it(trivy, path)
            self.assertMirrored(source, target)
            self.assertIn('CVE-2026-33634', found.said)
            self.assertEqual(trivy.scans(), [])
            self.assertEqual(self.only_scan(found)['status'], 'failed')

    def test_old_releases_get_no_new_flags(self):
        def check(name, version):
            _, _, trivy, path = self.prepare(name, {'findings': ['CRITICAL']}, version=version)
            found = self.run_it(trivy, path)
            scan = self.only_scan(found)
            self.assertEqual((scan['status'], scan['counts']['total']), ('ok', 1), str(found))
            self.assertEqual(scan['scanner']['version'], version)
        self.each({f'release {version}': version for version in
                   ('0.38.0', '0.52.2', '0.53.0', '0.54.0', '0.62.1', '0.63.0', '0.67.2')}, check)

    def test_a_release_that_is_too_old(self):
        _, _, trivy, path = self.prepare('old', {}, version='0.37.3')
        scan = self.only_scan(self.run_it(trivy, path))
        self.assertEqual(scan['status'], 'skipped')
        self.assertIn('--image-src', str(scan['error']))

    # --- databases

    def test_a_missing_database(self):
        source, target, trivy, path = self.prepare('missing', {}, {'skip_db_update': True})
        found = self.run_it(trivy, path)
        self.assertMirrored(source, target)
        self.assertEqual(self.only_scan(found)['status'], 'failed')
        self.assertIn('there is no vulnerability database', found.said)
        self.assertEqual(trivy.calls('download') + trivy.scans(), [])

    def test_a_database_that_cant_be_had(self):
        source, target, trivy, path = self.prepare(
            'limit', {}, {'required': True},
            download_db={'fatal': 'run error: init error: DB error: TOOMANYREQUESTS: slow down'})
        found = self.run_it(trivy, path, status=7)
        self.assertMirrored(source, target)
        self.assertIn('TOOMANYREQUESTS', found.said)
        self.assertEqual(trivy.scans(), [])

    def test_a_database_is_fetched_once(self):
        _, _, trivy, path = self.prepare('once', {'findings': ['HIGH']})
        scan = self.only_scan(self.run_it(trivy, path))
        self.assertEqual(scan['scanner']['db'], {
            'version': '2', 'updated_at': '2026-11-23T00:00:00.000Z',
            'next_update': '2099-01-01T00:00:00.000Z'})
        self.assertEqual([call['download'] for call in trivy.calls('download')], ['db'])
        trivy.forget()
        scan = self.only_scan(self.run_it(trivy, path))
        self.assertTrue(scan['cached'])
        self.assertEqual(trivy.calls(), [], 'a run with nothing new started a process')

    def test_an_old_database_is_used_if_need_be(self):
        old = {'NextUpdate': '2020-01-01T00:00:00Z', 'DownloadedAt': '2020-01-01T00:00:00Z'}
        _, _, trivy, path = self.prepare('stale', {}, download_db={'metadata': old})
        self.run_it(trivy, path)
        trivy.rules(scan={}, download_db={'fatal': 'run error: no network'})
        found = self.run_it(trivy, path)
        self.assertEqual(self.only_scan(found)['status'], 'ok')
        self.assertRegex(found.said, 'could not be brought up to date.*no network')

    def test_java_archives(self):
        source, target, trivy, path = self.prepare('java', {'java': True, 'findings': ['HIGH']})
        for tag in '234':
            source.seed(images.image(f'java {tag}', layers=1), 'app', tag)
        path = self.config([self.entry(source, 'app', *'1234')], f'{target.address}/m',
                           scanners={'trivy': {'cache_dir': str(self.tmp / 'cache')}})
        found = self.run_it(trivy, path)
        self.assertEqual([scan['status'] for job in found.jobs for scan in job['scans']],
                         ['ok'] * 4, str(found))
        self.assertEqual(sorted(call['download'] for call in trivy.calls('download')),
                         ['db', 'java'])

    # --- how it is called

    def test_what_trivy_gets(self):
        token = self.secret()
        source, target, trivy, path = self.prepare(
            'called', {}, {'server': self.trap().url, 'server_token': '${TOKEN}'})
        self.run_it(trivy, path, TOKEN=token, TRIVY_SEVERITY='LOW', GITHUB_TOKEN='x',
                    TRIVY_IGNOREFILE='/x')
        call, = trivy.scans()
        self.assertEqual(call['name'], f'{target.address}/m/app@{source.state.tag("app", "1")}')
        self.assertEqual(call['env'].get('TRIVY_TOKEN'), token)
        self.assertNotIn(token, str(call['argv']))
        self.assertEqual(sorted(name for name in call['env'] if name.startswith('TRIVY_')),
                         ['TRIVY_DISABLE_VEX_NOTICE', 'TRIVY_NON_SSL', 'TRIVY_TOKEN'])
        self.assertNotIn('GITHUB_TOKEN', call['env'])
        self.assertNotEqual(call['env']['HOME'], str(self.tmp / 'home'))
        self.assertEqual((call['files'], call['auths']), ([], []))
        self.assertFalse(os.path.exists(call['cwd']), 'the working folder is left behind')

    def test_a_server_that_is_not_there(self):
        """Nobody is asked to scan by it, and the cause is the connection."""
        _, _, trivy, path = self.prepare('no-server', {}, {'server': 'http://127.0.0.1:1'})
        found = self.run_it(trivy, path)
        scan, = found.jobs[0]['scans']
        self.assertEqual((scan['status'], scan['error']['code']), ('failed', 'network'))
        self.assertEqual(trivy.scans(), [])

    def test_a_large_report(self):
        _, _, trivy, path = self.prepare('large', {'findings': ['HIGH'] * 5,
                                                   'padding': 50 << 20}, {'required': True})
        process = harness.start('mirror', '--config', path, env=trivy.env)
        peak = harness.peak_memory(process)
        done = harness.finish(process)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(trivy.scans()), 1)
        if not harness.SANITIZED:
            self.assertLess(peak, 45_000, 'the report was read into memory')


if __name__ == '__main__':
    harness.main()
