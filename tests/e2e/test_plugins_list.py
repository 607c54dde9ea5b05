#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror plugins list and info."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402


class Plugins(harness.TestCase):

    def listed(self, *args, **how):
        done = self.artmirror(*args, 'plugins', 'list', '--format', 'json', **how)
        return json.loads(done.stdout)

    def built(self, name):
        for folder in harness.PLUGIN_DIRS:
            path = os.path.join(folder, name)
            if os.path.exists(path):
                return path
        self.skipTest(f'{name} is not built')

    def test_bundled_plugins_are_listed(self):
        found = {each['id']: each for each in self.listed() if each['state'] == 'usable'}
        self.assertEqual(found['docker']['kinds'], ['source'])
        self.assertEqual(found['docker']['section'], 'images')
        self.assertEqual(found['docker']['noun'], 'image')
        self.assertEqual(found['oci-layout']['kinds'], ['source', 'target'])
        self.assertIn('./', found['oci-layout']['targets'])
        self.assertEqual(found['ghcr']['kinds'], ['target'])
        for each in found.values():
            self.assertRegex(each['abi'], r'^\d+\.\d+$')
            self.assertTrue(each['version'])
            self.assertTrue(os.path.isabs(each['file']))

    def test_list_as_text(self):
        text = self.artmirror('plugins', 'list').stdout
        self.assertRegex(text, r'(?m)^docker$')
        self.assertRegex(text, r'(?m)^  section +images \(--image\)$')
        self.assertRegex(text, r'(?m)^  file +/')

    def test_info_shows_options_with_their_docs(self):
        text = self.artmirror('plugins', 'info', 'oci-layout').stdout
        self.assertIn('Fields of an entry:', text)
        self.assertRegex(text, r'(?m)^  path +string, required$')
        self.assertIn('Options of a target:', text)
        found = json.loads(self.artmirror('plugins', 'info', 'docker', '--format', 'json').stdout)
        names = [field['name'] for field in found['fields']]
        self.assertEqual(names[:4], ['name', 'source_registry', 'versions', 'platforms'])
        for field in found['fields']:
            self.assertTrue(field['doc'], field)

    def test_info_of_nobody(self):
        done = self.artmirror('plugins', 'info', 'dokcer', status=2)
        self.assertIn("did you mean 'docker'?", done.stderr)

    def test_usage(self):
        for words in ([], ['lsit'], ['info'], ['list', 'more']):
            done = self.artmirror('plugins', *words, status=2)
            self.assertIn("'list' or 'info ID'", done.stderr)

    def test_refused_files_are_listed_with_the_reason(self):
        folder = self.tmp / 'more'
        folder.mkdir(mode=0o755)
        self.write('more/text.so', 'not an ELF file\n', 0o644)
        self.write('more/ignored.txt', 'no plugin\n', 0o644)
        found = {each['id']: each for each in self.listed('--plugin-dir', folder)}
        self.assertEqual(found['text']['state'], 'refused')
        self.assertIn('ELF', found['text']['reason'])
        self.assertEqual(found['docker']['state'], 'usable')
        self.assertNotIn('ignored', found)
        done = self.artmirror('--plugin-dir', folder, 'plugins', 'info', 'text', status=2)
        self.assertIn('text: refused', done.stdout)

    def test_the_first_found_shadows_the_other(self):
        first = self.tmp / 'first'
        first.mkdir(mode=0o755)
        shutil.copyfile(self.built('docker.so'), first / 'mine.so')
        (first / 'mine.so').chmod(0o644)
        found = [each for each in self.listed(env={'ARTMIRROR_PLUGIN_PATH': first})
                 if each['id'] == 'docker']
        self.assertEqual([each['state'] for each in found], ['usable', 'shadowed'])
        self.assertIn('found first', found[1]['reason'])
        done = self.artmirror('plugins', 'info', 'docker', env={'ARTMIRROR_PLUGIN_PATH': first})
        self.assertNotIn('shadowed', done.stdout)

    def test_list_opens_nothing(self):
        """A plugin that would be refused when opened is still listed by its metadata alone."""
        path = self.tmp / 'cut'
        path.mkdir(mode=0o755)
        data = bytearray(open(self.built('docker.so'), 'rb').read())
        at = data.index(b'id=docker\0')
        data[at:at + 9] = b'id=dokker'
        (path / 'cut.so').write_bytes(data)
        (path / 'cut.so').chmod(0o644)
        found = [each for each in self.listed('--plugin-dir', path) if each['id'] == 'dokker']
        self.assertEqual(len(found), 1)

    def test_two_plugins_for_one_section_are_a_config_error(self):
        folder = self.tmp / 'two'
        folder.mkdir(mode=0o755)
        data = open(self.built('docker.so'), 'rb').read().replace(b'id=docker\0', b'id=dokker\0')
        (folder / 'dokker.so').write_bytes(data)
        (folder / 'dokker.so').chmod(0o644)
        config = "images:\n  - {name: a, source_registry: r.example, versions: ['1']}\n"
        path = self.write('config.yaml', config)
        how = ['--plugin-dir', folder, 'validate', '--config', path]
        done = self.artmirror(*how, status=2)
        self.assertIn('dokker', done.stdout)
        self.assertIn('docker', done.stdout)
        self.assertIn('plugins: {images: ', done.stdout)
        path.write_text('plugins: {images: dokker}\n' + config)
        self.artmirror(*how)

    def test_no_plugins_at_all(self):
        empty = self.tmp / 'empty'
        empty.mkdir()
        process = subprocess.run(
            [harness.ARTMIRROR, '--plugin-dir', empty, 'plugins', 'list'],
            env=harness.environment(), capture_output=True, encoding='utf-8')
        self.assertEqual(process.returncode, 0)


if __name__ == '__main__':
    harness.main()
