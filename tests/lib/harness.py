# SPDX-License-Identifier: Apache-2.0
"""Runs artmirror for the end-to-end tests and checks what must hold after every run."""
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import tap

# A shell's background job ignores SIGINT, and all that it starts would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)

SRCDIR = Path(os.environ.get('SRCDIR') or Path(__file__).resolve().parents[2]).resolve()
ARTMIRROR = os.path.abspath(os.environ.get('ARTMIRROR') or SRCDIR / 'artmirror')
PLUGIN_DIRS = [os.path.abspath(folder) for folder in
               os.environ.get('ARTMIRROR_PLUGIN_DIR', '').split(':') if folder]
SANITIZED = os.environ.get('ARTMIRROR_SANITIZED') == '1'
PATIENCE = 4 if SANITIZED else 1

PASSED_ON = ('ASAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS', 'GCOV_PREFIX',
             'GCOV_PREFIX_STRIP', 'LD_LIBRARY_PATH')
SANITIZER_REPORT = re.compile(
    r'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: |'
    r'ThreadSanitizer:DEADLYSIGNAL')
CONTROL = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]')
COLOR = re.compile(r'\x1b\[[0-9;]*m')

_current = None  # the running TestCase


def _private_folder() -> Path:
    if _current is not None:
        return _current.tmp
    if not hasattr(_private_folder, 'path'):
        _private_folder.path = tempfile.TemporaryDirectory(prefix='artmirror-test-')
    return Path(_private_folder.path.name)


def environment(extra=None) -> dict:
    """A clean environment: PATH, HOME and TMPDIR in the test's folder, sanitizer options."""
    folder = _private_folder()
    home, tmp = folder / 'home', folder / 'tmpdir'
    home.mkdir(exist_ok=True)
    tmp.mkdir(exist_ok=True)
    env = {'PATH': os.environ.get('PATH', '/usr/bin:/bin'), 'HOME': str(home),
           'TMPDIR': str(tmp), 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC'}
    for name in PASSED_ON:
        if name in os.environ:
            env[name] = os.environ[name]
    for name, value in (extra or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = str(value)
    return env


def command_line(args) -> list:
    line = [ARTMIRROR]
    for folder in PLUGIN_DIRS:
        line += ['--plugin-dir', folder]
    return line + [str(arg) for arg in args]


def check_output(args, text: str, name: str) -> None:
    """The invariants of everything that is printed."""
    args = [str(arg) for arg in args]
    where = f'{name} of artmirror {" ".join(args)}'
    for secret in (_current.secrets if _current else []):
        if secret in text:
            raise AssertionError(f'a secret appears in {where}')
    found = SANITIZER_REPORT.search(text)
    if found:
        raise AssertionError(f'sanitizer report in {where}:\n{text[found.start():][:6000]}')
    if name == 'stdout' and '--raw' in args:
        return
    if 'always' in args or '--color=always' in args:
        text = COLOR.sub('', text)
    found = CONTROL.search(text)
    if found:
        around = text[max(0, found.start() - 40):found.start() + 40]
        raise AssertionError(f'control byte in {where}: {around!r}')
    if 'github' not in args and '--format=github' not in args:
        if re.search(r'^::', text, re.MULTILINE):
            raise AssertionError(f'a line of {where} begins with "::":\n{text}')


def start(*args, env=None, cwd=None, stdin=subprocess.DEVNULL) -> subprocess.Popen:
    """artmirror in the background, in a process group of its own; end it with finish()."""
    process = subprocess.Popen(
        command_line(args), env=environment(env), cwd=cwd or _private_folder(), stdin=stdin,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8',
        errors='surrogateescape', start_new_session=True)
    process.artmirror_args = args
    if _current is not None:
        _current.addCleanup(_end, process)
    return process


def _end(process: subprocess.Popen) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


def finish(process: subprocess.Popen, input=None, timeout=120) -> subprocess.CompletedProcess:
    """Waits for a process of start() and checks what it printed."""
    try:
        out, err = process.communicate(input, timeout * PATIENCE)
    except subprocess.TimeoutExpired:
        _end(process)
        raise
    for name, text in (('stdout', out), ('stderr', err)):
        check_output(process.artmirror_args, text, name)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def run(*args, env=None, cwd=None, input=None, timeout=120) -> subprocess.CompletedProcess:
    """Runs artmirror to its end; checks its output, not its exit status."""
    stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
    return finish(start(*args, env=env, cwd=cwd, stdin=stdin), input, timeout)


def peak_memory(process: subprocess.Popen) -> int:
    """Waits for the end and gives the largest resident size in KiB. (What wait4 tells is at least
    the size of the process that forked.)"""
    peak = 0
    while process.poll() is None:
        try:
            with open(f'/proc/{process.pid}/status', encoding='ascii') as status:
                found = re.search(r'VmHWM:\s*(\d+)', status.read())
        except OSError:
            break
        peak = max(peak, int(found[1])) if found else peak
        time.sleep(0.005)
    return peak


def tool(name: str) -> str:
    """The path of a program, or a skipped test that names it."""
    path = shutil.which(name)
    if not path:
        raise unittest.SkipTest(f'{name} is not installed')
    return path


def peer_folder() -> Path:
    """Where tests/build-peers puts what it builds."""
    named = os.environ.get('ARTMIRROR_PEERS')
    cache = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
    return Path(named) if named else Path(cache) / 'artmirror' / 'peers'


def peer(name: str) -> str:
    """The path of a peer built by tests/build-peers, or a skipped test that names it."""
    path = peer_folder() / name
    if not os.access(path, os.X_OK):
        raise unittest.SkipTest(f'{name} is not built (tests/build-peers builds it)')
    return str(path)


class TestCase(unittest.TestCase):
    """A test with a folder of its own (self.tmp), removed afterwards."""
    maxDiff = None

    def setUp(self):
        global _current
        folder = tempfile.mkdtemp(prefix='artmirror-test-')
        self.tmp = Path(folder)
        self.secrets = []
        _current = self
        self.addCleanup(self._leave)

    def _leave(self):
        global _current
        _current = None
        for parent, folders, _ in os.walk(self.tmp):
            for name in folders:
                path = os.path.join(parent, name)
                if not os.path.islink(path):
                    os.chmod(path, 0o700)
        shutil.rmtree(self.tmp, ignore_errors=True)

    def write(self, name: str, text: str, mode=None) -> Path:
        """A file below self.tmp; returns its path."""
        path = self.tmp / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        if mode is not None:
            path.chmod(mode)
        return path

    def secret(self, value=None) -> str:
        """A canary: no run of this test may print it."""
        value = value or 'canary' + secrets.token_hex(12)
        self.secrets.append(value)
        return value

    def artmirror(self, *args, status=0, **how) -> subprocess.CompletedProcess:
        """run() that also expects an exit status, or one of several (None: any)."""
        done = run(*args, **how)
        expected = (status,) if isinstance(status, int) else status
        if expected is not None and done.returncode not in expected:
            self.fail(f'artmirror {" ".join(map(str, args))}: exit status {done.returncode}, '
                      f'not {status}\n--- stdout\n{done.stdout}--- stderr\n{done.stderr}')
        return done

    def read_json(self, path):
        """A JSON document below self.tmp."""
        return json.loads((self.tmp / path).read_text(encoding='utf-8'))


def main() -> None:
    """Runs the tests of the calling file and prints TAP; arguments pick tests by a part of the
    name. The reader of the TAP judges: the exit status is 0."""
    tap.main(sys.modules['__main__'], sys.argv[1:])
