#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""With the real helm 3 and 4: what artmirror mirrored they pull, show, render and verify; what they
push is what artmirror makes, but for the time."""
import io
import os
import subprocess
import sys
import tarfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import charts  # noqa: E402
import harness  # noqa: E402
from chart_case import ChartCase  # noqa: E402

METADATA = {
    'minimal': {},
    'full': {'description': 'Says "hello" & <more>: größer \u2028 than\tbefore',
             'home': 'https://h.example', 'icon': 'https://h.example/i.svg',
             'keywords': ['a', 'b'], 'sources': ['https://s.example', 'https://t.example'],
             'maintainers': [{'name': 'First', 'email': 'first@h.example'}, {'name': 'Second'}],
             'appVersion': '1.10', 'kubeVersion': '>=1.20.0-0', 'type': 'application',
             'annotations': {'z': '1', 'a': 'x: y', 'licenses': 'Apache-2.0'},
             'deprecated': True},
    'old': {'apiVersion': 'v1', 'appVersion': 'v1'},
    'library': {'type': 'library'},
    'multi-line': {'description': 'first\nsecond line\n  third '},
    'controls': {'description': 'a\u200db\u00adc\u0007d\ue000e\u2003f'},
    'emoji': {'description': 'a 😀 b', 'annotations': {'é': '😀', 'B': '\u2029'}},
    'annotated': {'annotations': {'org.opencontainers.image.title': 'no',
                                  'org.opencontainers.image.source': 'https://a.example',
                                  'org.opencontainers.image.authors': 'Nobody'}},
    'dependencies': {'dependencies': [
        {'name': 'db', 'version': '1.x', 'repository': '', 'alias': 'x',
         'condition': 'db.enabled', 'tags': ['t'],
         'import-values': ['data', {'child': 'a', 'parent': 'b'}]}]}}


class WithHelm:
    program = None

    def setUp(self):
        super().setUp()
        harness.peer(self.program)
        self.target = self.registry()

    def helm(self, *args) -> bytes:
        return super().helm(self.program, *args)

    def mirrored(self, *found, **more):
        source = self.repository(*found)
        path = self.chart_config([self.chart_entry(source, each.name, each.version, **more)
                                  for each in found], f'{self.target.address}/m')
        report = self.mirror(path)
        self.path = path
        return report

    def reference(self, chart):
        return f'oci://{self.target.address}/m/stable/{chart.name}'

    def test_pull_show_template(self):
        found = [charts.chart('demo', '1.2.3', **METADATA['full']),
                 charts.chart('demo', '2.0.0+build.7')]
        self.mirrored(*found)
        for chart in found:
            folder = self.tmp / chart.version
            folder.mkdir()
            how = ('--version', chart.version, '--plain-http')
            self.helm('pull', self.reference(chart), '-d', folder, *how)
            self.assertEqual((folder / chart.file_name).read_bytes(), chart.data)
            shown = self.helm('show', 'chart', self.reference(chart), *how).decode()
            self.assertIn(f'version: {chart.version}', shown)
            text = self.helm('template', 'r', self.reference(chart), *how).decode()
            self.assertIn(f'version: "{chart.version}"', text)
            self.assertIn('greeting: "hello"', text)
        # without a version: the newest that is listed
        shown = self.helm('show', 'chart', self.reference(found[0]), '--plain-http')
        self.assertIn('version: 2.0.0+build.7', shown.decode())

    def test_the_same_as_push_but_for_the_time(self):
        """Config and layers, and the rest, are the same; after a push by helm there is nothing to
        do."""
        inner = charts.chart('db', '1.1.0', type='library')  # helm wants it inside
        found = [charts.chart(name, '1.0.0', [('charts/db-1.1.0.tgz', inner.data)] if
                              'dependencies' in fields else (), **fields)
                 for name, fields in METADATA.items()]
        source = self.repository(*found)
        folder = self.tmp / 'archives'
        folder.mkdir()
        for chart in found:
            (folder / chart.file_name).write_bytes(chart.data)
            self.helm('push', folder / chart.file_name, f'oci://{self.target.address}/h/stable',
                      '--plain-http')
        entries = [self.chart_entry(source, chart.name, '1.0.0') for chart in found]
        self.target.clear()
        report = self.mirror(self.chart_config(entries, f'{self.target.address}/h'))
        self.assertEqual(report.statuses(), ['unchanged'] * len(found))
        self.assertEqual(self.target.writes(), [])
        self.assertEqual(source.fetched('tgz'), [])
        self.mirror(self.chart_config(entries, f'{self.target.address}/m'))
        for chart in found:
            pushed = self.manifest(self.target, f'h/stable/{chart.name}', '1.0.0')
            mirrored = self.manifest(self.target, f'm/stable/{chart.name}', '1.0.0')
            self.assertEqual(charts.without_created(mirrored), charts.without_created(pushed),
                             chart.name)
            self.assertNotIn(charts.CREATED.encode(), mirrored)

    def test_published_by_helm_and_mirrored_from_its_registry(self):
        """helm push, then artmirror from oci:// with the same digest, then helm pull."""
        chart = charts.chart('demo', '1.0.0+x', **METADATA['full'])
        archive, pulled = self.tmp / chart.file_name, self.tmp / 'pulled'
        archive.write_bytes(chart.data)
        pulled.mkdir()
        origin = self.registry('origin')
        self.helm('push', archive, f'oci://{origin.address}/c', '--plain-http')
        self.mirror(self.chart_config(
            [self.chart_entry(f'oci://{origin.address}/c', 'demo', '1.0.0+x')],
            f'{self.target.address}/m'))
        self.assertEqual(self.target.tags()['m/stable/demo:1.0.0_x'],
                         origin.tags()['c/demo:1.0.0_x'])
        self.helm('pull', self.reference(chart), '--version', '1.0.0+x', '-d', pulled,
                  '--plain-http')
        self.assertEqual((pulled / chart.file_name).read_bytes(), chart.data)

    def test_provenance(self):
        """A key of the test's own signs; after mirroring helm verifies."""
        public, secret = self.keys()
        plain = charts.chart('demo', '1.0.0')
        made, pulled = self.tmp / 'made', self.tmp / 'pulled'
        made.mkdir()
        pulled.mkdir()
        with tarfile.open(fileobj=io.BytesIO(plain.data)) as archive:
            archive.extractall(made)
        self.helm('package', '--sign', '--key', 'Tester', '--keyring', secret, '-d', made,
                  made / 'demo')
        signed = charts.Chart(plain.metadata, (made / plain.file_name).read_bytes(),
                              (made / f'{plain.file_name}.prov').read_bytes())
        self.mirrored(signed, provenance='require')
        self.helm('pull', self.reference(signed), '--version', '1.0.0', '--verify', '--keyring',
                  public, '-d', pulled, '--plain-http')
        self.helm('verify', pulled / plain.file_name, '--keyring', public)
        self.assertEqual((pulled / f'{plain.file_name}.prov').read_bytes(), signed.provenance)

    def keys(self):
        """The files of a public and a secret keyring."""
        home = self.tmp / 'keys'
        home.mkdir(mode=0o700)
        gpg = [harness.tool('gpg'), '--homedir', home, '--batch', '--quiet', '--passphrase', '',
               '--pinentry-mode', 'loopback']
        self.addCleanup(subprocess.run, ['gpgconf', '--homedir', home, '--kill', 'all'],
                        check=False, stderr=subprocess.DEVNULL)

        def run(*args) -> bytes:
            done = subprocess.run([*gpg, *args], capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            return done.stdout
        run('--quick-generate-key', 'Tester <tester@artmirror.example>', 'rsa2048', 'sign', 'never')
        rings = home / 'public.gpg', home / 'secret.gpg'
        rings[0].write_bytes(run('--export'))
        rings[1].write_bytes(run('--export-secret-keys'))
        return rings


class Helm3(WithHelm, ChartCase):
    program = 'helm3'


class Helm4(WithHelm, ChartCase):
    program = 'helm4'


if __name__ == '__main__':
    harness.main()
