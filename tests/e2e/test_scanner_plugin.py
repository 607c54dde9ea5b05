#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A scanner that nobody here knows, dropped into a plugin folder: what it is given, and what
becomes of what it says."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import build  # noqa: E402
import harness  # noqa: E402
import images  # noqa: E402
from scenario import Scenario  # noqa: E402

TIMEOUT, UNSUPPORTED, NETWORK = -12, -13, -6


class Oracle(Scenario):

    @classmethod
    def setUpClass(cls):
        cls.plugins = tempfile.mkdtemp(prefix='artmirror-test-')
        os.chmod(cls.plugins, 0o755)
        cls.addClassCleanup(shutil.rmtree, cls.plugins)
        for name, caps in (('both', None), ('layouts', 'ARTM_SCANNER_LAYOUT'),
                           ('registries', 'ARTM_SCANNER_REGISTRY')):
            os.mkdir(f'{cls.plugins}/{name}', 0o755)
            build.plugin(build.PLUGINS / 'scanner.c', f'{cls.plugins}/{name}/oracle.so',
                         '-D_GNU_SOURCE', *([f'-DCAPS={caps}'] if caps else []))

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.image = self.source.seed(images.multi_platform('app'), 'app', '1')
        self.folder = self.tmp / 'oracle'
        self.say(tool='oracle 1.2.3', os='alpine 3.19.1 eol',
                 findings='HIGH CVE-2026-1 openssl 3.1.4 3.1.5\n'
                          'CRITICAL CVE-2026-2 busybox 1.36.1 -\nLOW CVE-2026-3 zlib 1.3 1.4\n')

    def say(self, **files):
        self.folder.mkdir(exist_ok=True)
        for name, text in files.items():
            if text is None:
                (self.folder / name).unlink()
            else:
                (self.folder / name).write_text(f'{text}\n', encoding='ascii')

    def calls(self) -> list:
        path = self.folder / 'calls'
        found = path.read_text(encoding='ascii').splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def scan(self, target=None, kind='both', status=0, scanners=None, entry=None, **options):
        """Mirrors with this scanner alone."""
        if scanners is None:
            scanners = {'oracle': {'folder': str(self.folder), **options},
                        **({'trivy': False} if self.has_trivy() else {})}
        path = self.config([self.entry(self.source, 'app', '1', **(entry or {}))],
                           target or f'{self.target.address}/m', scanners=scanners)
        return self.mirror(path, '--plugin-dir', f'{self.plugins}/{kind}', status=status)

    @staticmethod
    def has_trivy() -> bool:
        return any(os.path.exists(os.path.join(folder, 'trivy.so'))
                   for folder in harness.PLUGIN_DIRS)


class Given(Oracle):

    def test_registry(self):
        found = self.scan()
        repository = f'{self.target.address}/m/app'
        first, second = self.image.children
        calls = self.calls()
        self.assertEqual(calls[:2], ['probe', 'prepare'])
        self.assertEqual(sorted(calls[2:]), [
            f'scan {platform} {digest} {repository}@{digest} plain'
            for platform, digest in (('linux/amd64', first), ('linux/arm64', second))])
        scan = found.jobs[0]['scans'][0]
        self.assertEqual(scan['status'], 'ok')
        self.assertEqual(scan['scanner']['plugin'], 'oracle')
        self.assertEqual(scan['scanner']['version'], '1.2.3')
        self.assertTrue(scan['scanner']['db']['updated_at'].startswith('2026-09-21T'))
        self.assertEqual(scan['counts']['total'], 1)
        self.assertEqual(scan['unfiltered']['total'], 3)
        self.assertEqual((scan['os']['family'], scan['os']['version'], scan['os']['eol']),
                         ('alpine', '3.19.1', True))
        self.assertEqual(scan['raw']['format'], 'oracle-text')
        self.assertEqual(scan['raw']['sha256'],
                         images.digest_of(b'what the oracle said\n')[len('sha256:'):])

    def test_layout(self):
        found = self.scan(str(self.tmp / 'mirror'))
        calls = self.calls()
        self.assertEqual(len(calls), 4)
        for call in calls[2:]:
            self.assertNotIn(str(self.tmp / 'mirror'), call)
            self.assertFalse(os.path.exists(call.split()[3]), 'something is left behind')
        self.assertEqual([scan['status'] for scan in found.jobs[0]['scans']], ['ok', 'ok'])

    def test_what_it_cannot_read(self):
        for kind, target in (('layouts', None), ('registries', str(self.tmp / 'mirror'))):
            found = self.scan(target, kind)
            self.assertEqual({scan['status'] for scan in found.jobs[0]['scans']}, {'skipped'})
            self.assertTrue(all(scan['counts'] is None for scan in found.jobs[0]['scans']))
            self.assertFalse([call for call in self.calls() if call.startswith('scan')])

    def test_what_it_does_not_take(self):
        self.source.seed(images.image('docker', docker=True), 'app', '1')
        found = self.scan()
        self.assertEqual(found.statuses(), ['created'])
        self.assertFalse([call for call in self.calls() if call.startswith('scan')])

    def test_it_is_off_unless_named(self):
        others = {'trivy': False} if self.has_trivy() else {}
        self.scan(scanners=others)
        self.assertEqual(self.calls(), [])
        found = self.scan(entry={'scan': False})
        self.assertEqual(found.jobs[0]['scans'], [])
        self.assertEqual(self.calls(), [])


class Says(Oracle):

    def test_not_installed(self):
        self.say(tool=None)
        found = self.scan()
        self.assertEqual({scan['status'] for scan in found.jobs[0]['scans']}, {'skipped'})
        self.assertEqual(self.calls(), ['probe'])
        self.scan(required=True, status=7)

    def test_failures(self):
        for code, status in ((TIMEOUT, 'timeout'), (UNSUPPORTED, 'skipped'), (-10, 'failed')):
            with self.subTest(status=status):
                self.say(fail=code)
                found = self.scan()
                for scan in found.jobs[0]['scans']:
                    self.assertEqual(scan['status'], status)
                    self.assertIn('the oracle is tired', scan['error']['message'])
                    self.assertIsNone(scan['counts'], 'a failed scan has counted nothing')
                    self.assertEqual(scan['findings'], [])
        self.say(fail=-10)
        self.scan(required=True, status=7)

    def test_misbehaviour(self):
        for word in ('nameless', 'raw-elsewhere', 'raw-missing', 'deferred', 'silent', 'unknown'):
            with self.subTest(word=word):
                self.say(misbehave=word)
                found = self.scan()
                for scan in found.jobs[0]['scans']:
                    self.assertEqual(scan['status'], 'failed')
                    self.assertIn('the plugin oracle 1.0.0 misbehaved', scan['error']['message'])
                    self.assertIsNone(scan['counts'])


if __name__ == '__main__':
    harness.main()
