#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Full disks, few files, little memory, no threads, and others at work in the same folders."""
import errno
import fcntl
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from local_case import LocalCase  # noqa: E402

COUNT = 12


class IntoLayout(LocalCase):
    """One image from a scripted registry into a layout."""

    def setUp(self):
        super().setUp()
        self.source = self.mock()

    def into(self, folder, size=3_000_000, seed='disk', name='artmirror.yaml'):
        self.image = self.source.seed(images.image(seed, layers=2, size=size), 'app', '1')
        self.wanted = {'app:1': self.image.digest}
        return self.config([self.entry(self.source, 'app', '1')], f'oci-layout:{folder}',
                           run={'retries': 0}, name=name)

    def fails(self, config, *words):
        found = self.mirror(config, status=8)
        self.assertEqual(found.statuses(), ['failed'])
        self.blames_the_disk(found, *words)
        return found

    def blames_the_disk(self, found, *words):
        error = found.jobs[0]['error']
        self.assertEqual(error['code'], 'local resource', str(found))
        for word in words:
            self.assertIn(str(word), f"{error['where']}: {error['message']}")


class D1Disk(IntoLayout):

    def test_d1_a_blob_that_does_not_fit(self):
        disk = self.disk('4m')
        config = self.into(disk)
        found = self.fails(config, disk, 'No space left')
        self.assertIn('free some space', found.said)
        self.assertEqual(self.check_layouts(disk), {})
        self.assertNoLeftovers(disk)
        self.remount(disk, '32m')
        self.converges(config, self.wanted, disk)

    def test_d1_no_room_at_any_write(self):
        """Page by page more room, until it is enough; the old tag stands all the time."""
        disk = self.disk('4m')
        config = self.into(disk, 100, 'old')
        self.mirror(config)
        old = dict(self.wanted)
        config = self.into(disk, 10_000, 'new')
        page, failed = os.sysconf('SC_PAGE_SIZE'), 0
        for pages in range(40):
            self.fill(disk, pages * page)
            found = self.mirror(config, status=(0, 8))
            if found.done.returncode == 0:
                break
            failed += 1
            self.blames_the_disk(found, disk, 'No space left')
            self.assertEqual(self.check_layouts(disk), old)
            self.assertNoLeftovers(disk)
        self.assertGreater(failed, 3)
        self.assertEqual(found.statuses(), ['updated'])
        self.converges(config, self.wanted, disk)

    def test_d1_no_file_can_be_made(self):
        disk = self.disk('4m', nr_inodes=6)
        self.fails(self.into(disk, 1000), disk, 'No space left')
        self.assertEqual(self.check_layouts(disk), {})

    def test_d1_file_size_limit(self):
        folder = self.tmp / 'mirror'
        config = self.into(folder, 300_000)
        with self.behind('prlimit', '--fsize=65536'):
            self.fails(config, folder, 'File too large')
        self.assertEqual(self.check_layouts(folder), {})
        self.assertNoLeftovers(folder)
        self.converges(config, self.wanted, folder)

    def test_d1_read_only(self):
        disk = self.disk('4m')
        self.remount(disk, '4m,ro')
        self.fails(self.into(disk, 1000), disk, 'Read-only')

    def test_d1_not_writable(self):
        if os.geteuid() == 0:
            self.skipTest('root may write anywhere')
        folder = self.tmp / 'mirror'
        folder.mkdir(mode=0o555)
        self.fails(self.into(folder, 1000), folder, 'Permission denied')

    def test_d1_a_file_where_the_folder_should_be(self):
        path = self.write('mirror', 'mine')
        self.fails(self.into(path, 1000), path)
        self.assertEqual(path.read_text(encoding='utf-8'), 'mine')

    # --- report, output

    def test_d1_report(self):
        disk = self.disk('1m')
        config = self.into(self.tmp / 'mirror', 1000)
        report = disk / 'run.json'
        report.write_text('old', encoding='ascii')
        self.fill(disk)
        for place, status in ((report, 8), ('/dev/full', 8)):
            done = self.artmirror('mirror', '--config', config, '--report', place, status=status)
            self.assertIn(str(place), done.stderr)
            self.assertIn('No space left', done.stderr)
        self.assertEqual(report.read_text(encoding='ascii'), 'old')
        self.assertNoLeftovers(disk)
        self.assertEqual(self.check_layouts(self.tmp / 'mirror'), self.wanted)

    def test_d1_output(self):
        config = self.into(self.tmp / 'mirror', 1000)
        path = self.write('run', '#!/bin/sh\nexec "$@" >/dev/full\n', 0o755)
        with self.behind(path):
            done = self.artmirror('mirror', '--config', config, status=8)
        self.assertIn('standard output: No space left', done.stderr)
        self.assertEqual(self.check_layouts(self.tmp / 'mirror'), self.wanted)

    # --- calls that fail

    def test_d1_calls_that_fail(self):
        self.library = self.failing_calls()
        self.path = None
        self.into(self.tmp / 'unused', 20_000)
        cases = {}
        for call, codes in {'write': (errno.EIO, errno.EDQUOT, errno.EINTR, 0),
                            'fsync': (errno.EIO,), 'renameat': (errno.EIO,),
                            'linkat': (errno.EIO, errno.EPERM)}.items():
            cases.update({f'{call} {code}': (call, code) for code in codes})
        self.each(cases, self.every_call)

    def every_call(self, name, case):
        """The k-th call fails, for every k of a run."""
        call, code = case
        name = name.replace(' ', '-')
        harmless = code in (0, errno.EINTR, errno.EPERM)
        for number in range(1, 90, 4 if harmless else 1):
            folder, mark = self.tmp / f'{name}-{number}', self.tmp / f'{name}-{number}.mark'
            config = self.config([self.entry(self.source, 'app', '1')], f'oci-layout:{folder}',
                                 run={'retries': 0, 'parallel': 1}, name=f'{name}.yaml')
            found = self.mirror(config, status=(0, 8), env={
                'LD_PRELOAD': self.library, 'FAIL_CALL': call, 'FAIL_ERRNO': code,
                'FAIL_AT': number, 'FAIL_TIMES': 1, 'FAIL_MARK': mark,
                'FAIL_BELOW': folder})
            tags = self.check_layouts(folder)
            self.assertNoLeftovers(folder)
            if not mark.exists():
                self.assertGreater(number, 2)
                self.assertEqual(found.statuses(), ['created'])
                return
            where = f'{call} {number}: {found}'
            if harmless:
                self.assertEqual((found.statuses(), tags), (['created'], self.wanted), where)
                continue
            # a whole tag may be there already when only making it last failed
            self.assertIn(tags, ({}, self.wanted), where)
            if found.done.returncode == 0:
                self.assertEqual((call, tags), ('fsync', self.wanted), where)
                continue
            self.blames_the_disk(found, folder)
            if number % 3 == 0:
                self.converges(config, self.wanted, folder)
        self.fail('no end')


