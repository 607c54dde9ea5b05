#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Scans by commands of the user's own, alone and beside another scanner."""
import json
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import trivy  # noqa: E402
from fake_grype import FakeGrype  # noqa: E402
from scan_case import NOISE, SEVERITIES, ScanCase  # noqa: E402

MODEL = {'schema': 'artmirror.scan/1', 'os': {'family': 'alpine', 'version': '3.19'},
         'findings': [{'id': 'CVE-2026-1', 'severity': 'CRITICAL',
                       'pkg': {'class': 'os', 'name': 'openssl', 'version': '1'},
                       'fix': {'state': 'fixed', 'versions': ['2']}},
                      {'id': 'CVE-2026-2', 'severity': 'LOW', 'pkg': {'name': 'x'}}]}
SARIF = {'version': '2.1.0', 'runs': [{
    'tool': {'driver': {'name': 'Tool', 'rules': [
        {'id': 'CVE-2026-3', 'properties': {'security-severity': '9.8',
                                            'purls': ['pkg:deb/debian/bash@5?distro=debian-12']},
         'help': {'text': 'Fixed Version: 6'}}]}},
    'results': [{'ruleId': 'CVE-2026-3', 'message': {'text': 'bash'}}]}]}


class Commands(ScanCase):

    def script(self, name, text) -> str:
        path = self.tmp / 'bin' / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding='utf-8')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def printing(self, name, text, status=0) -> str:
        (self.tmp / f'{name}.out').write_text(text, encoding='utf-8')
        return self.script(name, f'#!/bin/sh\necho "$*" >>{self.tmp}/{name}.calls\n'
                                 f'cat {self.tmp}/{name}.out\nexit {status}\n')

    def calls(self, name) -> list:
        path = self.tmp / f'{name}.calls'
        return path.read_text(encoding='utf-8').splitlines() if path.exists() else []

    def test_our_own_report(self):
        command = self.printing('scan', json.dumps(MODEL))
        entry = self.seed()
        scanners = {'exec': {'command': [command, '{target}', '{platform}', '{{}}']}}
        scan = self.only(self.run_config([entry], scanners))
        self.assertEqual((scan['status'], scan['counts']['total'], scan['os']['family']),
                         ('ok', 1, 'alpine'))
        self.assertEqual(self.calls('scan'), [
            f'{self.target.address}/m/app@{scan["target"]["manifest_digest"]} linux/amd64 {{}}'])
        self.assertFalse(self.only(self.run_config([entry], scanners))['cached'])
        scanners['exec']['version'] = '1'
        self.assertEqual([self.only(self.run_config([entry], scanners))['cached']
                          for _ in range(2)], [False, True])
        self.assertEqual(len(self.calls('scan')), 3)

    def test_sarif(self):
        command = self.printing('scan', json.dumps(SARIF), status=1)
        scanners = {'exec': {'command': [command, '{reference}'], 'format': 'sarif',
                             'exit_codes': [0, 1]}}
        scan = self.only(self.run_config([self.seed()], scanners))
        self.assertEqual((scan['status'], scan['counts']['total']), ('ok', 1), str(scan))
        self.assertEqual(scan['findings'][0]['severity'], 'CRITICAL')
        self.assertEqual(scan['os'], {**scan['os'], 'family': 'debian', 'version': '12'})

    def test_sarif_of_the_real_trivy(self):
        """The counts of its SARIF are those of its JSON."""
        cache = trivy.write_database(self.tmp / 'trivy')
        image = self.source.seed(trivy.image(trivy.DEBIAN), 'debian', '1')
        command = [trivy.program(), 'image', '--quiet', '--cache-dir', str(cache),
                   '--cache-backend', 'memory', '--skip-db-update', '--skip-version-check',
                   '--disable-telemetry', '--offline-scan', '--scanners', 'vuln', '--image-src',
                   'remote', '--format', 'sarif', '{reference}']
        scan = self.only(self.run_config(
            [self.entry(self.source, 'debian', '1')],
            {'exec': {'command': command, 'format': 'sarif', 'ignore_unfixed': False,
                      'severity': SEVERITIES}}))
        self.assertEqual(scan['status'], 'ok', str(scan))
        document = json.loads(trivy.run(cache, '--format', 'json',
                                        f'{self.source.address}/debian@{image.digest}'))
        counted = {name: number for name, number in scan['counts']['by_severity'].items()
                   if number}
        self.assertEqual(counted, trivy.count(document))
        rows = [row for part in document['Results'] for row in part.get('Vulnerabilities') or []]
        self.assertEqual(
            sorted((row['id'], row['pkg']['name'], row['pkg']['version'], row['pkg']['class'],
                    row['fix']['versions']) for row in scan['findings']),
            sorted((row['VulnerabilityID'], row['PkgName'], row['InstalledVersion'], 'os',
                    [row['FixedVersion']] if 'FixedVersion' in row else []) for row in rows))

    def test_a_folder_has_a_layout(self):
        command = self.script('scan', '#!/bin/sh\ntest -f "$1/oci-layout" -a -f "$1/index.json" '
                                      f"|| exit 1\ncat <<'E'\n{json.dumps(MODEL)}\nE\n")
        target = str(self.tmp / 'mirror')
        found = self.run_config([self.seed()], {'exec': {'command': [command, '{layout}']}},
                                target=target)
        self.assertEqual(self.only(found)['status'], 'ok', str(found))
        found = self.run_config([self.seed('other')],
                                {'exec': {'command': [command, '{reference}']}}, target=target)
        scan = self.only(found)
        self.assertNotEqual(scan['status'], 'ok')
        self.assertIn('{reference}', scan['error']['message'])

    def test_what_is_no_report(self):
        for name, text in {'empty': '', 'noise': NOISE + json.dumps(MODEL), 'cut':
                           json.dumps(MODEL)[:-1], 'schema': '{"findings": []}'}.items():
            with self.subTest(name):
                command = self.printing(name, text)
                found = self.run_config([self.seed(name)], {'exec': {'command': [command]}})
                scan = self.only(found)
                self.assertEqual(scan['status'], 'failed', str(found))
                self.assertIn("the command's output is no model report", scan['error']['message'])

    def test_the_environment(self):
        command = self.script('scan', '#!/bin/sh\nenv >"$OUT"\npwd >>"$OUT"\nls >>"$OUT"\n'
                                      f"cat <<'E'\n{json.dumps(MODEL)}\nE\n")
        scanners = {'exec': {'command': [command], 'env': {'OUT': str(self.tmp / 'env'),
                                                           'TOKEN': '${SECRET_TOKEN}'}}}
        found = self.run_config([self.seed()], scanners,
                                {'SECRET_TOKEN': 'a b', 'OTHER': 'not-for-it'})
        self.assertEqual(self.only(found)['status'], 'ok', str(found))
        text = (self.tmp / 'env').read_text(encoding='utf-8')
        self.assertIn('TOKEN=a b\n', text)
        self.assertNotIn('not-for-it', text)
        self.assertRegex(text, r'DOCKER_CONFIG=/')

    def test_errors_in_the_config(self):
        command = {'command': ['x']}
        cases = {'no command': ({}, "lacks 'command'"),
                 'word': ({'command': ['x', 'a{tag}']}, "'a{tag}' is not well-formed"),
                 'brace': ({'command': ['x', '{']}, 'not well-formed'),
                 'status': ({**command, 'exit_codes': [256]}, '0..255'),
                 'format': ({**command, 'format': 'xml'}, 'sarif')}
        for name, (options, word) in cases.items():
            with self.subTest(name):
                path = self.config([self.seed()], self.target.address, scanners={'exec': options})
                done = self.artmirror('validate', '--config', path, status=2)
                self.assertIn(word, done.stdout + done.stderr)
        for options, word in (({'command': ['./x']}, './x'),
                              ({**command, 'env': {'A B': 'x'}}, 'A B')):
            path = self.config([self.seed()], self.target.address, scanners={'exec': options})
            done = self.artmirror('mirror', '--config', path, status=2)
            self.assertRegex(done.stderr, rf'\.yaml:\d+:\d+: .*{word}')

    def test_two_scanners_at_once(self):
        """Grype and a command, on one image with two platforms: four scans."""
        grype = FakeGrype(self.tmp / 'grype', scan={'matches': ['Critical', 'High']})
        command = self.printing('scan', json.dumps(MODEL))
        picture = images.index([images.image('a', platform='linux/amd64'),
                                images.image('b', platform='linux/arm64')])
        found = self.run_config([self.seed(image=picture)],
                                {'grype': {}, 'exec': {'command': [command, '{digest}']}},
                                grype.env)
        totals = {(scan['scanner']['plugin'], scan['target']['platform']): scan['counts']['total']
                  for scan in self.scans(found)}
        self.assertEqual(totals, {('grype', 'linux/amd64'): 2, ('grype', 'linux/arm64'): 2,
                                  ('exec', 'linux/amd64'): 1, ('exec', 'linux/arm64'): 1})
        self.assertEqual(sorted(self.calls('scan')),
                         sorted(picture.children))


if __name__ == '__main__':
    harness.main()
