#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Grype: a scripted one, and the real one offline with a database of our own."""
import base64
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import grype_db  # noqa: E402
import harness  # noqa: E402
import images  # noqa: E402
import trivy  # noqa: E402
from fake_grype import FakeGrype, match  # noqa: E402
from scan_case import NOISE, SEVERITIES, ScanCase  # noqa: E402

BAD = {  # what Grype does, the status of the scan, what the error says
    'fatal': ({'status': 1, 'stderr': '[0000] ERROR it broke:\n\t* here\n\t* there\n'}, 'failed',
              r'exit status 1: \[0000\] ERROR it broke:; \* here; \* there'),
    'found above --fail-on': ({'status': 2}, 'failed', 'exit status 2'),
    'signal': ({'signal': 'SIGKILL'}, 'failed', 'signal 9'),
    'cut off': ({'matches': 3, 'cut': 700}, 'failed', 'unusable at byte 700'),
    'nothing': ({'cut': 0}, 'failed', 'unusable at byte 0'),
    'noise': ({'matches': 1, 'stdout': NOISE}, 'failed', 'unusable at byte 0'),
    'another image': ({'digest': 'sha256:' + '0' * 64}, 'failed', 'another manifest'),
    'hang': ({'seconds': 60}, 'timeout', 'took longer than'),
    'hang with a grandchild': ({'seconds': 60, 'grandchild': True}, 'timeout',
                               'took longer than'),
}


