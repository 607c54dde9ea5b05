#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror matrix: the original's bytes, formats, selection, and how it grows."""
import json
import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402

ORIGINAL = harness.SRCDIR / 'tests/data/original'
CONFIG = """\
images:
  - {name: 'library/nginx', source_registry: 'r.example', versions: ['1.27', '1.28+x']}
  - {name: 'library/redis', source_registry: 'r.example', versions: ['7']}
layouts:
  - {name: 'sample', path: './sample', versions: ['1.0']}
"""


class Matrix(harness.TestCase):

    def setUp(self):
        super().setUp()
        self.path = self.write('config.yaml', CONFIG)

    def matrix(self, *args, **how):
        return self.artmirror('matrix', '--config', self.path, *args, **how)

    def rows(self, *args, **how):
        return json.loads(self.matrix(*args, **how).stdout)

    def test_the_original_byte_for_byte(self):
        for section in ('images', 'charts'):
            done = self.artmirror('matrix', section, '--config', ORIGINAL / f'{section}.yaml')
            self.assertEqual(done.stdout, (ORIGINAL / f'{section}.matrix.json').read_text())

    def test_a_section_that_nobody_claims(self):
        path = self.write('wheels.yaml', 'wheels: [{name: a}]\n')
        done = self.artmirror('matrix', 'wheels', '--config', path, status=2)
        self.assertIn("no plugin claims 'wheels:'", done.stderr)
        self.assertEqual(done.stdout, '')

    def test_all_sections_are_one_object_in_file_order(self):
        found = self.rows()
        self.assertEqual(list(found), ['images', 'layouts'])
        self.assertEqual(list(found['images'][0]),
                         ['name', 'source_registry', 'version', 'platforms'])
        self.assertEqual([row['version'] for row in found['images']], ['1.27', '1.28+x', '7'])
        self.assertEqual(found['layouts'][0]['path'], './sample')

    def test_a_section_that_the_config_lacks_is_empty(self):
        path = self.write('images.yaml', CONFIG.partition('layouts:')[0])
        done = self.artmirror('matrix', 'layouts', '--config', path)
        self.assertEqual(done.stdout, '[]\n')
        done = self.artmirror('matrix', 'layuots', '--config', path, status=2)
        self.assertIn('layuots', done.stderr)

    def test_github_outputs_of_one_section(self):
        output = self.write('output', 'before=1\n')
        self.matrix('images', '--format', 'github', env={'GITHUB_OUTPUT': output})
        lines = output.read_text().splitlines()
        self.assertEqual(lines[0], 'before=1')
        self.assertEqual(lines[1], 'matrix=' + self.matrix('images').stdout.strip())
        self.assertEqual(lines[2:], ['count=3'])

    def test_github_outputs_of_several_sections(self):
        output = self.tmp / 'output'
        self.matrix('--format', 'github', env={'GITHUB_OUTPUT': output})
        found = dict(line.split('=', 1) for line in output.read_text().splitlines())
        self.assertEqual(sorted(found), ['images_count', 'images_matrix', 'layouts_count',
                                         'layouts_matrix'])
        self.assertEqual(found['images_count'], '3')
        self.assertEqual(len(json.loads(found['layouts_matrix'])), 1)

    def test_github_without_its_variable(self):
        done = self.matrix('--format', 'github', status=2)
        self.assertIn('GITHUB_OUTPUT is not set', done.stderr)
        self.assertIn('--format json', done.stderr)

    def test_table(self):
        lines = self.matrix('--format', 'table').stdout.splitlines()
        self.assertEqual(lines[0].split(), ['SECTION', 'NAME', 'VERSION', 'DESTINATION'])
        self.assertEqual(lines[2].split(),
                         ['images', 'library/nginx', '1.28+x', 'library/nginx:1.28_x'])
        self.assertEqual(len(lines), 5)

    def test_selection(self):
        self.assertEqual(len(self.rows('images', '--image', 'library/nginx')), 2)
        self.assertEqual(len(self.rows('images', '--image', '*@7')), 1)
        self.assertEqual(len(self.rows('images', '--select', 'images=library/*@1.2*')), 2)
        found = self.rows('--image', 'library/redis', '--layout', 'sample')
        self.assertEqual([len(rows) for rows in found.values()], [1, 1])
        found = self.rows('--image', 'library/redis')
        self.assertEqual(found['layouts'], [])
        self.assertEqual(len(self.rows('--image', '')['layouts']), 1)

    def test_selection_from_the_environment(self):
        found = self.rows('images', env={'TARGET_IMAGE': 'library/redis'})
        self.assertEqual([row['name'] for row in found], ['library/redis'])
        found = self.rows('images', '--image', 'library/nginx',
                          env={'TARGET_IMAGE': 'library/redis'})
        self.assertEqual({row['name'] for row in found}, {'library/nginx'})
        self.assertEqual(len(self.rows('images', env={'TARGET_IMAGE': ''})), 3)

    def test_a_selection_that_matches_nothing_lists_what_there_is(self):
        done = self.matrix('--image', 'library/ngnix', status=2)
        self.assertIn('library/nginx, library/redis', done.stderr)
        self.assertIn("did you mean 'library/nginx'?", done.stderr)
        done = self.matrix('--image', 'library/nginx@1.29', status=2)
        self.assertIn('1.27, 1.28+x', done.stderr)
        done = self.matrix('--select', 'imgaes=a', status=2)
        self.assertIn("did you mean 'images'?", done.stderr)

    def test_every_row_alone_is_what_the_whole_has(self):
        whole = self.rows()
        for section, rows in whole.items():
            for row in rows:
                alone = self.rows(section, '--select', f'{section}={row["name"]}@{row["version"]}')
                self.assertEqual(alone, [row])

    def test_an_invalid_config_gives_no_matrix(self):
        path = self.write('bad.yaml', CONFIG + '    nonsense: 1\n')
        output = self.tmp / 'output'
        done = self.artmirror('matrix', '--config', path, '--format', 'github', status=2,
                              env={'GITHUB_OUTPUT': output})
        self.assertEqual(done.stdout, '')
        self.assertIn('nonsense', done.stderr)
        self.assertFalse(output.exists())


