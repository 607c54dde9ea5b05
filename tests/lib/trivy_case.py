# SPDX-License-Identifier: Apache-2.0
"""Runs that scan with the real Trivy, offline."""
import os

import trivy
from scenario import Scenario


class TrivyCase(Scenario):

    def setUp(self):
        super().setUp()
        self.program = trivy.program()
        self.cache = trivy.write_database(self.tmp / 'vulnerabilities')
        self.journal = trivy.Journal(self.tmp / 'bin', self.program)

    def scanners(self, **more) -> dict:
        return {'trivy': {'cache_dir': str(self.cache), 'skip_db_update': True, 'offline': True,
                          **more}}

    def run_config(self, entries, target, registries=None, status=0, env=None, **more):
        path = self.config(entries, target, registries, scanners=self.scanners(**more),
                           name=f'{os.urandom(4).hex()}.yaml')
        return self.mirror(path, status=status, env={**self.journal.env, **(env or {})})

    def scans_of(self, found) -> list:
        """All scans of a report, which are whole."""
        scans = [scan for job in found.jobs for scan in job['scans']]
        for scan in scans:
            self.assertEqual(scan['status'], 'ok', found)
            self.assertEqual(scan['scanner']['plugin'], 'trivy')
            self.assertEqual(scan['scanner']['version'], trivy.version())
        return scans