class ScriptedGrype(ScanCase):

    def setUp(self):
        super().setUp()
        self.grype = FakeGrype(self.tmp / 'grype')

    def test_a_scan(self):
        self.grype.rules(scan={'matches': ['Critical', 'High', 'Low', 'Negligible', 'Unknown'],
                               'ignored': [match(9)]})
        found = self.run_config([self.seed()], {'grype': {}}, self.grype.env)
        scan = self.only(found)
        self.assertEqual((scan['status'], scan['counts']['total']), ('ok', 2), str(found))
        self.assertEqual(scan['scanner']['version'], '0.115.0')
        self.assertEqual(scan['scanner']['db']['version'], 'v6.1.9')
        self.assertEqual(scan['os']['family'], 'alpine')
        call = self.grype.calls('scan')[0]
        digest = scan['target']['manifest_digest']
        self.assertEqual(call['subject'], f'registry:{self.target.address}/m/app@{digest}')
        self.assertEqual(call['files'], ['grype.json'])
        self.assertTrue(set(call['env']).isdisjoint({'GITHUB_TOKEN', 'CI', 'GRYPE_CONFIG'}))
        self.assertEqual([each['kind'] for each in self.grype.calls()],
                         ['version', 'update', 'providers', 'status', 'scan'])

    def test_nothing_new_starts_nothing(self):
        entry = self.seed()
        self.run_config([entry], {'grype': {}}, self.grype.env)
        self.grype.forget()
        scan = self.only(self.run_config([entry], {'grype': {}}, self.grype.env))
        self.assertTrue(scan['cached'])
        self.assertEqual(self.grype.calls('scan') + self.grype.calls('version'), [])
        self.grype.rules(db={'schemaVersion': 'v6.1.9', 'built': '2026-11-24T06:14:05Z',
                             'valid': True})
        self.assertFalse(self.only(self.run_config([entry], {'grype': {}},
                                                   self.grype.env))['cached'])
        self.assertEqual(len(self.grype.calls('scan')), 1)

    def test_the_table_s_rows_are_counted(self):
        double = match(1)
        double['artifact'] = {**double['artifact'], 'id': 'b', 'locations': [{'path': '/b'}]}
        self.grype.rules(scan={'matches': [match(1), double, match(2)]})
        scan = self.only(self.run_config([self.seed()], {'grype': {}}, self.grype.env))
        self.assertEqual(scan['counts']['total'], 2)

    def test_a_failed_scan_is_not_an_empty_one(self):
        for name, (rule, status, why) in BAD.items():
            with self.subTest(name):
                self.grype.rules(scan=rule)
                entry = self.seed(image=images.image(name))
                limit = {'timeout': f'{2 * harness.PATIENCE}s'} if status == 'timeout' else {}
                found = self.run_config([entry], {'grype': limit}, self.grype.env)
                scan = self.only(found)
                self.assertEqual(scan['status'], status, str(found))
                self.assertRegex(scan['error']['message'], why)
                self.assertEqual(scan['findings'], [])
                self.assertNotIn('0 vulnerabilities', found.said)
                if rule.get('grandchild'):
                    self.assertFalse(self.grype.has_grandchild())

    def test_an_old_database_and_none(self):
        self.grype.rules(update={'status': 1, 'stderr': '[0000] ERROR no route\n'})
        found = self.run_config([self.seed()], {'grype': {}}, self.grype.env)
        self.assertEqual(self.only(found)['status'], 'ok')
        self.assertIn('grype db update failed: [0000] ERROR no route; the database of '
                      '2026-11-23T06:14:05Z is used', found.said)
        self.grype.rules(db={'valid': False, 'error': 'database does not exist'})
        found = self.run_config([self.seed('other')], {'grype': {'offline': True}}, self.grype.env)
        scan = self.only(found)
        self.assertEqual(scan['status'], 'failed')
        self.assertIn('no usable vulnerability database: database does not exist',
                      scan['error']['message'])

    def test_not_installed(self):
        found = self.run_config([self.seed()], {'grype': {}}, {'PATH': '/usr/bin:/bin'})
        self.assertEqual(self.only(found)['status'], 'skipped')
        self.run_config([self.seed('other')], {'grype': {'required': True}},
                        {'PATH': '/usr/bin:/bin'}, status=7)

    def test_a_folder(self):
        self.grype.rules(scan={'matches': 1})
        found = self.run_config([self.seed()], {'grype': {}}, self.grype.env,
                                target=str(self.tmp / 'mirror'))
        self.assertEqual(self.only(found)['counts']['total'], 1, str(found))
        call = self.grype.calls('scan')[0]
        self.assertRegex(call['subject'], '^oci-dir:/')
        self.assertIsNone(call['docker'])

    def test_credentials_of_one_repository(self):
        password = self.secret()
        target = self.registry(basic=('user', password))
        path = self.config([self.seed()], f'{target.address}/m',
                           {target.address: {'username': 'user', 'password': password}},
                           scanners={'trivy': {'enabled': False}, 'grype': {}})
        found = self.mirror(path, env={**self.grype.env, 'GITHUB_TOKEN': self.secret()})
        self.assertEqual(self.only(found)['status'], 'ok', str(found))
        call = self.grype.calls('scan')[0]
        coded = base64.b64encode(f'user:{password}'.encode()).decode()
        self.assertEqual(call['docker']['auths'], {target.address: {'auth': coded}})
        for secret in self.secrets:
            self.assertNotIn(secret, str([call['argv'], call['env']]))

    def test_end_of_life(self):
        self.grype.rules(scan={'alerts': [{'package': {}, 'alerts': [{'type': 'distro-eol'}]}]})
        scan = self.only(self.run_config([self.seed()], {'grype': {}}, self.grype.env))
        self.assertEqual((scan['os']['known'], scan['os']['eol']), (True, True))
        self.grype.rules(scan={'distro': {'name': '', 'version': ''}})
        scan = self.only(self.run_config([self.seed('scratch')], {'grype': {}}, self.grype.env))
        self.assertFalse(scan['os']['known'])


