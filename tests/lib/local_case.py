# SPDX-License-Identifier: Apache-2.0
"""What fails on the own machine: full disks, limits of the process, calls that fail."""
import json
import os
import shlex
import subprocess
from contextlib import contextmanager
from pathlib import Path

import harness
import images
from build import compiler
from scenario import Scenario


class LocalCase(Scenario):

    @contextmanager
    def behind(self, *command):
        """In here artmirror is started by this command, such as prlimit."""
        real = harness.ARTMIRROR
        path = self.write(f'behind-{os.urandom(4).hex()}',
                          f'#!/bin/sh\nexec {shlex.join(map(str, (*command, real)))} "$@"\n',
                          0o755)
        harness.ARTMIRROR = str(path)
        try:
            yield
        finally:
            harness.ARTMIRROR = real

    def disk(self, size='4m', **options) -> Path:
        """A file system of its own; remount() changes its size."""
        if os.geteuid() != 0:
            self.skipTest('only root mounts a tmpfs')
        path = self.tmp / f'disk-{os.urandom(4).hex()}'
        path.mkdir()
        more = ''.join(f',{name}={value}' for name, value in options.items())
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}{more}', 'none', path],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            self.skipTest(f'no tmpfs can be mounted here: {done.stderr.strip()}')
        self.addCleanup(subprocess.run, ['umount', '-l', path], check=False)
        return path

    @staticmethod
    def remount(path, size) -> None:
        subprocess.run(['mount', '-o', f'remount,size={size}', path], check=True)

    @staticmethod
    def fill(path, left=0) -> None:
        """Leaves so many bytes; what filled it before is replaced."""
        filler = path / 'filler'
        filler.unlink(missing_ok=True)
        state = os.statvfs(path)
        with open(filler, 'wb') as file:
            os.posix_fallocate(file.fileno(), 0, state.f_bavail * state.f_frsize - left)

    def failing_calls(self) -> Path:
        """The library to preload."""
        if harness.SANITIZED:
            self.skipTest('a sanitizer wants to be loaded first')
        library = self.tmp / 'failing_calls.so'
        if not library.exists():
            done = subprocess.run(
                [*compiler(), '-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror',
                 '-fPIC', '-shared', harness.SRCDIR / 'tests/lib/failing_calls.c', '-o', library],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        return library

    # --- what holds after every run into a layout

    def check_layouts(self, folder) -> dict:
        """{"repository:tag": digest}; every tag is whole, and a blob's name never lies."""
        found = {}
        for path in Path(folder).rglob('blobs/sha256/*'):
            self.assertEqual(images.digest_of(path.read_bytes())[7:], path.name, str(path))
        for index in Path(folder).rglob('index.json'):
            layout = index.parent
            json.loads(index.read_text(encoding='utf-8'))

            def read(digest, blobs=layout / 'blobs/sha256'):
                path = blobs / digest[7:]
                return path.read_bytes() if path.is_file() else None
            for tag, digest in images.layout_tags(layout).items():
                images.check_graph(digest, read, read)
                found[f'{layout.relative_to(folder)}:{tag}'] = digest
        return found

    def assertNoLeftovers(self, folder) -> None:
        """I6: no temporary file."""
        self.assertEqual([str(path) for path in Path(folder).rglob('.artmirror/tmp/*')], [])
        self.assertEqual([str(path) for path in Path(folder).rglob('*.tmp')], [])

    def converges(self, config, wanted, folder) -> None:
        """I7: without the fault a run completes, and the next one writes nothing."""
        self.assertIn(self.mirror(config).statuses(), (['created'], ['unchanged'], ['updated']))
        self.assertEqual(self.check_layouts(folder), wanted)
        self.assertEqual(self.mirror(config).statuses(), ['unchanged'])
