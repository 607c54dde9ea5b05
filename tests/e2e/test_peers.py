#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""With other programs: what they copied is found unchanged, what artmirror copied they can read,
and a current distribution registry is a source and a target like Debian's older one."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from scenario import Scenario  # noqa: E402


class Peers(Scenario):

    def setUp(self):
        super().setUp()
        self.source = self.registry('source')
        self.target = self.registry('target')
        self.shapes = {'oci': images.multi_platform('oci', attestations=True),
                       'docker': images.multi_platform('docker', docker=True),
                       'single': images.image('single')}
        for name, image in self.shapes.items():
            self.source.push(image, name, '1')
        self.path = self.config([self.entry(self.source, name, '1') for name in self.shapes],
                                f'{self.target.address}/m')

    def command(self, *args):
        done = subprocess.run([*map(str, args)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, cwd=self.tmp,
                              env={'PATH': os.environ['PATH'], 'HOME': str(self.tmp)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def is_unchanged(self):
        self.target.clear()
        self.assertEqual(self.mirror(self.path).statuses(), ['unchanged'] * 3)
        self.assertEqual(self.target.writes(), [])

    def test_after_skopeo(self):
        for name in self.shapes:
            self.skopeo('copy', '--all', '--preserve-digests', '--src-tls-verify=false',
                        '--dest-tls-verify=false', f'docker://{self.source.address}/{name}:1',
                        f'docker://{self.target.address}/m/{name}:1')
        self.is_unchanged()

    def test_after_crane(self):
        crane = harness.peer('crane')
        for name in self.shapes:
            self.command(crane, 'copy', '--insecure', f'{self.source.address}/{name}:1',
                         f'{self.target.address}/m/{name}:1')
        self.is_unchanged()

    def test_after_oras(self):
        oras = harness.peer('oras')
        for name in self.shapes:
            self.command(oras, 'cp', '--from-plain-http', '--to-plain-http',
                         f'{self.source.address}/{name}:1', f'{self.target.address}/m/{name}:1')
        self.is_unchanged()

    def test_after_regsync(self):
        regsync = harness.peer('regsync')
        config = {'version': 1,
                  'creds': [{'registry': server.address, 'tls': 'disabled'}
                            for server in (self.source, self.target)],
                  'sync': [{'source': f'{self.source.address}/{name}:1', 'type': 'image',
                            'target': f'{self.target.address}/m/{name}:1'}
                           for name in self.shapes]}
        self.command(regsync, 'once', '-c', self.write('regsync.yml', json.dumps(config)))
        self.is_unchanged()

    def test_crane_validates_the_copy(self):
        crane = harness.peer('crane')
        self.mirror(self.path)
        for name, image in self.shapes.items():
            reference = f'{self.target.address}/m/{name}:1'
            self.assertEqual(self.command(crane, 'digest', '--insecure', reference).strip(),
                             image.digest)
            self.command(crane, 'validate', '--fast', '--insecure', '--remote', reference)

    def test_current_distribution(self):
        program = harness.peer('registry')
        new = [self.registry(name, program=program) for name in ('new source', 'new target')]
        for name, image in self.shapes.items():
            new[0].push(image, name, '1')
        path = self.config([self.entry(new[0], name, '1') for name in self.shapes],
                           f'{new[1].address}/m', name='new.yaml')
        self.mirror(path)
        self.assertEqual(new[1].walk(), 3)
        for name in self.shapes:
            self.assertSame(new[0], new[1], f'{name}:1', f'm/{name}:1')
        new[1].clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * 3)
        self.assertEqual(new[1].writes(), [])


if __name__ == '__main__':
    harness.main()