class Growth(harness.TestCase):
    """CPU time and memory by the number of entries."""

    def big(self, count):
        entries = ''.join(
            f"  - name: 'group{i % 97}/image-{i}'\n    source_registry: 'docker.io'\n"
            f"    versions: ['1.{i % 50}.0']\n    platforms: ['linux/amd64']\n"
            for i in range(count))
        return self.write(f'{count}.yaml', 'images:\n' + entries)

    def cpu_seconds(self, path):
        """What one run takes in user mode."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = subprocess.run(
            harness.command_line(['matrix', 'images', '--config', path]), check=True,
            env=harness.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.assertEqual(done.stderr, b'')
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    def test_100000_entries_in_2_seconds_and_ten_times_as_many_in_11_times_as_long(self):
        few, many = self.big(10000), self.big(100000)
        runs = []
        for _ in range(3):  # both sides equally long, so that a busy machine is fair to both
            large = self.cpu_seconds(many)
            small = sum(self.cpu_seconds(few) for _ in range(10)) / 10
            print(f'# 10,000 entries: {small:.3f} s, 100,000 entries: {large:.3f} s')
            runs.append((large / small, large))
        self.assertLessEqual(min(large for _, large in runs), 20 if harness.SANITIZED else 2)
        self.assertLessEqual(min(ratio for ratio, _ in runs), 11)

    def test_memory_grows_linearly(self):
        if harness.SANITIZED:
            self.skipTest("a sanitizer's memory is not the program's")
        sizes = []
        for count in (10000, 100000):
            path = self.big(count)
            done = subprocess.run(
                [sys.executable, '-c', 'import resource, subprocess, sys\n'
                 'subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n'
                 'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)']
                + [str(arg) for arg in harness.command_line(['matrix', '--config', path])],
                check=True, env=harness.environment(), stdout=subprocess.PIPE, encoding='utf-8')
            sizes.append(int(done.stdout))
        print(f'# 10,000 entries: {sizes[0]} KiB, 100,000 entries: {sizes[1]} KiB')
        self.assertLessEqual(sizes[1], 11 * sizes[0])


if __name__ == '__main__':
    harness.main()
