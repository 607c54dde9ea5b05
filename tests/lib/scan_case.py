# SPDX-License-Identifier: Apache-2.0
"""What tests of scanners other than Trivy share: servers, configs with these scanners alone, their
scans."""
import os

import images
from scenario import Scenario

NOISE = ('::error file=a::stdout\n%0A::warning::x\n\x1b[31mred\x1b[0m\r\n##[error]y\n'
         '\u202e<script>|\n')
SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'NEGLIGIBLE', 'UNKNOWN']


class ScanCase(Scenario):

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()

    def seed(self, name='app', version='1', image=None):
        self.source.seed(image or images.image(name), name, version)
        return self.entry(self.source, name, version)

    def run_config(self, entries, scanners, env=None, status=0, target=None, **more):
        path = self.config(entries, target or f'{self.target.address}/m',
                           scanners={'trivy': {'enabled': False}, **scanners},
                           name=f'{os.urandom(4).hex()}.yaml', **more)
        return self.mirror(path, status=status, env=env)

    def scans(self, found) -> list:
        return [scan for job in found.jobs for scan in job['scans']]

    def only(self, found) -> dict:
        scans = self.scans(found)
        self.assertEqual(len(scans), 1, str(found))
        return scans[0]
