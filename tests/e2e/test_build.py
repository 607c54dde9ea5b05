#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the linker made: hardened, nothing exported that need not be, no search path inside."""
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import harness

HARDENING = os.environ.get('HARDENING', '')  # what configure added
OF_TOOLS = re.compile('_*(odr_asan|asan|ubsan|tsan|gcov)|mangle_path')


def built_plugins() -> list:
    return sorted(path for folder in harness.PLUGIN_DIRS for path in Path(folder).glob('*.so'))


class Build(harness.TestCase):
    def readelf(self, *args) -> str:
        return subprocess.run([harness.tool('readelf'), '--wide', *map(str, args)], check=True,
                              capture_output=True, encoding='utf-8').stdout

    def each_file(self) -> list:
        files = [Path(harness.ARTMIRROR), *built_plugins()]
        self.assertGreater(len(files), 3)
        return files

    def symbols(self, file) -> list:
        """(name, defined) of the dynamic symbols."""
        rows = [line.split() for line in self.readelf('--dyn-syms', file).splitlines()]
        return [(row[7], row[6] != 'UND') for row in rows
                if len(row) > 7 and row[0][:-1].isdigit() and row[4] in ('GLOBAL', 'WEAK')]

    def exported(self, file) -> list:
        """Without the copies of the C library's variables that every program has, and what
        instruments the code."""
        return [name for name, defined in self.symbols(file)
                if defined and '@' not in name and not OF_TOOLS.match(name)]

    def test_position_independent(self):
        header = self.readelf('--file-header', harness.ARTMIRROR)
        self.assertRegex(header, r'Type:\s+DYN')
        self.assertRegex(self.readelf('--dynamic', harness.ARTMIRROR), r'FLAGS_1.*\bPIE\b')

    def test_full_relro(self):
        for file in self.each_file():
            self.assertIn('GNU_RELRO', self.readelf('--program-headers', file), file)
            self.assertRegex(self.readelf('--dynamic', file), r'BIND_NOW|FLAGS_1.*\bNOW\b')

    def test_no_executable_stack(self):
        for file in self.each_file():
            self.assertRegex(self.readelf('--program-headers', file), r'GNU_STACK.* RW +0x')

    def test_no_search_path(self):
        for file in self.each_file():
            self.assertNotRegex(self.readelf('--dynamic', file), r'RPATH|RUNPATH')

    @unittest.skipIf(harness.SANITIZED, 'sanitizers export their functions')
    def test_program_exports_nothing(self):
        self.assertEqual(self.exported(harness.ARTMIRROR), [])

    def test_plugins_export_their_entry_only(self):
        for file in self.each_file():
            if file.suffix == '.so':
                self.assertEqual(self.exported(file), ['artmirror_plugin'], file)

    @unittest.skipUnless('-fstack-protector' in HARDENING, 'not built with the stack protector')
    def test_stack_protector(self):
        for file in self.each_file():
            self.assertTrue(any(name.startswith('__stack_chk_fail')
                                for name, _ in self.symbols(file)), file)

    @unittest.skipUnless('FORTIFY' in HARDENING, 'not built with FORTIFY')
    def test_fortify(self):
        names = [name for name, _ in self.symbols(harness.ARTMIRROR)]
        self.assertTrue(any(re.match('__(snprintf|memcpy|vsnprintf)_chk', name) for name in names))

    def test_no_folder_of_the_build_inside(self):
        if harness.SANITIZED or os.environ.get('ARTMIRROR_COVERAGE') == '1':
            self.skipTest('sanitizers and gcov keep the names of the sources')
        folders = [str(harness.SRCDIR), os.path.dirname(harness.ARTMIRROR)]
        for file in self.each_file():
            data = file.read_bytes()
            for folder in folders:
                self.assertNotRegex(data, re.escape(folder).encode() + b'/(core|include|plugins)/')


if __name__ == '__main__':
    harness.main()
