#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The sample that ./quickstart makes and mirrors."""
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from chart_case import ChartCase  # noqa: E402

MAKER = os.environ.get('MAKE_SAMPLE')


@harness.unittest.skipUnless(MAKER, 'MAKE_SAMPLE does not name the built make-sample')
class Sample(ChartCase):

    def make(self, what, name, **env):
        folder = self.tmp / name
        folder.parent.mkdir(exist_ok=True)
        subprocess.run([MAKER, what, harness.SRCDIR / 'tools/sample', folder], check=True,
                       env={**os.environ, **env})
        return folder

    @staticmethod
    def content(folder) -> dict:
        return {str(path.relative_to(folder)): path.read_bytes()
                for path in folder.rglob('*') if path.is_file()}

    def test_the_same_bytes_each_time(self):
        for what in ('image', 'charts'):
            first = self.content(self.make(what, f'{what} 1', SOURCE_DATE_EPOCH='0'))
            self.assertEqual(first, self.content(self.make(what, f'{what} 2')))
            later = self.content(self.make(what, f'{what} 3', SOURCE_DATE_EPOCH='86400'))
            self.assertNotEqual(first, later)

    def stand(self):
        """What is in the mirror, down to the time of each file."""
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino)
                for path in (self.tmp / 'mirror').rglob('*')}

    def test_mirrored_twice(self):
        self.make('image', 'sample/hello')
        self.make('charts', 'sample/charts')
        (self.tmp / 'tools').mkdir()
        path = shutil.copy(harness.SRCDIR / 'tools/sample.yaml', self.tmp / 'tools')
        self.assertEqual(self.mirror(path).statuses(), ['created'] * 4)
        before = self.stand()
        tags = images.layout_tags(self.tmp / 'mirror/sample/hello-pages')
        self.assertEqual(set(tags), {'1.0.0', '1.1.0'})
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 4)
        self.assertEqual(self.stand(), before)

    def test_helm_accepts_the_chart(self):
        folder = self.make('charts', 'charts')
        for version in ('1.0.0', '1.1.0'):
            archive = folder / f'hello-pages-{version}.tgz'
            self.helm('helm4', 'lint', archive)
            text = self.helm('helm4', 'template', 'r', archive, '--set', 'image=r.example/x')
            self.assertIn(f'"r.example/x:{version}"', text.decode())
        server = self.repository()
        for file in folder.iterdir():
            server.put(file.name, file.read_bytes())
        shown = self.helm('helm4', 'show', 'chart', 'hello-pages', '--repo', server.repo_url)
        self.assertIn('version: 1.1.0', shown.decode())


if __name__ == '__main__':
    harness.main()