class RealGrype(ScanCase):
    """Offline, with a database of our own; against what Grype itself counts."""

    def setUp(self):
        super().setUp()
        self.program = harness.peer('grype')
        self.cache = grype_db.write_database(self.tmp / 'db', self.program)
        os.makedirs(self.tmp / 'bin', exist_ok=True)
        os.symlink(self.program, self.tmp / 'bin' / 'grype')
        self.env = {'PATH': f'{self.tmp}/bin:/usr/bin:/bin'}
        self.files = {'alpine': trivy.ALPINE, 'debian': trivy.DEBIAN, 'node': trivy.NODE,
                      'empty': trivy.EMPTY}

    def own(self, *args) -> str:
        done = subprocess.run([self.program, *args], capture_output=True, text=True,
                                      check=True, cwd=self.tmp, stdin=subprocess.DEVNULL,
                                      env=grype_db.environment(self.cache))
        return done.stdout

    def own_counts(self, subject) -> dict:
        """{severity: rows} of its table."""
        counts = {}
        for line in self.own('-o', 'table', subject).splitlines()[1:]:
            words = [word for word in line.split() if word.upper() in SEVERITIES]
            if words:
                counts[words[0].upper()] = counts.get(words[0].upper(), 0) + 1
        return counts

    def options(self, **more) -> dict:
        return {'grype': {'cache_dir': str(self.cache), 'offline': True, 'severity': SEVERITIES,
                          'ignore_unfixed': False, **more}}

    def check(self, found, subject):
        for scan in self.scans(found):
            self.assertEqual(scan['status'], 'ok', str(found))
            counts = {name: number for name, number in scan['counts']['by_severity'].items()
                      if number}
            self.assertEqual(counts, self.own_counts(subject(scan)), scan['target'])
            self.assertEqual(scan['scanner']['db']['updated_at'],
                             grype_db.BUILT.replace('Z', '.000Z'))
        self.assertEqual(len(self.scans(found)), len(self.files))
        return {scan['target']['repository'].rpartition('/')[2]: scan
                for scan in self.scans(found)}

    def test_counts_at_a_registry(self):
        for name, files in self.files.items():
            self.source.seed(trivy.image(files, 'linux/arm64/v8'), name, '1')
        entries = [self.entry(self.source, name, '1') for name in self.files]
        found = self.run_config(entries, self.options(), self.env)
        scans = self.check(found, lambda scan: f'registry:{scan["target"]["repository"]}'
                                               f'@{scan["target"]["manifest_digest"]}')
        self.assertEqual([scans[name]['os']['known'] for name in self.files],
                         [True, True, True, False])
        self.assertTrue(scans['alpine']['os']['eol'])
        self.assertFalse(scans['debian']['os']['eol'])
        rows = {row['id']: row for row in scans['alpine']['findings']}
        worst = rows['CVE-2024-0001']
        self.assertTrue(worst['kev'])
        self.assertEqual((worst['epss'], sorted(worst['cwe'])), (0.92, ['CWE-120', 'CWE-787']))
        self.assertEqual(worst['fix'], {'state': 'fixed', 'versions': ['3.1.4-r5']})
        states = {row['id']: row['fix']['state'] for row in scans['debian']['findings']}
        self.assertEqual(states, {'CVE-2022-3715': 'fixed', 'CVE-2019-18276': 'affected',
                                  'CVE-2024-0005': 'wont_fix'})
        lodash = next(row for row in scans['node']['findings'] if row['pkg']['class'] == 'lang')
        self.assertEqual((lodash['pkg']['name'], lodash['pkg']['type']), ('lodash', 'npm'))
        self.assertEqual(lodash['cvss'][0]['score'], 7.2)
        again = self.run_config(entries, self.options(), self.env)
        self.assertTrue(all(scan['cached'] for scan in self.scans(again)))

    def test_counts_in_a_folder(self):
        self.files = {name: self.files[name] for name in ('alpine', 'node')}  # it takes its time
        for name, files in self.files.items():
            self.source.seed(trivy.image(files), name, '1')
            images.write_layout(trivy.image(files), self.tmp / 'layouts' / name)
        found = self.run_config([self.entry(self.source, name, '1') for name in self.files],
                                self.options(), self.env, target=str(self.tmp / 'mirror'))
        self.check(found, lambda scan: f'oci-dir:{self.tmp}/layouts/'
                                       f'{scan["target"]["repository"].rpartition("/")[2]}')

    def test_vex(self):
        self.source.seed(trivy.image(trivy.NODE), 'node', '1')
        statement = {'vulnerability': {'name': 'GHSA-35jh-r3h4-6jhm'},
                     'products': [{'@id': 'pkg:npm/lodash@4.17.20'}], 'status': 'not_affected',
                     'justification': 'vulnerable_code_not_in_execute_path'}
        document = {'@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.example/1',
                    'author': 'tests', 'timestamp': '2026-11-24T00:00:00Z', 'version': 1,
                    'statements': [statement]}
        path = self.write('vex.json', json.dumps(document))
        scan = self.only(self.run_config([self.entry(self.source, 'node', '1')],
                                         self.options(vex=[str(path)]), self.env))
        self.assertEqual(scan['status'], 'ok', str(scan))
        self.assertEqual(scan['counts']['suppressed'], 1, str(scan['counts']))
        self.assertEqual(scan['counts']['total'], 3)

    def test_no_database(self):
        self.source.seed(trivy.image(trivy.NODE), 'node', '1')
        scan = self.only(self.run_config(
            [self.entry(self.source, 'node', '1')],
            {'grype': {'cache_dir': str(self.tmp / 'none'), 'offline': True}}, self.env))
        self.assertEqual(scan['status'], 'failed')
        self.assertIn('database does not exist', scan['error']['message'])


if __name__ == '__main__':
    harness.main()