class D2Limits(LocalCase):
    """Few files, little memory, no threads: a clean end, and nothing half-done."""

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        names = [f'app{i}' for i in range(COUNT)]
        for name in names:
            self.source.seed(images.multi_platform(name, size=5000), name, '1')
        self.path = self.config([self.entry(self.source, name, '1') for name in names],
                                self.target.address, run={'retries': 0, 'parallel': 8})

    def ends_clean(self, found, **_):
        self.assertIn(found.done.returncode, (0, 1, 2, 8), str(found))
        if found.done.returncode:
            self.assertRegex(found.done.stderr + found.done.stdout, '(?i)error|failed')
        self.target.state.check()
        self.assertOrder(self.target)

    def converges(self):
        self.mirror(self.path)
        self.assertEqual(self.target.state.check(), COUNT)

    def test_d2_few_files(self):
        for limit in (5, 7, 9, 12, 16, 20, 24, 40):
            with self.subTest(limit=limit), self.behind('prlimit', f'--nofile={limit}'):
                found = self.mirror(self.path, status=None)
                self.ends_clean(found)
                if 9 <= limit <= 24 and found.done.returncode:
                    self.assertRegex(found.said, 'open files|too many|Too many')
        self.converges()

    def test_d2_few_files_into_a_layout(self):
        folder = self.tmp / 'mirror'
        for limit in (12, 16, 24):
            with self.subTest(limit=limit), self.behind('prlimit', f'--nofile={limit}'):
                found = self.mirror(self.path, '--target', folder, status=(0, 1, 2, 8))
            self.check_layouts(folder)
            self.assertNoLeftovers(folder)
            for job in found.jobs:
                if job['status'] == 'failed':
                    self.assertEqual(job['error']['code'], 'local resource', str(job['error']))
        self.mirror(self.path, '--target', folder)
        self.assertEqual(len(self.check_layouts(folder)), COUNT)

    @harness.unittest.skipIf(harness.SANITIZED, 'a sanitizer needs terabytes of addresses')
    def test_d2_little_memory(self):
        for megabytes in (20, 24, 32, 48, 64, 90):
            with self.subTest(megabytes=megabytes), \
                    self.behind('prlimit', f'--as={megabytes << 20}'):
                done = harness.run('mirror', '--config', self.path)
                if done.returncode == 127:
                    continue  # not even the libraries fit
                self.assertIn(done.returncode, (0, 1, 2, 8), done.stderr)
                self.target.state.check()
                self.assertOrder(self.target)
        self.converges()

    def test_d2_no_threads(self):
        library = self.failing_calls()
        for first in (1, 2, 3, 4, 6):
            for times in (0, 1):
                with self.subTest(first=first, times=times):
                    found = self.mirror(self.path, status=(0, 1, 8), timeout=20, env={
                        'LD_PRELOAD': library, 'FAIL_CALL': 'pthread_create',
                        'FAIL_AT': first, 'FAIL_TIMES': times, 'FAIL_ERRNO': errno.EAGAIN})
                    self.ends_clean(found)
                    if found.done.returncode == 8:
                        self.assertIn('thread', found.said)
        self.converges()

    def test_d2_no_processes(self):
        if os.geteuid() == 0:
            self.skipTest('root is not limited by RLIMIT_NPROC')
        with self.behind('prlimit', '--nproc=0'):
            done = self.artmirror('mirror', '--config', self.path, status=(1, 2, 8))
        self.assertRegex(done.stderr, 'process|thread')


