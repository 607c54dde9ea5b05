#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every public header compiles alone, as C11 and as C++17, without a warning or padding."""
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import harness

INCLUDE = harness.SRCDIR / 'include'
HEADERS = sorted((INCLUDE / 'artmirror').glob('*.h'))
STRICT = ['-Wall', '-Wextra', '-Wpedantic', '-Wpadded', '-Wconversion', '-Wshadow', '-Wundef',
          '-Werror', '-fsyntax-only', f'-I{INCLUDE}']
C = ['-std=c11', '-Wstrict-prototypes', '-x', 'c']
CPP = ['-std=c++17', '-x', 'c++']


class Headers(harness.TestCase):
    def compile(self, compiler, language, text):
        path = shutil.which(compiler)
        if not path:
            self.skipTest(f'{compiler} is not installed')
        done = subprocess.run([path, *STRICT, *language, '-'], input=text, capture_output=True,
                              encoding='utf-8')
        return done.returncode, done.stderr

    def all_alone(self, compiler, language):
        self.assertGreater(len(HEADERS), 5)
        for header in HEADERS:
            with self.subTest(header=header.name):
                status, errors = self.compile(
                    compiler, language,
                    f'#include <artmirror/{header.name}>\n#include <artmirror/{header.name}>\n')
                self.assertEqual(status, 0, errors)

    def test_gcc_c11(self):
        self.all_alone('gcc', C)

    def test_clang_c11(self):
        self.all_alone('clang', C)

    def test_gcc_cpp17(self):
        self.all_alone('g++', CPP)

    def test_clang_cpp17(self):
        self.all_alone('clang++', CPP)

    def test_padding_would_be_found(self):
        text = 'struct s { unsigned a; void *b; }; extern struct s s;\n'
        status, errors = self.compile('gcc', C, text)
        self.assertNotEqual(status, 0)
        self.assertIn('padd', errors)

    def test_no_enum_bool_long_or_ifdef_crosses(self):
        for header in HEADERS:
            text = re.sub(r'/\*.*?\*/', '', header.read_text(encoding='utf-8'), flags=re.S)
            for body in re.findall(r'^struct \w+ \{(.*?)^\};', text, re.S | re.M):
                self.assertNotRegex(body, r'\b(enum|bool|long|short|off_t|time_t|size_t|int)\b|#',
                                    header.name)


if __name__ == '__main__':
    harness.main()
