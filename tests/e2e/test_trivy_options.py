#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Options of the scanner trivy with the real Trivy: VEX, a server, a database from a registry."""
import json
import os
import subprocess
import sys
import tarfile
import time
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import trivy  # noqa: E402
from registry import free_port  # noqa: E402
from scenario import Scenario  # noqa: E402

VEX = {
    '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://vex.example/1', 'author': 'test',
    'timestamp': '2026-01-01T00:00:00Z', 'version': 1,
    'statements': [{
        'vulnerability': {'name': 'CVE-2024-0001'}, 'status': 'not_affected',
        'justification': 'vulnerable_code_not_in_execute_path',
        'products': [{'@id': 'pkg:apk/alpine/openssl@3.1.4-r1?arch=x86_64&distro=3.19.1'}]}]}


class TrivyOptions(Scenario):

    def setUp(self):
        super().setUp()
        self.trivy = trivy.Journal(self.tmp / 'bin')
        self.source, self.target = self.mock(), self.mock()
        self.source.seed(trivy.image(trivy.ALPINE), 'app', '1')

    def scan(self, status=0, env=None, **options):
        path = self.config([self.entry(self.source, 'app', '1')], f'{self.target.address}/m',
                           scanners={'trivy': {'required': True, **options}})
        found = self.mirror(path, status=status, env={**self.trivy.env, **(env or {})})
        scan, = found.jobs[0]['scans']
        return scan

    def assertCounts(self, scan, **counts):
        self.assertEqual(scan['status'], 'ok', scan['error'])
        self.assertEqual({name: number for name, number in scan['counts']['by_severity'].items()
                          if number}, counts)

    def test_vex(self):
        cache = str(trivy.write_database(self.tmp / 'cache'))
        vex = self.write('a,b.vex.json', json.dumps(VEX))
        scan = self.scan(cache_dir=cache, vex=[str(vex)])
        self.assertCounts(scan, CRITICAL=1, HIGH=1)
        self.assertEqual(scan['counts']['suppressed'], 1)
        hidden, = [row for row in scan['findings'] if row['suppressed']]
        self.assertEqual((hidden['id'], hidden['suppressed']['status']),
                         ('CVE-2024-0001', 'not_affected'))
        self.trivy.clear()
        self.assertTrue(self.scan(cache_dir=cache, vex=[str(vex)])['cached'])
        vex.write_text(json.dumps({**VEX, 'statements': []}), encoding='utf-8')
        self.assertCounts(self.scan(cache_dir=cache, vex=[str(vex)]), CRITICAL=1, HIGH=2)

    def server(self, token):
        cache = trivy.write_database(self.tmp / 'server')
        address = f'127.0.0.1:{free_port()}'
        process = subprocess.Popen(
            [trivy.program(), 'server', '--quiet', '--listen', address, '--cache-dir', cache,
             '--skip-db-update'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={'PATH': '/usr/bin:/bin', 'HOME': str(self.tmp), 'TRIVY_TOKEN': token})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for _ in range(100 * harness.PATIENCE):
            try:
                with urllib.request.urlopen(f'http://{address}/healthz', timeout=5):
                    return f'http://{address}/'
            except OSError:
                time.sleep(0.1)
        raise AssertionError("Trivy's server does not start")

    def test_server(self):
        token = self.secret()
        url = self.server(token)
        bad = self.scan(status=7, server=url, server_token='${TOKEN}', env={'TOKEN': 'other'})
        self.assertEqual(bad['status'], 'failed')
        self.assertEqual(bad['error']['code'], 'auth', bad['error'])
        scan = self.scan(server=url, server_token='${TOKEN}', env={'TOKEN': token})
        self.assertCounts(scan, CRITICAL=1, HIGH=2)
        self.assertEqual(scan['scanner']['db']['updated_at'], '2026-11-23T00:00:00.000Z')
        for call in self.trivy.scans():
            self.assertNotIn(token, str(call.argv))
        self.trivy.clear()
        again = self.scan(server=url, server_token='${TOKEN}', env={'TOKEN': token})
        self.assertTrue(again['cached'])
        self.assertEqual(self.trivy.scans(), [])

    def test_database_of_a_registry(self):
        registry = self.registry()
        place = trivy.write_database(self.tmp / 'made') / 'db'
        with tarfile.open(self.tmp / 'db.tar.gz', 'w:gz') as archive:
            for name in ('trivy.db', 'metadata.json'):
                archive.add(place / name, name)
        done = subprocess.run(
            [harness.peer('oras'), 'push', '--plain-http', f'{registry.address}/db/trivy-db:2',
             'db.tar.gz:application/vnd.aquasec.trivy.db.layer.v1.tar+gzip', '--artifact-type',
             'application/vnd.aquasec.trivy.config.v1+json'], cwd=self.tmp, capture_output=True,
            text=True, check=False, env={'PATH': os.environ['PATH'], 'HOME': str(self.tmp)})
        self.assertEqual(done.returncode, 0, done.stderr)
        repositories = [f'{registry.address}/db/none:2', f'{registry.address}/db/trivy-db:2']
        cache = self.tmp / 'cache'
        scan = self.scan(cache_dir=str(cache), db_repository=repositories)
        self.assertCounts(scan, CRITICAL=1, HIGH=2)
        self.assertEqual(sorted(os.listdir(cache)), ['db'])
        self.assertEqual(sorted(os.listdir(cache / 'db')), ['metadata.json', 'trivy.db'])
        calls = len(self.trivy.calls())
        self.assertTrue(self.scan(cache_dir=str(cache), db_repository=repositories)['cached'])
        self.assertEqual(len(self.trivy.calls()), calls, 'nothing was new')


if __name__ == '__main__':
    harness.main()