class P3Others(IntoLayout):
    """Other processes in the same folders, and what dead ones left."""

    def test_p3_two_with_one_layout_and_one_state(self):
        names = [f'app{i}' for i in range(6)]
        base = [images.random_bytes('base', 200_000)]
        for name in names:
            self.source.seed(images.image(name, shared=base), name, '1')
        folder, state = self.tmp / 'mirror', self.tmp / 'state'
        path = self.config([self.entry(self.source, name, '1') for name in names],
                           f'oci-layout:{folder}')
        both = [harness.start('mirror', '--config', path, '--state-dir', state)
                for _ in range(3)]
        for process in both:
            done = harness.finish(process)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn('going on without', done.stderr)
        self.assertEqual(len(self.check_layouts(folder)), len(names))
        self.assertNoLeftovers(folder)
        self.assertEqual(self.mirror(path, '--state-dir', state).statuses(), ['unchanged'] * 6)

    def lock(self, folder):
        path = folder / '.artmirror/locks/app'
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, 'w', encoding='ascii')

    def test_p3_stale_lock_file(self):
        """A lock is the kernel's: a file that a dead process left locks nothing."""
        folder = self.tmp / 'mirror'
        with self.lock(folder) as file:
            file.write('4194305\n')
        self.mirror(self.into(folder, 1000))
        self.assertEqual(self.check_layouts(folder), self.wanted)

    def test_p3_held_lock_is_waited_for(self):
        folder = self.tmp / 'mirror'
        config = self.into(folder, 1000)
        with self.lock(folder) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            process = harness.start('mirror', '--config', config)
            time.sleep(0.3 * harness.PATIENCE)
            self.assertIsNone(process.poll())
        self.assertEqual(harness.finish(process).returncode, 0)
        self.assertEqual(self.check_layouts(folder), self.wanted)

    def test_p3_waiting_ends_by_a_signal(self):
        folder = self.tmp / 'mirror'
        config = self.into(folder, 1000)
        with self.lock(folder) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            process = harness.start('mirror', '--config', config)
            time.sleep(0.3 * harness.PATIENCE)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            done = harness.finish(process, timeout=5)
        self.assertEqual(done.returncode, 128 + signal.SIGTERM)
        self.assertEqual(self.check_layouts(folder), {})

    def test_p3_leftovers(self):
        """Old temporary files go, unless somebody still writes them."""
        folder = self.tmp / 'mirror'
        parts = {name: self.write(f'mirror/.artmirror/tmp/{name}', 'part')
                 for name in ('dead', 'slow', 'young')}
        for name in ('dead', 'slow'):
            os.utime(parts[name], (time.time() - 7200,) * 2)
        with open(parts['slow'], encoding='ascii') as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.mirror(self.into(folder, 1000))
        self.assertEqual({name for name, path in parts.items() if path.exists()},
                         {'slow', 'young'})


if __name__ == '__main__':
    harness.main()
