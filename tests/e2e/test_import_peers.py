#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror import: the other program and artmirror, each with its config, mirror the same."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from import_case import ImportCase  # noqa: E402
from scenario import Scenario  # noqa: E402


class Corpus(ImportCase, Scenario):
    """Both programs run; what they leave at their targets is the same."""

    def setUp(self):
        super().setUp()
        self.source = self.registry('source')
        self.theirs, self.ours = self.registry('theirs'), self.registry('ours')
        app = ['1.0.0', '1.1.0', '2.0.0-rc.1', '2.0.0', '3.9', '309', '3-9', 'latest', 'v1.0.0']
        for i, tag in enumerate(app):
            self.source.push(images.image(f'app {i}'), 'team/app', tag)
        self.index = images.multi_platform('tool', attestations=True)
        self.source.push(self.index, 'tool', '1', 'stable')
        self.source.push(images.multi_platform('docker', docker=True), 'deep/er/docker', 'd')

    def run_skopeo(self, text, *args):
        path = self.write('sync.yml', text)
        self.skopeo('sync', '--src', 'yaml', '--dest', 'docker', '--all', '--preserve-digests',
                    '--dest-tls-verify=false', *args, path, f'{self.theirs.address}/m')

    def run_regsync(self, text):
        path = self.write('regsync.yml', text)
        done = subprocess.run([harness.peer('regsync'), 'once', '-c', path], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={'PATH': os.environ['PATH'], 'HOME': str(self.tmp)})
        self.assertEqual(done.returncode, 0, done.stderr)

    def same(self, text, count, status=0, *args):
        """Imports the text, mirrors it, and compares with what is at the peer's target."""
        found = self.imported(text, status)
        path = self.validated(found)
        self.mirror(path, *args)
        self.assertEqual(self.ours.tags(), self.theirs.tags())
        self.assertEqual(self.ours.walk(), count)

    def same_as_skopeo(self, text, count, *args):
        self.run_skopeo(text, *args)
        self.same(text, count, 1, '--target', f'{self.ours.address}/m')  # 1: tls-verify

    def same_as_regsync(self, steps, count, status=0):
        creds = ''.join(f'  - {{registry: "{server.address}", tls: disabled}}\n'
                        for server in (self.source, self.theirs, self.ours))
        text = f'version: 1\ncreds:\n{creds}sync:\n' + ''.join(
            f'  - {{source: "{self.source.address}/{source}", type: {kind}, '
            f'target: "{self.theirs.address}/{target}"{more}}}\n'
            for kind, source, target, more in steps)
        self.run_regsync(text)
        steps_only = text.partition('sync:\n')
        self.same(steps_only[0] + steps_only[1] + steps_only[2].replace(
            self.theirs.address, self.ours.address), count, status)

    def test_skopeo_with_tags_and_digests(self):
        self.same_as_skopeo(f'"{self.source.address}":\n  tls-verify: false\n  images:\n'
                            '    team/app: ["1.0.0", latest]\n    tool: ["1"]\n'
                            '    deep/er/docker: [d]\n', 4)

    def test_skopeo_with_a_digest(self):
        text = (f'"{self.source.address}":\n  tls-verify: false\n  images:\n'
                f'    tool: ["{self.index.digest}"]\n')
        self.same_as_skopeo(text, 0)
        self.assertSame(self.theirs, self.ours, f'm/tool@{self.index.digest}',
                        f'm/tool@{self.index.digest}')

    def test_skopeo_with_all_tags(self):
        self.same_as_skopeo(f'"{self.source.address}":\n  tls-verify: false\n  images:\n'
                            '    team/app: []\n    tool:\n', 11)

    def test_skopeo_with_expressions(self):
        self.same_as_skopeo(f'"{self.source.address}":\n  tls-verify: false\n'
                            '  images: {team/app: [latest]}\n'
                            '  images-by-tag-regex:\n    team/app: 0$\n    tool: ^sta\n', 6)

    def test_regsync_with_images(self):
        self.same_as_regsync([('image', 'team/app:1.0.0', 'x/team/app:1.0.0', ''),
                              ('image', 'team/app:1.1.0', 'x/team/app:1.1.0', ''),
                              ('image', 'team/app:latest', 'x/team/app:newest', ''),
                              ('image', 'team/app', 'x/other/name', ''),
                              ('image', f'tool@{self.index.digest}', 'x/tool:pinned', ''),
                              ('image', 'deep/er/docker:d', 'y:d', '')], 6)

    def test_regsync_with_repositories(self):
        self.same_as_regsync([('repository', 'team/app', 'x/team/app', ''),
                              ('repository', 'tool', 'x/tool', ', tags: {deny: ["1"]}')], 10)

    def test_regsync_with_expressions(self):
        self.same_as_regsync(
            [('repository', 'team/app', 'a', ', tags: {allow: ["3.9", latest]}'),
             ('repository', 'team/app', 'b', ', tags: {allow: ["1|0"], deny: ["v.*"]}'),
             ('repository', 'team/app', 'c',
              ', tagSets: [{allow: ["1.*"]}, {allow: [".*"], deny: ["[1-3].*"]}]')], 11)

    def test_regsync_with_ranges(self):
        self.same_as_regsync(
            [('repository', 'team/app', 'a',
              r", tags: {semverRange: ['^1'], allow: ['v?\d+\.\d+\.\d+.*']}"),
             ('repository', 'team/app', 'b',
              r", tags: {semverRange: ['<2', '~2.0'], allow: ['\d+\.\d+\.\d+.*'],"
              r" deny: ['1\.1.*']}")], 7, status=1)


if __name__ == '__main__':
    harness.main()
