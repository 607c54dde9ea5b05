#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plugins that are wrong on purpose: each is refused by name with the reason, the others work."""
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import build
import harness


class BadPlugins(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.tmp / 'plugins'
        self.folder.mkdir(mode=0o755)
        self.folder.chmod(0o755)

    def build(self, *variants, plugin_id='wrong', section='things', name=None):
        path = self.folder / f'{name or plugin_id}.so'
        build.plugin(build.PLUGINS / 'bad.c', path, f'-DID="{plugin_id}"', f'-DSECTION="{section}"',
                     *[f'-D{variant}' for variant in variants])
        return path

    def artmirror_here(self, *args, **how):
        return self.artmirror('--plugin-dir', self.folder, *args, **how)

    def plugins(self, **how):
        """All plugins by file name."""
        done = self.artmirror_here('plugins', 'list', '--format', 'json', **how)
        return {os.path.basename(plugin['file']): plugin for plugin in json.loads(done.stdout)}

    def config(self, section='things'):
        return self.write(f'{section}.yaml',
                          f"{section}:\n  - name: 'a'\n    versions: ['1']\n")

    def plan(self, section='things', **how):
        return self.artmirror_here('plan', '--config', self.config(section), '--target',
                                   self.tmp / 'mirror', **how)

    def refused_at_search(self, reason, *variants):
        path = self.build(*variants)
        self.build(plugin_id='good', section='goods')
        found = self.plugins()
        self.assertEqual(found['wrong.so']['state'], 'refused')
        self.assertRegex(found['wrong.so']['reason'], reason)
        self.assertEqual(found['good.so']['state'], 'usable')
        text = self.artmirror_here('plugins', 'list').stdout
        self.assertIn('wrong: refused', text)
        done = self.artmirror_here('plugins', 'info', path.stem, status=2)
        self.assertRegex(done.stdout, reason)
        self.artmirror_here('validate', '--config', self.config('goods'))
        done = self.artmirror_here('validate', '--config', self.config(), status=2)
        self.assertIn("'things:'", done.stdout + done.stderr)

    def refused_at_load(self, reason, *variants):
        self.build(*variants)
        self.build(plugin_id='good', section='goods')
        self.assertEqual(self.plugins()['wrong.so']['state'], 'usable')  # nothing was opened
        done = self.artmirror_here('plugins', 'info', 'wrong', status=2)
        self.assertIn('refused', done.stdout)
        self.assertRegex(done.stdout, reason)
        done = self.artmirror_here('validate', '--config', self.config(), status=2)
        self.assertRegex(done.stdout + done.stderr, 'wrong.*refused.*' + reason)
        self.artmirror_here('validate', '--config', self.config('goods'))

    def test_bad_magic(self):
        self.refused_at_search('begins with 0x4c494146', 'BAD_MAGIC')

    def test_other_major(self):
        self.refused_at_search(r'made for plugin ABI 2\.0; this artmirror has 1\.', 'OTHER_MAJOR')

    def test_needs_a_newer_host(self):
        self.refused_at_search(r'needs plugin ABI 1\.3 or newer; this artmirror has 1\.',
                               'NEEDS_NEWER_HOST')

    def test_entry_shorter_than_the_first(self):
        self.refused_at_search('struct artm_entry has 16 bytes', 'SHORT_ENTRY')

    def test_table_shorter_than_the_first(self):
        self.refused_at_load('struct artm_source has', 'SHORT_SOURCE')

    def test_missing_required_function(self):
        self.refused_at_load('lacks the required function open_blob', 'NO_FUNCTION')

    def test_ability_without_its_function(self):
        self.refused_at_load('without the functions matches and fetch', 'NO_DEFERRED_FUNCTIONS')

    def test_crash_in_constructor(self):
        self.refused_at_load(r'crashed while loading \(signal 11', 'CRASH_CONSTRUCTOR')

    def test_exit_in_constructor(self):
        self.refused_at_load(r'ended the process while loading \(exit code 0', 'EXIT_CONSTRUCTOR')

    def test_hang_in_constructor(self):
        self.build('HANG_CONSTRUCTOR')
        start = time.monotonic()
        done = self.artmirror_here('plugins', 'info', 'wrong', status=2)
        self.assertRegex(done.stdout, 'did not return within 10 s')
        self.assertLess(time.monotonic() - start, 15 * harness.PATIENCE)

    def refused_at_create(self, reason, *variants):
        self.build(*variants)
        self.build(plugin_id='good', section='goods')
        done = self.plan(status=2)
        self.assertRegex(done.stderr, 'wrong.*refused.*' + reason)
        self.assertIn('wrong.so', done.stderr)
        self.artmirror_here('validate', '--config', self.config('goods'))

    def test_crash_in_create(self):
        self.refused_at_create(r'crashed while being created and destroyed \(signal 11',
                               'CRASH_CREATE')

    def test_crash_in_destroy(self):
        self.refused_at_create(r'crashed while being created and destroyed \(signal 6',
                               'CRASH_DESTROY')

    def test_exit_in_create(self):
        self.refused_at_create('ended the process', 'EXIT_CREATE')

    def test_odd_answer_fails_the_job_by_name(self):
        self.build('ODD_ANSWER')
        done = self.plan(status=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stdout + done.stderr, r'plugin wrong 1\.0 misbehaved.*answered 77')

    def test_error_without_a_reason(self):
        self.build()
        done = self.plan(status=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stdout + done.stderr, 'misbehaved.*without saying why')

    def test_not_an_elf_file(self):
        self.build(plugin_id='good', section='goods')
        (self.folder / 'wrong.so').write_bytes(b'#!/bin/sh\nexit 0\n')
        found = self.plugins()
        self.assertEqual(found['wrong.so']['state'], 'refused')
        self.assertIn('not an ELF file', found['wrong.so']['reason'])
        self.assertEqual(found['good.so']['state'], 'usable')

    def test_truncated_elf_file(self):
        path = self.build(plugin_id='good', section='goods')
        whole = path.read_bytes()
        for n, size in enumerate((70, len(whole) // 2, len(whole) - 1)):
            (self.folder / f'wrong{n}.so').write_bytes(whole[:size])
        found = self.plugins()
        for n in range(3):
            self.assertEqual(found[f'wrong{n}.so']['state'], 'refused')
            self.assertIn('truncated', found[f'wrong{n}.so']['reason'])
        self.assertEqual(found['good.so']['state'], 'usable')

    def test_another_kind_of_elf_file(self):
        source = self.write('library.c', 'int answer(void);\nint answer(void) { return 42; }\n')
        build.plugin(source, self.folder / 'library.so')
        self.assertIn('no artmirror plugin', self.plugins()['library.so']['reason'])

    def test_file_writable_by_others(self):
        self.build().chmod(0o757)
        self.build(plugin_id='good', section='goods')
        found = self.plugins()
        self.assertEqual(found['wrong.so']['state'], 'refused')
        self.assertIn('can be written by everybody', found['wrong.so']['reason'])
        self.assertEqual(found['good.so']['state'], 'usable')

    def test_folder_writable_by_others(self):
        self.build()
        self.folder.chmod(0o777)
        found = self.plugins()
        self.assertEqual(found['wrong.so']['state'], 'refused')
        self.assertIn(f'the folder {self.folder}', found['wrong.so']['reason'])
        if harness.PLUGIN_DIRS:
            self.assertTrue([name for name, plugin in found.items()
                             if plugin['state'] == 'usable'])

    def test_shadowed(self):
        self.build(name='a')
        self.build(name='b')
        found = self.plugins()
        self.assertEqual(found['a.so']['state'], 'usable')
        self.assertEqual(found['b.so']['state'], 'shadowed')
        self.assertIn(str(self.folder / 'a.so'), found['b.so']['reason'])

    def test_two_for_one_section(self):
        self.build(plugin_id='one')
        self.build(plugin_id='two')
        done = self.artmirror_here('validate', '--config', self.config(), status=2)
        text = done.stdout + done.stderr
        self.assertIn('one', text)
        self.assertIn('two', text)
        self.assertIn('plugins: {things: one}', text)
        self.write('settings.yaml', "plugins:\n  things: two\n")
        self.artmirror_here('validate', '--config', self.config(), '--config',
                            self.tmp / 'settings.yaml')

    def test_missing_folder_is_told(self):
        done = self.artmirror('--plugin-dir', self.tmp / 'nowhere', 'plugins', 'list')
        self.assertIn('nowhere', done.stderr)

    def test_newer_minor_is_loaded(self):
        build.plugin(build.PLUGINS / 'outside' / 'files.c', self.folder / 'files.so', '-include',
                     str(build.PLUGINS / 'newer.h'))
        found = self.plugins()['files.so']
        self.assertEqual((found['state'], found['abi']), ('usable', '1.9'))
        self.artmirror_here('plugins', 'info', 'files')

    def test_symbolic_link_is_followed(self):
        path = self.build(plugin_id='good', section='goods')
        elsewhere = self.tmp / 'elsewhere'
        elsewhere.mkdir(mode=0o755)
        elsewhere.chmod(0o755)
        path.rename(elsewhere / 'real-1.0')
        path.symlink_to('../elsewhere/real-1.0')
        self.assertEqual(self.plugins()['good.so']['state'], 'usable')
        self.artmirror_here('plugins', 'info', 'good')
        self.artmirror_here('validate', '--config', self.config('goods'))
        (elsewhere / 'real-1.0').chmod(0o757)
        self.assertEqual(self.plugins()['good.so']['state'], 'refused')


if __name__ == '__main__':
    harness.main()
