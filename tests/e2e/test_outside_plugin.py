#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A plugin built outside the tree from the installed headers and artmirror.pc alone. With
$ARTMIRROR_INSTALLED, the prefix of an installation; without, the headers of the tree."""
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import build
import harness

TEXT = 'Whatever is in the file.\n' * 1000
EMPTY = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'


def digest_of(data: bytes) -> str:
    return 'sha256:' + hashlib.sha256(data).hexdigest()


class OutsidePlugin(harness.TestCase):
    def setUp(self):
        super().setUp()
        outside = self.tmp / 'outside'
        outside.mkdir()
        self.folder = self.tmp / 'plugins'
        self.folder.mkdir(mode=0o755)
        self.folder.chmod(0o755)
        source = shutil.copy(build.PLUGINS / 'outside' / 'files.c', outside)
        build.plugin(source, self.folder / 'files.so', includes=self.includes())
        self.file = self.write('notes.txt', TEXT)
        self.config = self.write('files.yaml', "files:\n"
                                               "  - name: 'notes'\n"
                                               f"    path: '{self.file}'\n"
                                               "    versions: ['1.0', '1.1']\n")

    def includes(self):
        prefix = os.environ.get('ARTMIRROR_INSTALLED')
        if not prefix:
            return None
        found = sorted(Path(prefix).rglob('artmirror.pc'))
        self.assertEqual(len(found), 1, f'artmirror.pc below {prefix}')
        env = {**os.environ, 'PKG_CONFIG_PATH': str(found[0].parent)}
        tool = harness.tool('pkg-config')
        flags = subprocess.run([tool, '--define-prefix', '--cflags', 'artmirror'], env=env,
                               check=True, capture_output=True, encoding='utf-8').stdout
        return shlex.split(flags)

    def artmirror_here(self, *args, **how):
        return self.artmirror('--plugin-dir', self.folder, *args, **how)

    def test_exports_nothing_but_its_entry(self):
        done = subprocess.run([harness.tool('nm'), '-D', '--defined-only',
                               self.folder / 'files.so'], check=True, capture_output=True,
                              encoding='utf-8')
        names = [line.split()[-1] for line in done.stdout.splitlines()]
        self.assertEqual(names, ['artmirror_plugin'])

    def test_is_found_and_described(self):
        text = self.artmirror_here('plugins', 'info', 'files').stdout
        for word in ('files', '0.1.0', 'Local files as OCI artifacts', 'path', 'The file.',
                     str(self.folder / 'files.so')):
            self.assertIn(word, text)

    def test_its_fields_are_validated(self):
        bad = self.write('bad.yaml', "files:\n  - name: 'notes'\n    paht: x\n"
                                     "    versions: ['1']\n")
        done = self.artmirror_here('validate', '--config', bad, status=2)
        text = done.stdout + done.stderr
        self.assertIn('paht', text)
        self.assertIn("did you mean 'path'", text)

    def test_its_matrix(self):
        done = self.artmirror_here('matrix', 'files', '--config', self.config)
        self.assertEqual(json.loads(done.stdout), [
            {'name': 'notes', 'path': str(self.file), 'version': '1.0'},
            {'name': 'notes', 'path': str(self.file), 'version': '1.1'}])

    def test_mirrors_without_rebuilding_anything(self):
        mirror = self.tmp / 'mirror'
        self.artmirror_here('mirror', '--config', self.config, '--target', mirror)
        layer = digest_of(TEXT.encode())
        for version in ('1.0', '1.1'):
            done = subprocess.run([harness.tool('skopeo'), 'inspect', '--raw',
                                   f'oci:{mirror}/notes:{version}'], check=True,
                                  capture_output=True)
            manifest = json.loads(done.stdout)
            self.assertEqual(manifest['config']['digest'], EMPTY)
            self.assertEqual([(item['digest'], item['size']) for item in manifest['layers']],
                             [(layer, len(TEXT))])
        blobs = mirror / 'notes' / 'blobs' / 'sha256'
        self.assertEqual((blobs / layer[7:]).read_text(encoding='utf-8'), TEXT)
        again = self.artmirror_here('mirror', '--config', self.config, '--target', mirror)
        self.assertIn('2 unchanged', again.stdout)

    def test_a_missing_file_fails_its_job_alone(self):
        self.config.write_text(self.config.read_text() +
                               "  - name: 'gone'\n    path: '/no/such/file'\n"
                               "    versions: ['1']\n")
        mirror = self.tmp / 'mirror'
        done = self.artmirror_here('mirror', '--config', self.config, '--target', mirror, status=4)
        self.assertIn('/no/such/file', done.stdout + done.stderr)
        self.assertTrue((mirror / 'notes' / 'index.json').exists())


if __name__ == '__main__':
    harness.main()
