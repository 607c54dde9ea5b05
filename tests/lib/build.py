# SPDX-License-Identifier: Apache-2.0
"""Builds plugins for tests with the compiler in $CC."""
import os
import shlex
import subprocess

import harness

PLUGINS = harness.SRCDIR / 'tests' / 'plugins'
FLAGS = ['-std=gnu11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fPIC', '-shared',
         '-fvisibility=hidden', '-Wl,-z,defs']


def compiler() -> list:
    return shlex.split(os.environ.get('CC') or 'cc')


def plugin(source, output, *flags, includes=None) -> None:
    """Compiles one source file to one .so that nobody else may write to."""
    if includes is None:
        includes = [f'-I{harness.SRCDIR / "include"}']
    done = subprocess.run([*compiler(), *FLAGS, *includes, *flags, str(source), '-o', str(output)],
                          capture_output=True, encoding='utf-8')
    if done.returncode != 0:
        raise AssertionError(f'{source} does not compile:\n{done.stderr}')
    os.chmod(output, 0o755)
